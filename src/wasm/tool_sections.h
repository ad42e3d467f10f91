// Custom sections that toolchains leave: who made a module, for what. Follows tool-conventions,
// ProducersSection.md and Linking.md ("Target Features Section"), and Core 3.0 appendix A.4.
// Trust: input is hostile; what cannot be read is left out, as custom sections never make a module
// invalid.
#pragma once

#include <string>

#include "support/json.h"
#include "wasm/module.h"

namespace wherry::wasm {

// {"language": ["C11"], "processed-by": ["clang 22.1.0"]}; empty where there is none.
OrderedJson read_producers(const Module& module);
// ["+bulk-memory", "+sign-ext"]
OrderedJson read_target_features(const Module& module);
// The module's own name, from the name section; empty where it has none.
std::string read_module_name(const Module& module);

}  // namespace wherry::wasm
