#include "runtime/guest_thread.h"

#include <signal.h>
#include <sys/mman.h>

#include <cerrno>

#include "runtime/traps.h"

namespace wherry::runtime {

namespace {
// AVX-512 state takes 3 KiB of a signal frame, AMX 8 KiB; the rest is for handlers that ours pass
// on to.
constexpr size_t kSignalStackBytes = 64 * 1024;
}  // namespace

GuestThread& GuestThread::current() {
  static thread_local GuestThread thread;
  return thread;
}

GuestThread::~GuestThread() {
  if (!signal_stack_.base()) return;
  stack_t off{};
  off.ss_flags = SS_DISABLE;
  sigaltstack(&off, nullptr);
}

Result<> GuestThread::prepare(uint64_t stack_bytes) {
  if (!has_signal_stack_) TRY(install_signal_stack());
  if (!stack_.top() || stack_.size_bytes() != stack_bytes)
    stack_ = TRY(GuestStack::create(stack_bytes));
  return {};
}

Result<> GuestThread::install_signal_stack() {
  install_trap_handlers();
  stack_t existing{};
  if (sigaltstack(nullptr, &existing) != 0 || (existing.ss_flags & SS_DISABLE) ||
      existing.ss_size < kSignalStackBytes / 2) {
    void* base = mmap(nullptr, kSignalStackBytes, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (base == MAP_FAILED)
      return std::unexpected(system_error(errno, "cannot map a signal stack"));
    signal_stack_ = Mapping(static_cast<std::byte*>(base), kSignalStackBytes);
    stack_t ours{};
    ours.ss_sp = base;
    ours.ss_size = kSignalStackBytes;
    if (sigaltstack(&ours, nullptr) != 0)
      return std::unexpected(system_error(errno, "cannot install a signal stack"));
  }
  has_signal_stack_ = true;
  return {};
}

}  // namespace wherry::runtime
