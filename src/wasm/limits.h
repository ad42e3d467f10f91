// What a module may ask of decoder and validator before it has proven anything: the same figures
// that browsers agreed on (WebAssembly JavaScript Interface, "Implementation-defined Limits").
#pragma once

#include <cstdint>

namespace wherry::wasm::limits {

constexpr uint64_t kModuleBytes = 1ull << 30;
constexpr uint32_t kTypes = 1'000'000;
constexpr uint32_t kFunctions = 1'000'000;
constexpr uint32_t kImports = 1'000'000;
constexpr uint32_t kExports = 1'000'000;
constexpr uint32_t kGlobals = 1'000'000;
constexpr uint32_t kTags = 1'000'000;
constexpr uint32_t kDataSegments = 100'000;
constexpr uint32_t kElementSegments = 10'000'000;
constexpr uint32_t kTables = 100'000;
constexpr uint32_t kMemories = 100;
constexpr uint32_t kFunctionBodyBytes = 7'654'321;
constexpr uint32_t kFunctionLocals = 50'000;
constexpr uint32_t kFunctionParams = 1'000;
constexpr uint32_t kFunctionResults = 1'000;
// Items of an element segment. Also what a table may hold in an instance: a module that declares
// more is valid by the official suite, so the runtime refuses it, not the validator.
constexpr uint64_t kTableElements = 10'000'000;
constexpr uint64_t kMemoryPages = 65'536;
constexpr uint64_t kMemoryPages64 = 1ull << 48;  // of 64-bit addresses: all that they reach
constexpr uint32_t kStructFields = 10'000;
constexpr uint32_t kSubtypingDepth = 63;  // supertypes above a type
constexpr uint32_t kArrayNewFixed = 10'000;
constexpr uint32_t kBlockNesting = 50'000;  // control frames open at once

// Ours; browsers have no such limits.
constexpr uint32_t kCustomSections = 100'000;
// Operands on the stack at once. A call of two bytes may push kFunctionResults operands, so that
// without this a function of 7 MB would take gigabytes to validate. Real code stays below a
// hundred.
constexpr uint32_t kOperands = 1'000'000;

}  // namespace wherry::wasm::limits
