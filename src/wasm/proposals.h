// Which proposals a module uses: what it needs of an engine beyond WebAssembly 1.0. Names and
// opcodes follow github.com/WebAssembly/proposals; all but threads are part of Core 3.0.
#pragma once

#include <cstdint>
#include <vector>

#include "support/result.h"
#include "wasm/module.h"

namespace wherry::wasm {

enum class Proposal : uint8_t {
  MutableGlobals,  // imported or exported
  SignExtension,
  NontrappingConversion,
  MultiValue,
  BulkMemory,
  ReferenceTypes,
  Simd,
  RelaxedSimd,
  TailCalls,
  ExtendedConst,
  Exceptions,
  LegacyExceptions,
  MultiMemory,
  Memory64,
  FunctionReferences,
  GarbageCollection,
  Threads,
};
// "bulk memory"
const char* to_string(Proposal proposal);

// In the order above. `module` is one that decode_module returned; it need not be valid. Reads all
// bodies. Errors: those of InstructionReader, where a body cannot be read.
Result<std::vector<Proposal>> proposals_used(const Module& module);

}  // namespace wherry::wasm
