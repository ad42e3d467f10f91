// Values in an array of 8-byte slots, as host and guest exchange them (abi/calls.h). i32 and f32
// lie in a slot's low half, which is its first; v128 takes two.
#pragma once

#include <vector>

#include "compiler/ir_builder.h"

namespace wherry::compiler {

uint32_t slot_count(const std::vector<wasm::ValueType>& types);

llvm::SmallVector<llvm::Value*> load_slots(IrBuilder& builder, llvm::Value* slots,
                                           const std::vector<wasm::ValueType>& types);
void store_slots(IrBuilder& builder, llvm::Value* slots, const std::vector<wasm::ValueType>& types,
                 llvm::ArrayRef<llvm::Value*> values);

// What a call of a function of this type gives: in registers, or in `slots`.
llvm::SmallVector<llvm::Value*> call_results(IrBuilder& builder, llvm::Value* call,
                                             llvm::Value* slots, const wasm::FunctionType& type);
// Returns `values` from the function at hand, which is of this type.
void return_values(IrBuilder& builder, const wasm::FunctionType& type,
                   llvm::ArrayRef<llvm::Value*> values);

}  // namespace wherry::compiler
