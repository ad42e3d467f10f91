// Private keys as files have them: sealed with a passphrase, in PEM (image keys in cosign's form,
// nkeys' seeds in the same with a label of their own); or open, as a PKCS#8 or a seed, "SA…".
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <variant>

#include "support/result.h"
#include "support/secret.h"
#include "trust/ecdsa.h"
#include "trust/nkey.h"

namespace wherry::trust {

using PrivateKey = std::variant<EcdsaPrivateKey, NkeySeed>;

// Asked only where a key is sealed.
using AskPassphrase = std::function<Result<Secret>()>;

// Errors: Malformed, Unsupported; Denied for a wrong passphrase; the passphrase's own.
Result<PrivateKey> parse_private_key(std::string_view text, const AskPassphrase& ask);

// PEM "ENCRYPTED SIGSTORE PRIVATE KEY" of an image key, "ENCRYPTED NKEY SEED" of an nkey.
std::string to_sealed_pem(const PrivateKey& key, ByteSpan passphrase);
// A seed's line, "SA…".
Secret to_open_text(const NkeySeed& seed);

}  // namespace wherry::trust
