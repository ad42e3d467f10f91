// Checks an artifact's bytes before anybody reads them: what parse_artifact does.
#pragma once

#include "abi/artifact.h"

namespace wherry::abi {

// Errors: as parse_artifact.
Result<ArtifactView> check_artifact(ByteSpan file);

}  // namespace wherry::abi
