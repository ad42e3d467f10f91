// Calls into a guest: the activation around them, and what a trap becomes. Core 3.0 §4.7.4
// (invocation).
#include <algorithm>

#include "runtime/activation.h"
#include "runtime/guest_thread.h"
#include "runtime/instance_impl.h"

namespace wherry::runtime {

namespace {

// The figure of the limit that was met; 0 where it was none.
uint64_t limit_of(const Activation& activation, TrapCode code, std::optional<uint64_t> fuel) {
  if (code == TrapCode::FuelLimit) return fuel.value_or(0);
  if (code == TrapCode::StackOverflow) return GuestThread::current().stack().size_bytes();
  for (const Activation* at = &activation; at; at = at->previous)
    if (at->interruption->pending() == code) return at->interruption->limit_of(code);
  return 0;
}

// Off the signal handler now: names may be looked up and copied.
Trap trap_of(const Activation& activation, std::optional<uint64_t> fuel) {
  Trap trap{.code = activation.code, .exception = activation.exception};
  if (activation.code == TrapCode::HostStopped && activation.host_trap)
    trap = *activation.host_trap;
  trap.limit = limit_of(activation, trap.code, fuel);
  if (trap.wasm_offset != abi::kNoWasmOffset || trap.code == TrapCode::Exit) return trap;
  Artifact::Place place = activation.artifact->find_place(activation.program_counter);
  trap.wasm_offset = place.wasm_offset;
  trap.function = place.function;
  trap.function_name = place.function_name;
  return trap;
}

}  // namespace

const Instance::Impl::Signature& Instance::Impl::signature(uint64_t type_id) {
  if (last_signature_.type_id == type_id) return last_signature_;
  for (size_t index = 0; index < view().types.size(); ++index) {
    const abi::TypeRecord& type = view().types[index];
    if (instance_.artifact().type_ids()[index] != type_id || type.entry_thunk == abi::kNone)
      continue;
    // The compiler put a function of this type there (abi/artifact.h).
    auto thunk = reinterpret_cast<abi::EntryThunk>(
        reinterpret_cast<uintptr_t>(instance_.artifact().code(type.entry_thunk)));
    last_signature_ = {type_id, thunk, slots_of(view(), type)};
    return last_signature_;
  }
  const bool has_entry_thunk = false;
  WHERRY_ASSERT(has_entry_thunk);  // every function's type has one: abi/artifact.h
  return last_signature_;
}

std::expected<void, Trap> Instance::Impl::call(const void* code, uint64_t type_id,
                                               std::span<uint64_t> slots) {
  const Signature wanted = signature(type_id);
  WHERRY_ASSERT(slots.size() >= wanted.slots);
  GuestThread& thread = GuestThread::current();
  Activation activation;
  activation.previous = current_activation;
  activation.interruption = &interruption_;
  void* stack_top = nullptr;  // a nested call goes on where it is: on the guest's stack
  if (!current_activation) {
    if (!thread.prepare(limits_.stack_bytes))
      return std::unexpected(Trap{.code = TrapCode::HostError});
    stack_top = thread.stack().top();
  }
  activation.stack_guard = thread.stack().guard();
  if (auto refusal = interruption_.enter())
    return std::unexpected(Trap{.code = *refusal, .limit = interruption_.limit_of(*refusal)});
  current_activation = &activation;
  bool trapped = wherry_enter_guest(code, context(), slots.data(), wanted.thunk,
                                    &activation.host_stack_pointer, stack_top) != 0;
  current_activation = activation.previous;
  interruption_.leave();
  if (!trapped) return {};
  Trap trap = trap_of(activation, limits_.fuel);
  if (trap.limit == 0) trap.limit = kept_bytes_max(trap.code);
  return std::unexpected(std::move(trap));
}

uint64_t Instance::Impl::kept_bytes_max(TrapCode code) const {
  const uint64_t memory_max = memory_budget_.bytes_max();
  if (code == TrapCode::ExceptionMemoryExhausted)
    return std::min(memory_max, ExceptionHeap::kBytesMax);
  if (code != TrapCode::ObjectHeapExhausted) return 0;
  return object_heap_ ? std::min(memory_max, object_heap_->bytes_max()) : memory_max;
}

}  // namespace wherry::runtime
