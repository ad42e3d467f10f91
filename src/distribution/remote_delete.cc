#include "distribution/remote_delete.h"

#include "distribution/manifest_transfer.h"
#include "distribution/registry_protocol.h"

namespace wherry::distribution {

static std::string with_reason(std::string text, const HttpResponse& response) {
  std::string reason = registry_message(response);
  return reason.empty() ? text : fmt::format("{}: {}", text, reason);
}

Result<> delete_remote(RegistrySession& session, const oci::Reference& reference) {
  const bool by_digest = reference.digest.has_value();
  const std::string name = by_digest ? reference.digest->to_string() : reference.tag;
  HttpResponse response = TRY(session.send(
      {.method = "DELETE", .url = session.repository_url(reference) + "/manifests/" + name}));
  if (response.status == 202 || response.status == 200 || response.status == 204) return {};
  bool is_refused = response.status == 405 || response.status == 400 || response.status == 501;
  if (is_refused && by_digest)
    return fail(ErrorCode::Unsupported, "{} (docker-registry needs storage.delete.enabled: true)",
                with_reason(fmt::format("the registry answered HTTP {} and deletes nothing",
                                        response.status),
                            response));
  if (is_refused) {
    Digest digest = TRY(fetch_manifest(session, reference, reference.tag)).digest;
    return fail(ErrorCode::Unsupported, "{} (the image and all its tags: wherry delete {}/{}@{})",
                with_reason(fmt::format("the registry answered HTTP {} and deletes no tags",
                                        response.status),
                            response),
                reference.registry, reference.repository, digest.to_string());
  }
  return std::unexpected(registry_error(response));
}

}  // namespace wherry::distribution
