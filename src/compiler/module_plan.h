// What has to be known of a module before any of its functions is compiled: the layout of its
// instances.
#pragma once

#include <cstdint>
#include <vector>

#include "abi/code_mode.h"
#include "abi/instance_layout.h"
#include "support/result.h"
#include "wasm/module.h"

namespace wherry::compiler {

// Immutable; shared by the threads that compile. Borrows the module.
struct ModulePlan {
  const wasm::Module& module;
  abi::InstanceCounts counts;
  abi::InstanceLayout layout;
  std::vector<uint32_t> reference_slots;  // by function: as abi::FunctionRecord::reference_slot
  abi::CodeMode mode;
};

// Errors: Unsupported for memories and tables of 64-bit addresses and for shared memories.
Result<ModulePlan> plan_module(const wasm::Module& module, abi::CodeMode mode = {});

}  // namespace wherry::compiler
