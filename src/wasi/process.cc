// proc_*, sched_yield and random_get.
#include <sched.h>
#include <sys/random.h>

#include <algorithm>

#include "wasi/functions.h"
#include "wasi/use.h"

namespace wherry::wasi {
namespace {

// Typenames, "signal". These four do nothing to a process that has no handler for them, and a guest
// has none.
constexpr uint32_t kSignalNone = 0, kSignalChild = 16, kSignalContinue = 17, kSignalUrgent = 22;
constexpr uint32_t kSignalWindow = 27, kSignalMax = 30;
// The stopping ones: stop, tstp, ttin, ttou. Nobody could continue the guest.
constexpr uint32_t kSignalStopFirst = 18, kSignalStopLast = 21;

// The exit status of a process that a signal ended, as shells count it.
constexpr uint32_t kSignalStatusBase = 128;

// At most this much random data between two looks for an interrupt.
constexpr size_t kRandomChunkBytes = 1 << 20;

runtime::Trap exit_trap(uint32_t status) {
  return {.code = runtime::TrapCode::Exit, .exit_status = status};
}

}  // namespace

runtime::HostResult proc_exit(ProgramState&, Memory&, uint32_t status) {
  return std::unexpected(exit_trap(status));
}

std::expected<Errno, runtime::Trap> proc_raise(ProgramState&, Memory&, uint32_t signal) {
  if (signal > kSignalMax) return Errno::inval;
  if (signal >= kSignalStopFirst && signal <= kSignalStopLast) return Errno::nosys;
  for (uint32_t ignored :
       {kSignalNone, kSignalChild, kSignalContinue, kSignalUrgent, kSignalWindow})
    if (signal == ignored) return Errno::success;
  return std::unexpected(exit_trap(kSignalStatusBase + signal));
}

ErrnoOr<> sched_yield(ProgramState&, Memory&) {
  if (::sched_yield() != 0) return refuse_from_host();
  return {};
}

ErrnoOr<> random_get(ProgramState& state, Memory& memory, uint32_t buffer, uint32_t size_bytes) {
  auto rest = TRY(memory.slice(buffer, size_bytes));
  tell_use(state, Use::Kind::Random);
  if (state.random) {
    std::scoped_lock lock(state.random_mutex);
    state.random->fill(rest);
    return {};
  }
  while (!rest.empty()) {
    size_t wanted = std::min(rest.size(), kRandomChunkBytes);
    ssize_t got = getrandom(rest.data(), wanted, 0);
    if (got < 0) return refuse_from_host();
    // Only a signal cuts it short: somebody may want the guest to stop.
    if (static_cast<size_t>(got) < wanted) return refuse(Errno::intr);
    rest = rest.subspan(wanted);
  }
  return {};
}

}  // namespace wherry::wasi
