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

std::string RegistrySession::token() {
  std::lock_guard lock(mutex_);
  return token_;
}

// The lock is held meanwhile: others that were refused wait for the same token.
Result<> RegistrySession::renew_token(const HttpResponse& refusal, const std::string& refused) {
  std::lock_guard lock(mutex_);
  if (token_ != refused) return {};
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
  if (url_origin(request.url) != base_url_) return transport_.send(request);
  request.bearer_token = token();
  HttpResponse response = TRY(transport_.send(request));
  if (response.status != 401) return response;
  TRY(renew_token(response, request.bearer_token));
  request.bearer_token = token();
  return transport_.send(request);
}

}  // namespace wherry::oci
