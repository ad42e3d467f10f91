// One LLVM module of a compilation: types, declarations and metadata that the emitters share.
// Compiled functions are named f<index>, entry thunks t<index of their type>; imported functions'
// thunks are f<index> as well.
#pragma once

#include <llvm/IR/DIBuilder.h>
#include <llvm/IR/IRBuilder.h>
#include <llvm/IR/LLVMContext.h>
#include <llvm/IR/Module.h>

#include <string>
#include <string_view>

#include "abi/calls.h"
#include "compiler/module_plan.h"

namespace wherry::compiler {

std::string function_symbol(uint32_t function);
std::string entry_thunk_symbol(uint32_t type);

// One thread at a time. Borrows the plan and the context.
class Chunk {
 public:
  // `feature_string` is LLVM's: "+avx2,…".
  Chunk(const ModulePlan& plan, llvm::LLVMContext& context, std::string feature_string);

  const ModulePlan& plan() const { return plan_; }
  const wasm::Module& wasm_module() const { return plan_.module; }
  llvm::LLVMContext& context() { return context_; }
  llvm::Module& ir() { return module_; }

  llvm::Type* type(wasm::ValueType type);
  // A function with the VmContext* in front, and those parameters that are in registers; several
  // results as a struct, or through memory.
  llvm::FunctionType* function_type(const wasm::FunctionType& type);
  // Whether a function of this type writes its results to slots (abi/calls.h), which are its
  // argument kResultsArgument; and where the parameters begin among its arguments.
  static bool returns_in_memory(const wasm::FunctionType& type) {
    return type.results.size() > abi::kRegisterResultsMax;
  }
  static constexpr unsigned kResultsArgument = 1;
  static unsigned first_param(const wasm::FunctionType& type) {
    return returns_in_memory(type) ? kResultsArgument + 1 : 1;
  }
  // The function as compiled code calls it directly.
  llvm::Function* function(uint32_t index);
  // Of ConstantTableEntry: a table that the plan has as constant.
  llvm::Constant* constant_table(uint32_t table);
  // A function of this chunk, with the attributes that all compiled code has.
  llvm::Function* create_function(llvm::FunctionType* type, llvm::CallingConv::ID convention,
                                  const std::string& name);
  // What a function with landing pads must name. It is never called.
  llvm::Function* personality();
  // Debug information of a compiled function, whose lines are offsets in the binary, plus one: line
  // 0 means "no line". `offset` is that of its body.
  llvm::DISubprogram* create_subprogram(uint32_t offset);

  llvm::MDNode* empty_node() { return empty_node_; }
  llvm::MDNode* guest_access() { return guest_access_; }        // TBAA: linear memory
  llvm::MDNode* object_access() { return object_access_; }      // TBAA: structs and arrays
  llvm::MDNode* instance_access() { return instance_access_; }  // TBAA: everything else
  llvm::MDNode* unlikely() { return unlikely_; }                // branch weights: true is rare
  llvm::MDNode* likely() { return likely_; }                    // true is not

  // By LLVM's name: "fma".
  bool has_cpu_feature(std::string_view name) const;

  // To be called once, before the chunk is optimised.
  void finish();

 private:
  void create_metadata();

  const ModulePlan& plan_;
  llvm::LLVMContext& context_;
  llvm::Module module_;
  std::string feature_string_;
  std::vector<llvm::Function*> functions_;  // by index, null until first asked for
  std::unique_ptr<llvm::DIBuilder> debug_;  // made with the first subprogram
  llvm::Function* personality_ = nullptr;
  llvm::DIFile* debug_file_ = nullptr;
  llvm::MDNode* empty_node_ = nullptr;
  llvm::MDNode* guest_access_ = nullptr;
  llvm::MDNode* object_access_ = nullptr;
  llvm::MDNode* instance_access_ = nullptr;
  llvm::MDNode* unlikely_ = nullptr;
  llvm::MDNode* likely_ = nullptr;
};

}  // namespace wherry::compiler
