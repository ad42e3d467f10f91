#include "compiler/chunk.h"

#include <llvm/BinaryFormat/Dwarf.h>
#include <llvm/IR/MDBuilder.h>
#include <llvm/Support/CodeGen.h>
#include <llvm/TargetParser/Host.h>
#include <llvm/TargetParser/Triple.h>

#include "compiler/calling_convention.h"
#include "compiler/code_generator.h"

namespace wherry::compiler {

using namespace llvm;

std::string function_symbol(uint32_t function) { return fmt::format("f{}", function); }
std::string entry_thunk_symbol(uint32_t type) { return fmt::format("t{}", type); }

Chunk::Chunk(const ModulePlan& plan, LLVMContext& context, std::string feature_string)
    : plan_(plan),
      context_(context),
      module_("wherry", context),
      feature_string_(std::move(feature_string)),
      functions_(plan.module.functions.size()) {
  module_.setTargetTriple(Triple(kTargetTriple));
  module_.setPICLevel(PICLevel::BigPIC);
  module_.addModuleFlag(Module::Warning, "Debug Info Version", DEBUG_METADATA_VERSION);
  module_.addModuleFlag(Module::Max, "Dwarf Version", 4);
  create_metadata();
}

void Chunk::create_metadata() {
  MDBuilder builder(context_);
  MDNode* root = builder.createTBAARoot("wherry");
  MDNode* guest = builder.createTBAAScalarTypeNode("guest", root);
  MDNode* object = builder.createTBAAScalarTypeNode("object", root);
  MDNode* instance = builder.createTBAAScalarTypeNode("instance", root);
  guest_access_ = builder.createTBAAStructTagNode(guest, guest, 0);
  object_access_ = builder.createTBAAStructTagNode(object, object, 0);
  instance_access_ = builder.createTBAAStructTagNode(instance, instance, 0);
  empty_node_ = MDNode::get(context_, {});
  unlikely_ = builder.createUnlikelyBranchWeights();
  likely_ = builder.createLikelyBranchWeights();
}

Type* Chunk::type(wasm::ValueType type) {
  using Kind = wasm::ValueType::Kind;
  switch (type.kind()) {
    case Kind::I32:
      return Type::getInt32Ty(context_);
    case Kind::I64:
      return Type::getInt64Ty(context_);
    case Kind::F32:
      return Type::getFloatTy(context_);
    case Kind::F64:
      return Type::getDoubleTy(context_);
    case Kind::V128:
      return FixedVectorType::get(Type::getInt64Ty(context_), 2);
    case Kind::Reference:
      return PointerType::get(context_, 0);
  }
  llvm_unreachable("value types are checked by the decoder");
}

FunctionType* Chunk::function_type(const wasm::FunctionType& type) {
  SmallVector<Type*> params(first_param(type), PointerType::get(context_, 0));
  const auto places = argument_places(type);
  for (size_t index = 0; index < places.size(); ++index)
    if (!places[index]) params.push_back(this->type(type.params[index]));
  SmallVector<Type*> results;
  for (wasm::ValueType result : type.results) results.push_back(this->type(result));
  Type* result = results.empty() || returns_in_memory(type) ? Type::getVoidTy(context_)
                 : results.size() == 1                      ? results[0]
                                                            : StructType::get(context_, results);
  return FunctionType::get(result, params, false);
}

Function* Chunk::function(uint32_t index) {
  if (functions_[index] == nullptr) {
    const wasm::FunctionType& type = wasm_module().function_type(wasm::FunctionIndex(index));
    functions_[index] =
        create_function(function_type(type), CallingConv::Tail, function_symbol(index));
    // The VmContext is not `noalias`: a call into another instance may come back and change our
    // globals.
    functions_[index]->addParamAttr(0, Attribute::NonNull);
    functions_[index]->addDereferenceableParamAttr(0, sizeof(abi::VmContext));
  }
  return functions_[index];
}

Function* Chunk::create_function(FunctionType* type, CallingConv::ID convention,
                                 const std::string& name) {
  Function* function = Function::Create(type, GlobalValue::ExternalLinkage, name, module_);
  function->setCallingConv(convention);
  function->setVisibility(GlobalValue::HiddenVisibility);
  function->setDSOLocal(true);
  function->addFnAttr("target-cpu", kTargetCpu);
  function->addFnAttr("target-features", feature_string_);
  // The model decides on costs only, never on instructions: an artifact that comes from a machine
  // of another model is as right, and as good as the same.
  function->addFnAttr("tune-cpu", sys::getHostCPUName());
  function->addFnAttr("no-builtins");
  // A frame of more than a page touches each page in turn, so that it cannot step over the stack's
  // guard.
  function->addFnAttr("probe-stack", "inline-asm");
  return function;
}

Constant* Chunk::constant_table(uint32_t table) {
  const std::string symbol = constant_table_symbol(table);
  if (GlobalVariable* there = module_.getGlobalVariable(symbol)) return there;
  auto* variable = new GlobalVariable(module_, Type::getInt64Ty(context_), true,
                                      GlobalValue::ExternalLinkage, nullptr, symbol);
  variable->setVisibility(GlobalValue::HiddenVisibility);
  variable->setDSOLocal(true);
  variable->setAlignment(Align(alignof(ConstantTableEntry)));
  return variable;  // the module's
}

Function* Chunk::personality() {
  if (personality_ == nullptr) {
    FunctionType* type = FunctionType::get(Type::getInt32Ty(context_), true);
    personality_ =
        Function::Create(type, GlobalValue::ExternalLinkage, "wherry_personality", module_);
  }
  return personality_;
}

DISubprogram* Chunk::create_subprogram(uint32_t offset) {
  if (!debug_) {
    debug_ = std::make_unique<DIBuilder>(module_);
    debug_file_ = debug_->createFile("module.wasm", "");
    debug_->createCompileUnit(DISourceLanguageName(dwarf::DW_LANG_C), debug_file_, "wherry", true,
                              "", 0, "", DICompileUnit::LineTablesOnly, 0, false, false,
                              DICompileUnit::DebugNameTableKind::None);
  }
  DISubroutineType* type = debug_->createSubroutineType({});
  return debug_->createFunction(debug_file_, "f", "", debug_file_, offset + 1, type, offset + 1,
                                DINode::FlagZero,
                                DISubprogram::SPFlagDefinition | DISubprogram::SPFlagOptimized);
}

bool Chunk::has_cpu_feature(std::string_view name) const {
  return ("," + feature_string_ + ",").find(fmt::format(",+{},", name)) != std::string::npos;
}

void Chunk::finish() {
  if (debug_) debug_->finalize();
}

}  // namespace wherry::compiler
