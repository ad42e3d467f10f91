// Checks the type section: what types refer to, and that sub types fit their supertypes.
// Follows Core 3.0 §3.2.3 to §3.2.7, §3.2.11.
#pragma once

#include "support/result.h"
#include "wasm/module.h"
#include "wasm/subtyping.h"

namespace wherry::wasm {

// Enters all types of the module into `types`, which is empty. Errors: Invalid, naming the type.
Result<> validate_types(const Module& module, TypeRelations& types);

// Whether a type that refers to a module's type refers to one that is there; `count` are. Errors:
// Invalid.
Result<> check_type_exists(ValueType type, size_t count);

}  // namespace wherry::wasm
