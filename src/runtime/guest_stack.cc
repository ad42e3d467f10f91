#include "runtime/guest_stack.h"

#include <sys/mman.h>

#include <cerrno>

#include "abi/calls.h"

namespace wherry::runtime {

namespace {
// Above it nobody needs a stack, and the sums below cannot overflow.
constexpr uint64_t kStackBytesMax = uint64_t{1} << 40;
constexpr uint64_t kRoundBytes = 64 * 1024;
}  // namespace

Result<GuestStack> GuestStack::create(uint64_t size_bytes) {
  if (size_bytes > kStackBytesMax)
    return fail(ErrorCode::Unavailable, "guest stack of {} bytes exceeds the limit of {}",
                size_bytes, kStackBytesMax);
  const uint64_t usable =
      (size_bytes + abi::kHostStackBytes + kRoundBytes - 1) & ~(kRoundBytes - 1);
  void* base = mmap(nullptr, abi::kStackGuardBytes + usable, PROT_NONE,
                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
  if (base == MAP_FAILED) return std::unexpected(system_error(errno, "cannot map a guest stack"));
  GuestStack stack;
  stack.mapping_ = Mapping(static_cast<std::byte*>(base), abi::kStackGuardBytes + usable);
  stack.size_bytes_ = size_bytes;
  if (mprotect(stack.mapping_.base() + abi::kStackGuardBytes, usable, PROT_READ | PROT_WRITE) != 0)
    return std::unexpected(system_error(errno, "cannot map a guest stack"));
  return stack;
}

ByteSpan GuestStack::guard() const { return {mapping_.base(), abi::kStackGuardBytes}; }

}  // namespace wherry::runtime
