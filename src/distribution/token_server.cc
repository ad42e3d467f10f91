#include "distribution/token_server.h"

#include <algorithm>

#include "distribution/registry_protocol.h"
#include "support/base64.h"
#include "support/json.h"
#include "support/quotes.h"

namespace wherry::distribution {

static constexpr const char* kClientId = "wherry";
// Of a token that says nothing of it: the specification's default.
static constexpr uint64_t kDefaultLifetime_s = 60;

static bool is_visible(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7f; });
}

std::string basic_authorization(const Credential& credential) {
  return "Basic " + base64_encode(as_bytes(credential.user + ":" + credential.password));
}

// A form of the same grammar as a URL's query: `add_query` begins it with '?'.
static HttpRequest refresh_request(const TokenQuestion& question) {
  std::string form = add_query("", "grant_type", "refresh_token");
  form = add_query(std::move(form), "service", question.challenge.service);
  form = add_query(std::move(form), "client_id", kClientId);
  form = add_query(std::move(form), "scope",
                   fmt::format("{}", fmt::join(question.scopes.words(), " ")));
  form = add_query(std::move(form), "refresh_token", question.credential.identity_token);
  return {
      .method = "POST",
      .url = question.challenge.realm,
      .headers = {"Accept: application/json", "Content-Type: application/x-www-form-urlencoded"},
      .form = form.substr(1)};
}

static HttpRequest password_request(const TokenQuestion& question) {
  std::string url = question.challenge.realm;
  if (!question.challenge.service.empty())
    url = add_query(std::move(url), "service", question.challenge.service);
  for (const std::string& scope : question.scopes.words())
    url = add_query(std::move(url), "scope", scope);
  HttpRequest request;
  request.headers = {"Accept: application/json"};
  if (question.credential.has_password()) {
    url = add_query(std::move(url), "account", question.credential.user);
    request.authorization = basic_authorization(question.credential);
  }
  if (question.wants_identity_token) {
    url = add_query(std::move(url), "offline_token", "true");
    url = add_query(std::move(url), "client_id", kClientId);
  }
  request.url = std::move(url);
  return request;
}

Result<HttpRequest> token_request(const TokenQuestion& question) {
  const std::string& realm = question.challenge.realm;
  if (!is_visible(realm) || url_origin(realm).empty() || url_has_user(realm))
    return fail(ErrorCode::Malformed, "the registry's token server '{}' is no URL",
                quote(realm, 120));
  return question.credential.identity_token.empty() ? password_request(question)
                                                    : refresh_request(question);
}

static bool is_token(std::string_view text) {
  return !text.empty() && text.size() <= limits::kTokenBytes && is_visible(text);
}

Result<TokenAnswer> parse_token_answer(std::string_view json) {
  Json answer = TRY(with_context(parse_json(json), "the token server's answer"));
  std::string token = TRY(json_string(answer, "token")).value_or("");
  if (token.empty()) token = TRY(json_string(answer, "access_token")).value_or("");
  if (token.empty()) return fail(ErrorCode::Malformed, "the token server's answer has no token");
  std::string identity = TRY(json_string(answer, "refresh_token")).value_or("");
  if (!is_token(token) || (!identity.empty() && !is_token(identity)))
    return fail(ErrorCode::Malformed, "the token server's token is no text of at most {} bytes",
                limits::kTokenBytes);
  // A lifetime that is no number is as good as none: the registry says when it is over.
  uint64_t lifetime_s = json_unsigned(answer, "expires_in").value_or(std::nullopt).value_or(0);
  if (lifetime_s == 0) lifetime_s = kDefaultLifetime_s;
  return TokenAnswer{std::move(token), std::min(lifetime_s, limits::kTokenLifetime_s),
                     std::move(identity)};
}

}  // namespace wherry::distribution
