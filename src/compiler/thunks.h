// The code between host and guest: entry thunks, through which the host calls functions, and import
// thunks, through which functions call the host (abi/calls.h).
#pragma once

#include "compiler/chunk.h"

namespace wherry::compiler {

// For each type of the module the type whose entry thunk it uses: the first of its equals, or
// abi::kNone where no function has the type.
std::vector<uint32_t> entry_thunk_types(const wasm::Module& module);

// Emits function `index`, an imported one: it makes a host_call of itself.
void emit_import_thunk(Chunk& chunk, uint32_t index);

// Emits the entry thunk of a type.
void emit_entry_thunk(Chunk& chunk, uint32_t type);

}  // namespace wherry::compiler
