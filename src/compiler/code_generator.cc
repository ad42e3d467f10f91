#include "compiler/code_generator.h"

#include <llvm/ADT/SmallVector.h>
#include <llvm/Analysis/TargetLibraryInfo.h>
#include <llvm/Analysis/TargetTransformInfo.h>
#include <llvm/IR/LegacyPassManager.h>
#include <llvm/IR/Verifier.h>
#include <llvm/MC/TargetRegistry.h>
#include <llvm/Passes/PassBuilder.h>
#include <llvm/Support/CommandLine.h>
#include <llvm/Support/TargetSelect.h>
#include <llvm/Support/raw_ostream.h>
#include <llvm/Transforms/InstCombine/InstCombine.h>
#include <llvm/Transforms/Scalar/EarlyCSE.h>
#include <llvm/Transforms/Scalar/GVN.h>
#include <llvm/Transforms/Scalar/JumpThreading.h>
#include <llvm/Transforms/Scalar/LICM.h>
#include <llvm/Transforms/Scalar/LoopPassManager.h>
#include <llvm/Transforms/Scalar/LoopRotation.h>
#include <llvm/Transforms/Scalar/LoopUnrollPass.h>
#include <llvm/Transforms/Scalar/Reassociate.h>
#include <llvm/Transforms/Scalar/SimplifyCFG.h>
#include <llvm/Transforms/Utils/Mem2Reg.h>
#include <llvm/Transforms/Vectorize/SLPVectorizer.h>

#include <mutex>

#include "abi/cpu_features.h"
#include "compiler/address_distances.h"
#include "compiler/float_identities.h"
#include "compiler/line_rows.h"

namespace wherry::compiler {

using namespace llvm;

Result<CodeGenerator> CodeGenerator::create() {
  static std::once_flag initialized;
  std::call_once(initialized, [] {
    InitializeNativeTarget();
    InitializeNativeTargetAsmPrinter();
    InitializeNativeTargetAsmParser();  // for the stack probe, which is inline assembler
    // Arguments on the stack are stored, not pushed, so that a function's frame is the same at all
    // its calls (abi/unwind.h). Pushing would save some bytes of code, and no time.
    const char* const options[] = {"wherry-compile", "-no-x86-call-frame-opt"};
    cl::ParseCommandLineOptions(2, options);
  });
  std::string features = abi::cpu_feature_string();
  if (features.find("+sse4.1") == std::string::npos)
    return fail(ErrorCode::Unsupported, "this CPU lacks SSE4.1 (x86-64-v2 or newer is needed)");
  std::string message;
  Triple triple(kTargetTriple);
  const Target* target = TargetRegistry::lookupTarget(triple, message);
  if (target == nullptr) return fail(ErrorCode::Unsupported, "LLVM has no x86-64: {}", message);
  TargetOptions options;
  std::unique_ptr<TargetMachine> machine(
      target->createTargetMachine(triple, kTargetCpu, features, options, Reloc::PIC_,
                                  CodeModel::Small, CodeGenOptLevel::Default));
  return CodeGenerator(std::move(machine), std::move(features));
}

// Where the optimiser ends, tailcc becomes the C convention: the same registers, and no bytes that
// callees remove from the stack (8, where nothing is on it, to keep it aligned). Tail calls stay
// `musttail`, which the code generator makes or gives up; what it cannot make are arguments that
// lie on the stack elsewhere than the caller's, and there are none (abi/calls.h). Until here they
// are tailcc because the C convention's have to be between functions of one type: LLVM's
// verifier does not know that all others are in registers as well.
static void use_plain_convention(Module& module) {
  for (Function& function : module) {
    if (function.getCallingConv() == CallingConv::Tail) function.setCallingConv(CallingConv::C);
    for (BasicBlock& block : function)
      for (Instruction& instruction : block)
        if (auto* call = dyn_cast<CallBase>(&instruction);
            call && call->getCallingConv() == CallingConv::Tail)
          call->setCallingConv(CallingConv::C);
  }
}

// A short pipeline: most modules come from a compiler that has optimised them already, so that what
// is left are the traces of WebAssembly itself (locals, i32 conditions, address arithmetic), and
// what that compiler could not know: this CPU's vectors, and how far unrolling pays on it.
// Nothing here looks into other functions, nor replaces code by calls of the C library.
//
// LLVM's own O3 pipeline takes one and a half times as long for code that is no faster (bench/
// steady). Its IndVarSimplify is left out for cause: it rewrites loops' exits in 32 bits that wrap,
// after which address arithmetic cannot be folded into the access: jacobi_2d takes 1.7 times as
// long.
void CodeGenerator::optimise(Chunk& chunk) {
  Module& module = chunk.ir();
  module.setDataLayout(machine_->createDataLayout());
  LoopAnalysisManager loops;
  FunctionAnalysisManager functions;
  CGSCCAnalysisManager components;
  ModuleAnalysisManager modules;
  PassBuilder builder(machine_.get());
  TargetLibraryInfoImpl no_library{Triple(kTargetTriple)};
  no_library.disableAllFunctions();
  functions.registerPass([&] { return TargetLibraryAnalysis(no_library); });
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(components);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, components, modules);

