#include "oci/registry_session.h"

#include "oci/registry_protocol.h"

namespace wherry::oci {

RegistrySession::RegistrySession(Transport& transport, const std::string& registry,
                                 const SessionOptions& options)
    : transport_(transport) {
  bool plain = options.plain_http || is_loopback_registry(registry);
  base_url_ = (plain ? "http://" : "https://") + registry;
}

std::string RegistrySession::repository_url(const Reference& reference) const {
  return base_url_ + "/v2/" + reference.repository;
}

Result<> RegistrySession::fetch_token(const HttpResponse& refusal) {
  std::optional<BearerChallenge> challenge =
      parse_bearer_challenge(refusal.header("www-authenticate"));
  if (!challenge) return std::unexpected(registry_error(refusal));
  std::string url = TRY(token_url(*challenge));
  if (base_url_.starts_with("https:") && !url.starts_with("https:"))
    return fail(ErrorCode::Denied, "the registry's token server is not on https");
  HttpResponse answer =
      TRY(transport_.send({.url = std::move(url), .headers = {"Accept: application/json"}}));
  if (answer.status != 200)
    return with_context(Result<>(std::unexpected(registry_error(answer))), "asking for a token");
  token_ = TRY(parse_token(answer.body));
  return {};
}

Result<HttpResponse> RegistrySession::send(HttpRequest request) {
  bool is_ours = url_origin(request.url) == base_url_;
  bool had_token = is_ours && !token_.empty();
  if (is_ours) request.bearer_token = token_;
  HttpResponse response = TRY(transport_.send(request));
  if (response.status != 401 || !is_ours || had_token) return response;
  TRY(fetch_token(response));
  request.bearer_token = token_;
  return transport_.send(request);
}

}  // namespace wherry::oci
