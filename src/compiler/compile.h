// Compiles a validated module to an artifact (abi/artifact.h) with LLVM, for this machine's CPU.
//
// Bodies are split into chunks of a fixed size; each chunk becomes an LLVM module of its own
// (chunk.h, function_emitter.h), is optimised and turned into an ELF object (code_generator.h) on
// its own thread. A small linker (object_linker.h) joins the objects into one piece of code without
// relocations; artifact_writer.h adds the tables. The chunks do not depend on the number of
// threads, so the same input gives the same bytes.
#pragma once

#include "abi/artifact.h"
#include "abi/code_mode.h"
#include "support/bytes.h"
#include "support/digest.h"
#include "support/result.h"
#include "wasm/module.h"

namespace wherry::compiler {

struct CompileOptions {
  unsigned threads_max = 0;  // 0: as many as the machine runs at once
  abi::CodeMode mode = {};
  abi::Validity validity = {};
};

// `module` must have passed wasm::validate_module, and was decoded from `binary`; the result
// borrows neither. Errors: Unsupported for a feature or a CPU (older than x86-64-v2) that is not
// offered; Invalid for code beyond the artifact's 32-bit offsets. Thread-safe.
Result<Bytes> compile_module(const wasm::Module& module, ByteSpan binary,
                             const CompileOptions& options = {});

}  // namespace wherry::compiler
