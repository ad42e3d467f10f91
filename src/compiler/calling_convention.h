// Where a function's arguments are: the first ones in registers, as System V's AMD64 convention has
// them (supplement 1.0, §3.2.3), the others in the argument area of the callee's instance
// (abi/calls.h says why). LLVM only ever sees those in registers.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "compiler/ir_builder.h"
#include "wasm/types.h"

namespace wherry::compiler {

// By parameter: its offset in the argument area; std::nullopt: it is in a register.
std::vector<std::optional<uint32_t>> argument_places(const wasm::FunctionType& type);
// What a function of this type needs of the argument area.
uint32_t argument_area_bytes(const wasm::FunctionType& type);

// The arguments of a call in registers, `context` first: the callee's VmContext. Stores the others,
// so that the call has to follow at once. `results` is where a callee that returns through memory
// is to put them; else it is not looked at.
llvm::SmallVector<llvm::Value*> place_arguments(IrBuilder& builder, const wasm::FunctionType& type,
                                                llvm::Value* context, llvm::Value* results,
                                                llvm::ArrayRef<llvm::Value*> arguments);
// A parameter of the function at hand, which is of this type. To be taken before it calls anything.
llvm::Value* load_parameter(IrBuilder& builder, const wasm::FunctionType& type, uint32_t index);

}  // namespace wherry::compiler
