// Writes an artifact (abi/artifact.h): the module's tables around its compiled code.
#pragma once

#include "compiler/module_plan.h"
#include "compiler/object_linker.h"
#include "support/bytes.h"

namespace wherry::compiler {

// `binary` is the module's, for its digest. Two calls with the same input give the same bytes.
// Errors: Invalid where the module has more of something than 32 bits count.
Result<Bytes> write_artifact(const ModulePlan& plan, ByteSpan binary, const LinkedCode& linked,
                             const abi::Validity& validity);

}  // namespace wherry::compiler
