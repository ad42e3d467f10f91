// Writes a module anew with another state to begin with: what wherry snapshot needs. Sections that
// do not change are copied byte by byte, so that function bodies, names and debug information stay
// true. All take a module's binary and the Module that was decoded and validated from it.
#pragma once

#include <array>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "support/bytes.h"
#include "support/result.h"
#include "wasm/module.h"

namespace wherry::wasm {

struct AddedExport {
  std::string name;  // must not be among the module's
  ExternalKind kind;
  uint32_t index;
};

// Without its start function, and with further exports. The module must export something.
Bytes expose(ByteSpan binary, const Module& module, const std::vector<AddedExport>& added);

// What an instance of the module holds. The module must import no memory.
struct ModuleState {
  std::vector<ByteSpan> memories;  // whole pages, by memory
  // By defined global: its value's bits, little-endian; nullopt: its initial value stays. Not for
  // references.
  std::vector<std::optional<std::array<std::byte, 16>>> globals;
  std::vector<bool> dropped_data;  // by data segment
  std::set<std::string, std::less<>> removed_exports;
};

// Without its start function, and with memories and globals that hold `state` at first. Zeros of a
// memory are not written. Errors: Invalid where a memory is scattered over more data segments than
// limits.h allows.
Result<Bytes> with_state(ByteSpan binary, const Module& module, const ModuleState& state);

}  // namespace wherry::wasm
