// Checks a decoded module against the rules of Core 3.0 §3 (validation). A module that passes may
// be compiled; nothing else may. Function bodies are read once, instruction by instruction
// (instruction.h), with the operand and control stacks of the specification's appendix A.3.
#pragma once

#include "support/result.h"
#include "wasm/module.h"

namespace wherry::wasm {

// `module` is one that decode_module returned.
// Errors: Invalid or Malformed (function bodies are decoded here), with the byte offset ("at offset
// 0x4d: …") or, outside of code, the part's name ("export 3: …"); Unsupported for an instruction of
// a proposal that is not there yet. Thread-safe.
Result<> validate_module(const Module& module);

}  // namespace wherry::wasm
