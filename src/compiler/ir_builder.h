// An IRBuilder that knows instances, traps and calls into the host (abi/instance_layout.h,
// abi/calls.h).
#pragma once

#include <llvm/IR/IRBuilder.h>

#include <cstddef>

#include "abi/calls.h"
#include "abi/trap.h"
#include "compiler/chunk.h"

namespace wherry::compiler {

// The builtins as compiled code names them: offsets in abi::Builtins.
#define WHERRY_BUILTIN(name) (offsetof(::wherry::abi::Builtins, name))

// One thread at a time. Borrows the chunk; `context` is the function's VmContext parameter.
class IrBuilder : public llvm::IRBuilder<> {
 public:
  IrBuilder(Chunk& chunk, llvm::BasicBlock* block, llvm::Value* context)
      : llvm::IRBuilder<>(block), chunk_(chunk), context_(context) {}

  Chunk& chunk() { return chunk_; }
  llvm::Value* context() { return context_; }

  llvm::Value* at(llvm::Value* pointer, uint64_t offset_bytes);
  llvm::Value* in_instance(uint64_t offset_bytes) { return at(context_, offset_bytes); }
  // Loads of what never changes while an instance lives, and of what may.
  llvm::LoadInst* load_constant(llvm::Type* type, llvm::Value* pointer);
  llvm::LoadInst* load_field(llvm::Type* type, llvm::Value* pointer);
  llvm::StoreInst* store_field(llvm::Value* value, llvm::Value* pointer);
  // Of structs and arrays.
  llvm::LoadInst* load_object(llvm::Type* type, llvm::Value* pointer);
  llvm::StoreInst* store_object(llvm::Value* value, llvm::Value* pointer);

  llvm::BasicBlock* create_block() {
    return llvm::BasicBlock::Create(getContext(), "", GetInsertBlock()->getParent());
  }

  // Stops the guest here; the block has ended.
  void trap(abi::TrapCode code);
  // Stops it where `condition` holds, and goes on in a new block.
  void trap_if(llvm::Value* condition, abi::TrapCode code);
  void trap_unless(llvm::Value* condition, abi::TrapCode code) {
    trap_if(CreateNot(condition), code);
  }

  // Calls the builtin at `offset_bytes` of the table. The VmContext is passed in front of
  // `arguments`.
  llvm::Value* call_builtin(size_t offset_bytes, llvm::Type* result,
                            llvm::ArrayRef<llvm::Value*> arguments);
  // The same for one that returns bool: false is a trap.
  void call_checked_builtin(size_t offset_bytes, llvm::ArrayRef<llvm::Value*> arguments,
                            abi::TrapCode code);

 private:
  void probe_host_stack();

  Chunk& chunk_;
  llvm::Value* context_;
};

}  // namespace wherry::compiler
