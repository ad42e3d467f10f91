#include "trust/simple_signing.h"

#include "support/json.h"
#include "trust/limits.h"

namespace wherry::trust {

static constexpr std::string_view kPayloadType = "cosign container image signature";

std::string to_payload(const SimpleSigning& claim) {
  return OrderedJson{{"critical",
                      {{"identity", {{"docker-reference", claim.reference}}},
                       {"image", {{"docker-manifest-digest", claim.manifest.to_string()}}},
                       {"type", kPayloadType}}},
                     {"optional", nullptr}}
      .dump();
}

static Result<const Json*> need_object(const Json& object, const char* name) {
  const Json* member = TRY(json_object(object, name));
  if (!member) return fail(ErrorCode::Malformed, "'{}' is missing", name);
  return member;
}

static Result<SimpleSigning> read_payload(std::string_view json) {
  const Json document = TRY(
      parse_json(json, {.size_bytes_max = limits::kPayloadBytes, .depth_max = limits::kJsonDepth}));
  const Json* critical = TRY(need_object(document, "critical"));
  if (TRY(json_string(*critical, "type")) != kPayloadType)
    return fail(ErrorCode::Unsupported, "its type is not '{}'", kPayloadType);
  const Json* image = TRY(need_object(*critical, "image"));
  const Json* identity = TRY(need_object(*critical, "identity"));
  auto digest = TRY(json_string(*image, "docker-manifest-digest"));
  if (!digest) return fail(ErrorCode::Malformed, "'docker-manifest-digest' is missing");
  SimpleSigning claim{.manifest = TRY(parse_digest(*digest)), .reference = {}};
  claim.reference = TRY(json_string(*identity, "docker-reference")).value_or("");
  return claim;
}

Result<SimpleSigning> parse_payload(std::string_view json) {
  return with_context(read_payload(json), "signature's payload");
}

}  // namespace wherry::trust
