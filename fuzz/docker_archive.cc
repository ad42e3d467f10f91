// oci::parse_docker_manifest: any bytes give a value or an error of one harmless line.
#include <cstdint>

#include "oci/docker_archive.h"
#include "oci/store_index.h"
#include "support/bytes.h"

using namespace wherry;

template <class T>
static void check_error(const Result<T>& result) {
  if (result) return;
  for (char c : result.error().message) WHERRY_ASSERT(c >= ' ' && c < 0x7f);
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size_bytes) {
  std::string_view text(reinterpret_cast<const char*>(bytes),
                        size_bytes);  // bytes may be seen as char
  check_error(oci::check_layout(text));
  Result<std::vector<oci::DockerImage>> images = oci::parse_docker_manifest(text);
  check_error(images);
  if (!images) return 0;
  for (const oci::DockerImage& image : *images) WHERRY_ASSERT(!image.config.empty());
  return 0;
}
