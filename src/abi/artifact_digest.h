// The digests in an artifact's header, by which a damaged file is known.
#pragma once

#include "abi/artifact.h"

namespace wherry::abi {

// `file` is a whole artifact, whose header is `header`.
Digest records_digest(ByteSpan file, const Header& header);
Digest contents_digest(ByteSpan file, const Header& header);
// Errors: Malformed, saying that the artifact's `what` is damaged.
Result<> check_equal(const Digest& digest, const uint8_t (&expected)[32], const char* what);

}  // namespace wherry::abi
