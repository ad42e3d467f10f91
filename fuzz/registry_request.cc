// Requests to the registry, as far as they are text: targets, ranges and manifests. Whatever comes,
// names stay within their grammar, and ranges within the content.
#include "registry/pushed_manifest.h"
#include "registry/ranges.h"
#include "registry/target.h"

namespace {

using namespace wherry;
using namespace wherry::registry;

void check(bool holds) {
  if (!holds) __builtin_trap();
}

void read_target(std::string_view text) {
  const Answer<Target> target = parse_target(text);
  if (!target) return check(target.error().status >= 400 && target.error().status < 500);
  if (target->repository) {
    const std::string& name = target->repository->text();
    check(!name.contains("..") && !name.contains("/_") && !name.contains("//"));
    check(!name.empty() && name.front() != '/' && name.front() != '_' && name.size() <= 255);
  }
  if (target->tag) {
    const std::string& tag = target->tag->text();
    check(!tag.empty() && tag.front() != '.' && !tag.contains('/') && tag.size() <= 128);
  }
}

void read_ranges(std::string_view text) {
  constexpr uint64_t kSizeBytes = 1000;
  const WantedRange wanted = parse_range(text, kSizeBytes);
  if (wanted.wanted == Wanted::Part) {
    check(wanted.range.size_bytes > 0 && wanted.range.first < kSizeBytes);
    check(wanted.range.size_bytes <= kSizeBytes - wanted.range.first);
  }
  if (const auto sent = parse_content_range(text))
    check(sent->size_bytes > 0 && sent->first + sent->size_bytes > sent->first);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* input, size_t size) {
  const std::string text(reinterpret_cast<const char*>(input), size);
  read_target(text);
  read_target("/v2/" + text);
  read_ranges(text);
  read_ranges("bytes=" + text);
  const auto manifest =
      parse_pushed_manifest(text, oci::media_type::kManifest, sha256(as_bytes(text)));
  if (!manifest) check(manifest.error().status == 400 || manifest.error().status == 415);
  return 0;
}
