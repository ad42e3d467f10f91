// Reads WebAssembly binaries into wasm::Module, in one pass; function bodies stay as spans for the
// validator. Follows Core 3.0 §5 (binary format); section order is §5.5.16. Trust: input is
// hostile. Every count is checked against the bytes left before anything is reserved.
#pragma once

#include "support/bytes.h"
#include "support/result.h"
#include "wasm/module.h"

namespace wherry::wasm {

// Decodes one module. The module borrows `bytes` for code, names and segments; `bytes` must outlive
// it. Errors: Malformed ("at offset 0x1f: …"), for a component as well; Unsupported for a later
// proposal's encoding. Limits: wasm/limits.h. Thread-safe; no shared state.
Result<Module> decode_module(ByteSpan bytes);

}  // namespace wherry::wasm
