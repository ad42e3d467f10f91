// Payloads and bundles of image signatures: any bytes are read or refused, and no envelope that was
// not signed is verified.
#include <cstdint>

#include "trust/bundle.h"
#include "trust/simple_signing.h"

using namespace wherry;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size_bytes) {
  const std::string_view text(reinterpret_cast<const char*>(bytes),
                              size_bytes);  // bytes may be seen as char
  if (auto claim = trust::parse_payload(text)) (void)trust::to_payload(*claim);
  static const trust::EcdsaPrivateKey key = trust::EcdsaPrivateKey::create().value();
  const auto bundle = trust::parse_bundle(text);
  if (bundle)
    if (const auto* envelope = std::get_if<trust::Envelope>(&bundle->content))
      WHERRY_ASSERT(!trust::verify_envelope(*envelope, key.public_key(), sha256({})));
  // A statement of these bytes, signed: the part behind the signature is reached as well.
  trust::Envelope envelope{"application/vnd.in-toto+json", std::string(text), {}};
  const std::string encoded =
      fmt::format("DSSEv1 28 {} {} {}", envelope.payload_type, text.size(), text);
  if (auto signature = key.sign(as_bytes(encoded))) envelope.signatures.push_back(*signature);
  (void)trust::verify_envelope(envelope, key.public_key(), sha256({}));
  return 0;
}
