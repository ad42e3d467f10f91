// The import modules that a Program offers, each a constant table of functions over the program's
// state.
#pragma once

#include <span>

#include "runtime/host_module.h"

namespace wherry::wasi {

class GuestMemory;
struct ProgramState;

// One function of a module. The definition is made at the first use: a function type owns memory,
// and a cold start should pay for the dozen functions that a program imports and not for a hundred.
struct FunctionEntry {
  std::string_view name;
  const runtime::HostFunctionDefinition* (*definition)(std::string_view name);
  // The function itself, on any piece of memory: what fuzzing calls, without a guest.
  runtime::HostResult (*call_on)(ProgramState&, const GuestMemory&, std::span<uint64_t> slots);
};

class Module final : public runtime::HostModule {
 public:
  // `functions` is sorted by name and constant; `state` is borrowed and owns this.
  Module(std::string_view name, std::span<const FunctionEntry> functions, ProgramState& state)
      : name_(name), functions_(functions), state_(state) {}

  std::string_view name() const override { return name_; }
  const runtime::HostFunctionDefinition* find_function(std::string_view field) const override;
  const runtime::HostFunctionDefinition* find_overload(std::string_view field,
                                                       size_t index) const override;
  void* self() override { return &state_; }

 private:
  std::string_view name_;
  std::span<const FunctionEntry> functions_;
  ProgramState& state_;
};

// "wasi_snapshot_preview1": all functions of the document, and WasmEdge's for sockets. Of functions
// of one name the document's is the first.
std::span<const FunctionEntry> preview1_functions();
// "wasi_unstable"
std::span<const FunctionEntry> unstable_functions();

}  // namespace wherry::wasi
