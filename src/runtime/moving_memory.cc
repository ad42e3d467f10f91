#include "runtime/moving_memory.h"

#include <sys/mman.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace wherry::runtime {

Result<MovingMemory> MovingMemory::create(const InitialMemory& initial) {
  TRY(check_image(initial));
  const uint64_t mapping_bytes = std::max(initial.size_bytes, uint64_t{wasm::kPageBytes});
  void* base = mmap(nullptr, mapping_bytes, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (base == MAP_FAILED)
    return std::unexpected(
        system_error(errno, fmt::format("no memory for {} bytes", initial.size_bytes)));
  MovingMemory memory;
  memory.mapping_ = Mapping(static_cast<std::byte*>(base), mapping_bytes);
  memory.size_bytes_ = initial.size_bytes;
  const MemoryImage& image = initial.image;
  if (!image.bytes.empty())
    std::memcpy(memory.base() + image.address, image.bytes.data(), image.bytes.size());
  return memory;
}

bool MovingMemory::grow(uint64_t size_bytes) {
  if (size_bytes > mapping_.size_bytes()) {
    void* base = mremap(mapping_.base(), mapping_.size_bytes(), size_bytes, MREMAP_MAYMOVE);
    if (base == MAP_FAILED) return false;
    mapping_.release();
    mapping_ = Mapping(static_cast<std::byte*>(base), size_bytes);
  }
  size_bytes_ = size_bytes;
  return true;
}

}  // namespace wherry::runtime
