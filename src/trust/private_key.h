// Private keys as files have them: cosign's sealed PEM, or PKCS#8 without a passphrase, which is
// read and never written.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "support/result.h"
#include "support/secret.h"
#include "trust/ecdsa.h"

namespace wherry::trust {

// Asked only where a key is sealed.
using AskPassphrase = std::function<Result<Secret>()>;

// Errors: Malformed, Unsupported; Denied for a wrong passphrase; the passphrase's own.
Result<EcdsaPrivateKey> parse_private_key(std::string_view pem, const AskPassphrase& ask);

// PEM "ENCRYPTED SIGSTORE PRIVATE KEY".
std::string to_sealed_pem(const EcdsaPrivateKey& key, ByteSpan passphrase);

}  // namespace wherry::trust
