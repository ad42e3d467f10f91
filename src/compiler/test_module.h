// For tests: modules written in the text format, through wabt's wat2wasm.
#pragma once

#include <string>

#include "support/bytes.h"
#include "wasm/module.h"

namespace wherry::compiler {

// A module with the bytes that it borrows from.
struct TestModule {
  Bytes binary;
  wasm::Module module;
};

// Ends the test program where the text is wrong. Function names are kept (wat2wasm --debug-names).
TestModule module_of(const std::string& wat);

// Compiles it; ends the test program on an error.
Bytes compile_wat(const std::string& wat);

}  // namespace wherry::compiler
