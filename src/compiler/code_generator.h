// LLVM's part: optimises a chunk and turns it into an ELF object in memory.
#pragma once

#include <llvm/Target/TargetMachine.h>

#include <memory>
#include <string>

#include "compiler/chunk.h"
#include "compiler/listing.h"
#include "compiler/object_code.h"
#include "support/result.h"

namespace wherry::compiler {

constexpr const char* kTargetTriple = "x86_64-unknown-linux-gnu";
constexpr const char* kTargetCpu = "x86-64";

// One thread at a time; each thread has its own.
class CodeGenerator {
 public:
  // Errors: Unsupported for a CPU without SSE4.1: its rounding instructions would become calls into
  // a mathematical library, which compiled code does not have.
  static Result<CodeGenerator> create();

  const std::string& feature_string() const { return feature_string_; }
  // The chunk must be finished; it is used up.
  Result<ObjectCode> generate(Chunk& chunk);
  // The same, as text.
  Result<std::string> list(Chunk& chunk, Listing listing);

 private:
  CodeGenerator(std::unique_ptr<llvm::TargetMachine> machine, std::string feature_string)
      : machine_(std::move(machine)), feature_string_(std::move(feature_string)) {}
  void optimise(Chunk& chunk);
  Result<> emit(llvm::Module& module, llvm::raw_pwrite_stream& stream, llvm::CodeGenFileType type);

  std::unique_ptr<llvm::TargetMachine> machine_;
  std::string feature_string_;
};

}  // namespace wherry::compiler
