#include "signing/image_trust.h"

#include <ctime>

namespace wherry::signing {

Result<std::optional<trust::Claims>> read_valid_claims(ByteSpan module) {
  auto claims = TRY(trust::read_claims(module));
  if (claims) TRY(trust::check_time(*claims, static_cast<uint64_t>(std::time(nullptr))));
  return claims;
}

Result<> check_image_trust(const trust::TrustPolicy& policy, const std::string& name,
                           const SignedManifest& image, ByteSpan module) {
  if (policy.is_empty()) return {};
  return policy.check(
      {.image = name, .manifest = image.digest, .module = sha256(module)},
      {.check_signature =
           [&](const trust::EcdsaPublicKey& key) { return check_signed(image, key); },
       .claims = [module] { return read_valid_claims(module); }});
}

Result<> check_file_trust(const trust::TrustPolicy& policy, const fs::path& file, ByteSpan module) {
  if (policy.is_empty()) return {};
  std::error_code error;
  const fs::path absolute = fs::weakly_canonical(file, error);
  if (error) return std::unexpected(system_error(error.value(), file.string()));
  return policy.check({.file = absolute.string(), .module = sha256(module)},
                      {.check_signature = [](const trust::EcdsaPublicKey&) -> Result<> {
                         return fail(ErrorCode::Denied, "a file has no signatures");
                       },
                       .claims = [module] { return read_valid_claims(module); }});
}

}  // namespace wherry::signing
