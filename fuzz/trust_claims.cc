// Claims inside of modules: any bytes give claims or an error; what is signed reads back, and
// taking the claims out gives the module without them, in one form.
#include <cstdint>

#include "trust/claims.h"
#include "trust/module_sections.h"

using namespace wherry;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size_bytes) {
  const ByteSpan input(reinterpret_cast<const std::byte*>(bytes),
                       size_bytes);  // std::byte may alias anything
  (void)trust::parse_claims_token(as_text(input));
  (void)trust::read_claims(input);
  const auto section = trust::find_claims_section(input);
  if (!section) return 0;
  static const trust::NkeySeed account = trust::NkeySeed::create(trust::NkeyKind::Account);
  static const std::string subject =
      trust::NkeySeed::create(trust::NkeyKind::Module).public_key().to_string();
  const auto plain = trust::canonical_without_claims(input);
  WHERRY_ASSERT(plain.has_value() &&
                plain->size() <=
                    input.size() - (*section ? (*section)->end - (*section)->begin : 0));
  const auto again = trust::canonical_without_claims(*plain);
  WHERRY_ASSERT(again.has_value() && *again == *plain);
  const auto with_claims =
      trust::sign_claims(input, {.id = "x", .issuer = {}, .subject = subject}, account);
  WHERRY_ASSERT(with_claims.has_value());
  const auto claims = trust::read_claims(*with_claims);
  WHERRY_ASSERT(claims.has_value() && claims->has_value() && (*claims)->subject == subject);
  return 0;
}