  FunctionPassManager passes;
  passes.addPass(PromotePass());
  passes.addPass(FloatIdentitiesPass());
  passes.addPass(EarlyCSEPass(true));
  passes.addPass(SimplifyCFGPass());
  passes.addPass(InstCombinePass());
  passes.addPass(JumpThreadingPass());
  passes.addPass(ReassociatePass());
  const bool folds_distances = chunk.plan().lacks_last_pages();
  if (folds_distances) passes.addPass(AddressDistancesPass(chunk.guest_access()));
  LoopPassManager loop_passes;
  loop_passes.addPass(LoopRotatePass());
  loop_passes.addPass(LICMPass(LICMOptions()));
  passes.addPass(createFunctionToLoopPassAdaptor(std::move(loop_passes), true));
  passes.addPass(GVNPass());
  passes.addPass(InstCombinePass());
  passes.addPass(SLPVectorizerPass());
  passes.addPass(LoopUnrollPass(LoopUnrollOptions(2)));
  passes.addPass(InstCombinePass());
  if (folds_distances) passes.addPass(AddressDistancesPass(chunk.guest_access()));
  passes.addPass(SimplifyCFGPass());
  for (Function& function : module)
    if (!function.isDeclaration()) passes.run(function, functions);
  use_plain_convention(module);
}

Result<> CodeGenerator::emit(Module& module, raw_pwrite_stream& stream, CodeGenFileType type) {
  legacy::PassManager passes;
  TargetLibraryInfoImpl no_library{Triple(kTargetTriple)};
  no_library.disableAllFunctions();
  passes.add(new TargetLibraryInfoWrapperPass(no_library));  // owned by `passes`
  if (machine_->addPassesToEmitFile(passes, stream, nullptr, type))
    return fail(ErrorCode::Unsupported, "LLVM cannot write objects");
  passes.run(module);
  return {};
}

Result<ObjectCode> CodeGenerator::generate(Chunk& chunk) {
  Module& module = chunk.ir();
  optimise(chunk);
  SmallVector<char, 0> elf;
  raw_svector_ostream stream(elf);
  TRY(emit(module, stream, CodeGenFileType::ObjectFile));
  ObjectCode object;
  ByteSpan written = as_bytes({elf.data(), elf.size()});
  object.elf.assign(written.begin(), written.end());
  object.lines = TRY(read_line_table(object.elf));
  return object;
}

Result<std::string> CodeGenerator::list(Chunk& chunk, Listing listing) {
  Module& module = chunk.ir();
  optimise(chunk);
  SmallVector<char, 0> text;
  raw_svector_ostream stream(text);
  if (listing == Listing::Ir)
    module.print(stream, nullptr);
  else
    TRY(emit(module, stream, CodeGenFileType::AssemblyFile));
  return std::string(text.begin(), text.end());
}

}  // namespace wherry::compiler
