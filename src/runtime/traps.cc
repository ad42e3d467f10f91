#include "runtime/traps.h"

#include <signal.h>
#include <ucontext.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <mutex>

#include "runtime/activation.h"
#include "runtime/address_ranges.h"
#include "runtime/memory.h"

namespace wherry::runtime {

namespace {

using abi::TrapCode;

constexpr std::array kFaultSignals = {SIGSEGV, SIGBUS, SIGILL, SIGFPE};

// What handled a signal before us. Written once, before our handlers are installed.
constinit std::array<struct sigaction, kFaultSignals.size()> previous_actions{};

bool contains(ByteSpan range, const void* address) {
  auto at = reinterpret_cast<uintptr_t>(address), begin = reinterpret_cast<uintptr_t>(range.data());
  return at >= begin && at - begin < range.size();
}

std::optional<TrapCode> trap_of_access(const Activation& activation, int signal,
                                       const void* address) {
  if (contains(activation.stack_guard, address)) return TrapCode::StackOverflow;
  AddressRanges::Found memory = memory_reservations().find(address);
  if (!memory.begin) return std::nullopt;
  // SIGBUS is not the guest's doing: its memory's image was cut off under us, or no page could be
  // had.
  return signal == SIGBUS ? TrapCode::HostError : TrapCode::MemoryOutOfBounds;
}

std::optional<TrapCode> trap_of_instruction(const Artifact& artifact,
                                            const std::byte* program_counter) {
  ByteSpan code = artifact.view().code;
  if (code.size() - static_cast<size_t>(program_counter - code.data()) < abi::kTrapInstructionBytes)
    return std::nullopt;
  if (std::memcmp(program_counter, abi::kTrapInstruction, sizeof abi::kTrapInstruction) != 0)
    return std::nullopt;
  return static_cast<TrapCode>(program_counter[sizeof abi::kTrapInstruction]);
}

std::optional<TrapCode> trap_of_fault(const Activation& activation, const Artifact& artifact,
                                      const siginfo_t& info, const std::byte* program_counter) {
  switch (info.si_signo) {
    case SIGILL:
      return trap_of_instruction(artifact, program_counter);
    case SIGFPE:
      return TrapCode::IntegerDivideByZero;  // the compiler's checks leave no other
    default:
      return trap_of_access(activation, info.si_signo, info.si_addr);
  }
}

void leave_guest(Activation& activation, TrapCode code, const Artifact& artifact,
                 ucontext_t& state) {
  greg_t* registers = state.uc_mcontext.gregs;
  activation.code = code;
  activation.program_counter = reinterpret_cast<const std::byte*>(registers[REG_RIP]);
  activation.artifact = &artifact;
  registers[REG_RSP] = reinterpret_cast<greg_t>(activation.host_stack_pointer);
  registers[REG_RIP] = reinterpret_cast<greg_t>(&wherry_leave_guest);
}

// The artifact whose code a thread is in, or nullptr.
const Artifact* interrupted_artifact(const ucontext_t& state) {
  auto* program_counter = reinterpret_cast<const std::byte*>(state.uc_mcontext.gregs[REG_RIP]);
  return static_cast<const Artifact*>(guest_code().find(program_counter).owner);
}

void pass_on(int signal, siginfo_t* info, void* state) {
  size_t index = 0;
  while (kFaultSignals[index] != signal) ++index;
  const struct sigaction& previous = previous_actions[index];
  if (previous.sa_flags & SA_SIGINFO) {
    previous.sa_sigaction(signal, info, state);
  } else if (previous.sa_handler != SIG_DFL && previous.sa_handler != SIG_IGN) {
    previous.sa_handler(signal);
  } else {
    // The faulting instruction runs again and ends the process, its core file showing the right
    // place.
    struct sigaction default_action{};
    default_action.sa_handler = SIG_DFL;
    sigaction(signal, &default_action, nullptr);
    if (info->si_code <= 0)
      raise(signal);  // it was sent by kill(), and will not happen again by itself
  }
}

void handle_fault(int signal, siginfo_t* info, void* context) {
  auto& state = *static_cast<ucontext_t*>(context);
  Activation* activation = current_activation;
  if (activation && info->si_code > 0) {
    if (const Artifact* artifact = interrupted_artifact(state)) {
      auto* program_counter = reinterpret_cast<const std::byte*>(state.uc_mcontext.gregs[REG_RIP]);
      if (auto code = trap_of_fault(*activation, *artifact, *info, program_counter)) {
        // A builtin that saw an interruption made the guest trap: see builtins.cc.
        if (*code != TrapCode::HostStopped) code = pending_interruption().value_or(*code);
        return leave_guest(*activation, *code, *artifact, state);
      }
    }
  }
  pass_on(signal, info, context);
}

void handle_interrupt(int, siginfo_t*, void* context) {
  const int saved_errno = errno;
  auto& state = *static_cast<ucontext_t*>(context);
  if (Activation* activation = current_activation) {
    for (Activation* each = activation; each; each = each->previous)
      each->interruption->look_at_clocks();
    const Artifact* artifact = interrupted_artifact(state);
    auto code = pending_interruption();
    if (artifact && code) leave_guest(*activation, *code, *artifact, state);
  }
  errno = saved_errno;
}

void install() {
  struct sigaction action{};
  sigfillset(&action.sa_mask);
  action.sa_flags = SA_SIGINFO | SA_ONSTACK;  // no SA_RESTART: see interruption.h
  action.sa_sigaction = &handle_interrupt;
  WHERRY_ASSERT(sigaction(interrupt_signal(), &action, nullptr) == 0);
  action.sa_sigaction = &handle_fault;
  for (size_t index = 0; index < kFaultSignals.size(); ++index) {
    WHERRY_ASSERT(sigaction(kFaultSignals[index], nullptr, &previous_actions[index]) == 0);
    WHERRY_ASSERT(sigaction(kFaultSignals[index], &action, nullptr) == 0);
  }
}

}  // namespace

// Every program with the runtime in it, built with AddressSanitizer: faults are ours first, guests
// run on stacks that it does not know, and it would unmap our alternate signal stack for its own.
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
extern "C" const char* __asan_default_options();
extern "C" const char* __asan_default_options() {
  return "handle_segv=0:handle_sigbus=0:handle_sigill=0:handle_sigfpe=0:allow_user_segv_handler=1:"
         "detect_stack_use_after_return=0:use_sigaltstack=0";
}
#endif
#endif

constinit thread_local Activation* current_activation = nullptr;

std::optional<TrapCode> pending_interruption() {
  for (Activation* activation = current_activation; activation; activation = activation->previous)
    if (auto code = activation->interruption->pending()) return code;
  return std::nullopt;
}

// The first three real-time signals are taken by threading libraries and debuggers by habit.
int interrupt_signal() { return SIGRTMIN + 5; }

void install_trap_handlers() {
  static std::once_flag once;
  std::call_once(once, install);
}

}  // namespace wherry::runtime
