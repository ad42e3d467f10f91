// trust::parse_trust_file: any bytes give a policy, or an error with its place.
#include <cstdint>

#include "support/bytes.h"
#include "trust/trust_policy.h"

using namespace wherry;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size_bytes) {
  const std::string_view text(reinterpret_cast<const char*>(bytes),
                              size_bytes);  // bytes may be seen as char
  const auto no_file = [](const fs::path& path) -> Result<trust::PublicKey> {
    return fail(ErrorCode::NotFound, "{} is not there", path.string());
  };
  const auto file = trust::parse_trust_file(text, "trust.toml", no_file);
  if (!file) {
    WHERRY_ASSERT(file.error().message.starts_with("trust.toml:"));
    return 0;
  }
  const trust::TrustPolicy policy({*file});
  const trust::TrustEvidence evidence{
      .check_signature = [](const trust::EcdsaPublicKey&) -> Result<> {
        return fail(ErrorCode::Denied, "no signature");
      },
      .claims = []() -> Result<std::optional<trust::Claims>> { return std::nullopt; }};
  (void)policy.check({.image = "registry.example.com/team/app:1"}, evidence);
  return 0;
}
