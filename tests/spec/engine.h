// From the bytes of a module to an artifact, in this process and without a file: what
// wherry-compile and the cache do, for tests.
#pragma once

#include <memory>

#include "runtime/artifact.h"
#include "support/bytes.h"
#include "support/result.h"

namespace wherry::spec {

// Decodes and validates only.
Result<> check_module(ByteSpan binary);

// Errors: of the decoder, the validator and the compiler.
Result<std::shared_ptr<const runtime::Artifact>> compile(ByteSpan binary, abi::CodeMode mode = {});

}  // namespace wherry::spec
