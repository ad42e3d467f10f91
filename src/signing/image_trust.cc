#include "signing/image_trust.h"

#include <ctime>

namespace wherry::signing {

Result<std::optional<trust::Claims>> read_valid_claims(ByteSpan module) {
  auto claims = TRY(trust::read_claims(module));
  if (claims) TRY(trust::check_time(*claims, static_cast<uint64_t>(std::time(nullptr))));
  return claims;
}

Result<> check_image_trust(const trust::TrustPolicy& policy, const std::string& name,
                           const oci::ImageStore& store, const oci::Image& image) {
  if (policy.is_empty()) return {};
  return policy.check({.image = name,
                       .index = image.index ? std::optional(image.index->digest) : std::nullopt,
                       .manifest = image.manifest.digest,
                       .module = image.module.digest},
                      {.check_signature = [&](const trust::EcdsaPublicKey& key) -> Result<> {
                         TRY(find_signed(signed_manifests(store, image), key));
                         return {};
                       },
                       .claims = [&]() -> Result<std::optional<trust::Claims>> {
                         const Mapping module = TRY(store.map_module(image));
                         return read_valid_claims(module.bytes());
                       }});
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
