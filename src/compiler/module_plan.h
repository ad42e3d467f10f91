// What has to be known of a module before any of its functions is compiled: the layout of its
// instances.
#pragma once

#include <cstdint>
#include <vector>

#include "abi/code_mode.h"
#include "abi/instance_layout.h"
#include "abi/object_layout.h"
#include "compiler/constant_tables.h"
#include "support/result.h"
#include "wasm/branch_hints.h"
#include "wasm/module.h"

namespace wherry::compiler {

// Immutable; shared by the threads that compile. Borrows the module.
struct ModulePlan {
  const wasm::Module& module;
  abi::InstanceCounts counts;
  abi::InstanceLayout layout;
  std::vector<uint32_t> reference_slots;  // by function: as abi::FunctionRecord::reference_slot
  abi::CodeMode mode;
  std::vector<abi::StructLayout> struct_layouts;  // by type; empty where no type is a struct
  ConstantTables constant_tables;
  wasm::BranchHints branch_hints;

  // Whether accesses to a memory are compared with its size (function_address.cc): else the MMU
  // compares, in address space for all that 32-bit addresses reach.
  bool is_checked(uint32_t memory) const {
    return mode.checks_bounds || module.memories[memory].is_64;
  }
  // Whether a memory's base may change while an instance runs.
  bool may_move(uint32_t memory) const {
    return mode.checks_bounds && !module.memories[memory].shared;
  }
  // Whether the last page that 32-bit addresses reach is in none of the memories, ever, and there
  // are guards.
  bool lacks_last_pages() const;
};

// The module must be valid; errors are those of reading it.
Result<ModulePlan> plan_module(const wasm::Module& module, abi::CodeMode mode = {});

}  // namespace wherry::compiler
