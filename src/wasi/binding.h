// From a typed C++ function to a host function: the wasm type is derived from the signature, the
// arguments are taken from the slots, the result is put there. A function that does not fit WASI's
// shape does not compile.
//
// Three shapes are bound, each taking (ProgramState&, const GuestMemory&, uint32_t or uint64_t …):
// - ErrnoOr<> is an i32 for the guest, the errno
// - std::expected<Errno, Trap> is likewise, or the guest stops
// - runtime::HostResult gives the guest nothing, if it goes on at all
#pragma once

#include <utility>

#include "runtime/memory.h"
#include "wasi/guest_memory.h"
#include "wasi/module.h"
#include "wasi/program_state.h"

namespace wherry::wasi {

template <class T>
constexpr wasm::ValueType value_type() {
  static_assert(std::is_same_v<T, uint32_t> || std::is_same_v<T, uint64_t> ||
                std::is_same_v<T, int64_t>);
  return sizeof(T) == 4 ? wasm::ValueType::i32() : wasm::ValueType::i64();
}

inline runtime::HostResult deliver(const ErrnoOr<>& outcome, std::span<uint64_t> slots) {
  slots[0] = static_cast<uint64_t>(outcome ? Errno::success : outcome.error());
  return {};
}

inline runtime::HostResult deliver(std::expected<Errno, runtime::Trap> outcome,
                                   std::span<uint64_t> slots) {
  if (!outcome) return std::unexpected(std::move(outcome).error());
  slots[0] = static_cast<uint64_t>(*outcome);
  return {};
}

inline runtime::HostResult deliver(runtime::HostResult outcome, std::span<uint64_t>) {
  return outcome;
}

template <auto function>
struct Binding;

template <class R, class... Args, R (*function)(ProgramState&, const GuestMemory&, Args...)>
struct Binding<function> {
  static runtime::HostResult call(void* self, runtime::Caller& caller, std::span<uint64_t> slots) {
    auto& state = *static_cast<ProgramState*>(self);
    runtime::Memory* memory = caller.memory();
    // A guest without a memory has an empty one: every address in it is a fault.
    GuestMemory guest(memory ? memory->bytes() : std::span<std::byte>());
    return call_on(state, guest, slots);
  }

  static runtime::HostResult call_on(ProgramState& state, const GuestMemory& guest,
                                     std::span<uint64_t> slots) {
    auto result = invoke(state, guest, slots, std::index_sequence_for<Args...>());
    state.descriptors.end_call();
    return result;
  }

  static const runtime::HostFunctionDefinition* definition(std::string_view name) {
    constexpr bool has_result = !std::is_same_v<R, runtime::HostResult>;
    static const runtime::HostFunctionDefinition made{
        name,
        {{value_type<Args>()...},
         has_result ? std::vector{wasm::ValueType::i32()} : std::vector<wasm::ValueType>{}},
        &call};
    return &made;
  }

 private:
  template <size_t... index>
  static runtime::HostResult invoke(ProgramState& state, const GuestMemory& guest,
                                    std::span<uint64_t> slots, std::index_sequence<index...>) {
    return deliver(function(state, guest, static_cast<Args>(slots[index])...), slots);
  }
};

}  // namespace wherry::wasi
