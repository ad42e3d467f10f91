#include "trust/private_key.h"

#include "trust/pem.h"
#include "trust/sealed_key.h"

namespace wherry::trust {

static Result<Secret> unseal(const Pem& pem, const AskPassphrase& ask) {
  const Secret passphrase = TRY(ask());
  return with_context(open_sealed_key(as_text(pem.bytes), passphrase), "private key");
}

Result<PrivateKey> parse_private_key(std::string_view text, const AskPassphrase& ask) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' '))
    text.remove_suffix(1);
  if (text.find("-----BEGIN") == text.npos && !text.starts_with('S'))
    return fail(ErrorCode::Malformed, "no private key: neither a PEM nor an nkey's seed (S…)");
  if (text.find("-----BEGIN") == text.npos) return TRY(NkeySeed::parse(text));
  const Pem pem = TRY(parse_pem(text));
  if (pem.label == kSealedSeedLabel) return TRY(NkeySeed::parse(as_text(TRY(unseal(pem, ask)))));
  if (pem.label == kSealedKeyLabel || pem.label == kSealedKeyLabelBefore)
    return TRY(EcdsaPrivateKey::parse_der(TRY(unseal(pem, ask))));
  if (pem.label == "PRIVATE KEY" || pem.label == "EC PRIVATE KEY")
    return TRY(EcdsaPrivateKey::parse_der(pem.bytes));
  if (pem.label == "PUBLIC KEY")
    return fail(ErrorCode::Unsupported, "a public key, where a private one is wanted");
  return fail(ErrorCode::Unsupported, "a PEM of another thing than a private key");
}

std::string to_sealed_pem(const PrivateKey& key, ByteSpan passphrase) {
  const auto* seed = std::get_if<NkeySeed>(&key);
  const Secret plain = seed ? seed->to_text() : std::get<EcdsaPrivateKey>(key).to_der();
  return to_pem(seed ? kSealedSeedLabel : kSealedKeyLabel, as_bytes(seal_key(plain, passphrase)));
}

Secret to_open_text(const NkeySeed& seed) {
  Secret text = seed.to_text();
  text.push_back(std::byte{'\n'});
  return text;
}

}  // namespace wherry::trust
