// The buffers of one read or write, taken from guest memory: WASI's iovec and ciovec arrays as the
// kernel's.
#pragma once

#include <sys/socket.h>
#include <sys/uio.h>

#include <array>

#include "wasi/guest_memory.h"
#include "wasi/limits.h"

namespace wherry::wasi {

// 16 KiB: lives on the stack of one call.
class Buffers {
 public:
  // Reads `count` iovecs at `address`; those beyond limits.h's number or bytes are left out, which
  // makes the transfer a short one. Errors: fault for an array or a buffer outside of the memory.
  ErrnoOr<> load(const GuestMemory& memory, uint32_t address, uint32_t count);

  const iovec* data() const { return buffers_.data(); }
  int size() const { return size_; }
  std::span<const iovec> span() const { return {buffers_.data(), static_cast<size_t>(size_)}; }

  uint64_t size_bytes() const {
    uint64_t total = 0;
    for (const iovec& buffer : span()) total += buffer.iov_len;
    return total;
  }

  // For sendmsg and recvmsg; borrows the buffers.
  msghdr message() const {
    msghdr message = {};
    message.msg_iov = const_cast<iovec*>(buffers_.data());  // neither call writes to the array
    message.msg_iovlen = static_cast<size_t>(size_);
    return message;
  }

 private:
  std::array<iovec, limits::kBuffersMax> buffers_;
  int size_ = 0;
};

}  // namespace wherry::wasi
