// The import modules that a Program offers, each a constant table of functions over the program's
// state.
#pragma once

#include <span>

#include "runtime/host_module.h"

namespace wherry::wasi {

struct ProgramState;

// One function of a module. The definition is made at the first use: a function type owns memory,
// and a cold start should pay for the dozen functions that a program imports and not for a hundred.
struct FunctionEntry {
  std::string_view name;
  const runtime::HostFunctionDefinition* (*definition)(std::string_view name);
};

class Module final : public runtime::HostModule {
 public:
  // `functions` is sorted by name and constant; `state` is borrowed and owns this.
  Module(std::string_view name, std::span<const FunctionEntry> functions, ProgramState& state)
      : name_(name), functions_(functions), state_(state) {}

  std::string_view name() const override { return name_; }
  const runtime::HostFunctionDefinition* find_function(std::string_view field) const override;
  void* self() override { return &state_; }

 private:
  std::string_view name_;
  std::span<const FunctionEntry> functions_;
  ProgramState& state_;
};

// "wasi_snapshot_preview1": all functions of the document.
std::span<const FunctionEntry> preview1_functions();
// "wasi_unstable"
std::span<const FunctionEntry> unstable_functions();

}  // namespace wherry::wasi
