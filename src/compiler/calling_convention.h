// Which of a call's arguments LLVM's tailcc passes on the stack: as much of System V's AMD64
// convention (supplement 1.0, §3.2.3) as WebAssembly's types need. Unwinding asks for it.
#pragma once

#include <cstdint>

#include "abi/unwind.h"
#include "wasm/types.h"

namespace wherry::compiler {

// The bytes that a function of this type removes from the stack when it returns, padding included;
// abi::kCallArgumentBytes where all arguments are in registers.
uint32_t stack_argument_bytes(const wasm::FunctionType& type);

}  // namespace wherry::compiler
