// What becomes of a module, as text for people and for tests/golden: functions are named f<index>,
// entry thunks t<index of their type>.
#pragma once

#include <cstdint>
#include <string>

#include "abi/code_mode.h"
#include "support/result.h"
#include "wasm/module.h"

namespace wherry::compiler {

enum class Listing : uint8_t {
  Ir,        // LLVM's intermediate representation, optimised
  Assembly,  // in AT&T syntax
};

// As compile_module, on one thread, all functions in one chunk.
Result<std::string> list_module(const wasm::Module& module, Listing listing,
                                abi::CodeMode mode = {});

}  // namespace wherry::compiler
