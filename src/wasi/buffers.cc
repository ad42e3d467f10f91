#include "wasi/buffers.h"

#include <algorithm>

namespace wherry::wasi {

ErrnoOr<> Buffers::load(const GuestMemory& memory, uint32_t address, uint32_t count) {
  TRY(memory.slice(address, uint64_t{count} * sizeof(Iovec)));
  uint64_t room = limits::kTransferBytesMax;
  uint32_t taken = std::min(count, limits::kBuffersMax);
  for (uint32_t index = 0; index < taken && room > 0; ++index) {
    auto guest = TRY(memory.read<Iovec>(address + uint64_t{index} * sizeof(Iovec)));
    auto bytes = TRY(memory.slice(guest.buf, guest.buf_len));
    size_t size_bytes = std::min<uint64_t>(bytes.size(), room);
    buffers_[index] = iovec{.iov_base = bytes.data(), .iov_len = size_bytes};
    room -= size_bytes;
    size_ = static_cast<int>(index + 1);
  }
  return {};
}

}  // namespace wherry::wasi
