#include "trust/private_key.h"

#include "trust/pem.h"
#include "trust/sealed_key.h"

namespace wherry::trust {

Result<EcdsaPrivateKey> parse_private_key(std::string_view pem, const AskPassphrase& ask) {
  const Pem parsed = TRY(parse_pem(pem));
  if (parsed.label == kSealedKeyLabel || parsed.label == kSealedKeyLabelBefore) {
    const Secret passphrase = TRY(ask());
    return EcdsaPrivateKey::parse_der(
        TRY(with_context(open_sealed_key(as_text(parsed.bytes), passphrase), "private key")));
  }
  if (parsed.label == "PRIVATE KEY" || parsed.label == "EC PRIVATE KEY")
    return EcdsaPrivateKey::parse_der(parsed.bytes);
  if (parsed.label == "PUBLIC KEY")
    return fail(ErrorCode::Unsupported, "a public key, where a private one is wanted");
  return fail(ErrorCode::Unsupported, "a PEM of another thing than a private key");
}

std::string to_sealed_pem(const EcdsaPrivateKey& key, ByteSpan passphrase) {
  return to_pem(kSealedKeyLabel, as_bytes(seal_key(key.to_der(), passphrase)));
}

}  // namespace wherry::trust
