// oci::TarReader and DecompressedFile: any bytes give entries with harmless paths and no more than
// the limits allow, or an error of one harmless line.
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>

#include "oci/tar_layer.h"

using namespace wherry;

template <class T>
static void check_error(const Result<T>& result) {
  if (result) return;
  for (char c : result.error().message) WHERRY_ASSERT(c >= ' ' && c < 0x7f);
}

static void check_tar(const fs::path& file) {
  constexpr uint64_t kContentBytesMax = 1 << 20;
  auto reader = oci::TarReader::open(
      file,
      {.allow_symbolic_links = true, .content_bytes_max = kContentBytesMax, .entries_max = 1000});
  check_error(reader);
  if (!reader) return;
  uint64_t read_bytes = 0;
  while (true) {
    auto entry = reader->next();
    check_error(entry);
    if (!entry || !*entry) return;
    const auto normal = oci::normal_entry_path((*entry)->path);
    WHERRY_ASSERT(normal && *normal == (*entry)->path && !normal->empty());
    auto content = reader->read_all(kContentBytesMax);
    check_error(content);
    if (!content) return;
    WHERRY_ASSERT(content->size() <= (*entry)->size_bytes);
    read_bytes += content->size();
    WHERRY_ASSERT(read_bytes <= kContentBytesMax);
  }
}

static void check_decompression(const fs::path& file) {
  auto content = oci::DecompressedFile::open(file, 1 << 20);
  check_error(content);
  Bytes block(4096);
  while (content) {
    auto count = content->read(block);
    check_error(count);
    if (!count || *count == 0) return;
  }
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size_bytes) {
  Fd file(::memfd_create("layer", MFD_CLOEXEC));
  if (!write_all(file.get(), {reinterpret_cast<const std::byte*>(bytes), size_bytes})) return 0;
  const fs::path path = "/proc/self/fd/" + std::to_string(file.get());
  check_tar(path);
  check_decompression(path);
  return 0;
}
