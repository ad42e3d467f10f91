#include "oci/registry_protocol.h"

#include <algorithm>
#include <cctype>

#include "oci/quote.h"
#include "support/json.h"

namespace wherry::oci {

static constexpr size_t kTokenBytes = 32 * 1024;  // tokens with many scopes have some KiB

bool is_loopback_registry(std::string_view registry) {
  for (std::string_view host : {"localhost", "127.0.0.1", "[::1]"})
    if (registry.starts_with(host) &&
        (registry.size() == host.size() || registry[host.size()] == ':'))
      return true;
  return false;
}

std::string_view url_origin(std::string_view url) {
  for (std::string_view scheme : {"http://", "https://"}) {
    if (!url.starts_with(scheme)) continue;
    size_t end = url.find_first_of("/?#", scheme.size());
    std::string_view authority = url.substr(scheme.size(), end - scheme.size());
    return authority.empty() ? std::string_view() : url.substr(0, scheme.size() + authority.size());
  }
  return {};
}

static bool is_visible(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7f; });
}

Result<std::string> resolve_location(std::string_view request_url, std::string_view location) {
  std::string_view origin = url_origin(request_url);
  std::string url;
  if (location.starts_with("//")) {
    url = std::string(origin.substr(0, origin.find(':') + 1)) + std::string(location);
  } else if (location.starts_with('/')) {
    url = std::string(origin) + std::string(location);
  } else if (location.find("://") != location.npos) {
    url = location;
  } else {
    std::string_view path = request_url.substr(0, request_url.find('?'));
    url = std::string(path.substr(0, path.rfind('/') + 1)) + std::string(location);
  }
  if (location.empty() || !is_visible(url) || url_origin(url).empty())
    return fail(ErrorCode::Malformed, "the registry's Location '{}' is no URL",
                quote(location, 120));
  if (origin.starts_with("https:") && !url.starts_with("https:"))
    return fail(ErrorCode::Denied, "the registry's Location leads from https to http");
  return url;
}

static std::string percent_encode(std::string_view text) {
  std::string encoded;
  for (char character : text) {
    auto c = static_cast<unsigned char>(character);
    bool plain = c < 0x80 && (std::isalnum(c) || c == '-' || c == '.' || c == '_' || c == '~');
    if (plain)
      encoded += character;
    else
      encoded += fmt::format("%{:02X}", c);
  }
  return encoded;
}

std::string add_query(std::string url, std::string_view key, std::string_view value) {
  url += url.find('?') == url.npos ? '?' : '&';
  return url + std::string(key) + '=' + percent_encode(value);
}

static bool same_word(std::string_view a, std::string_view b) {
  return std::ranges::equal(
      a, b, [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

// One `key="value"` or `key=value` (RFC 9110 §11.2) off the front of `rest`, and the comma behind
// it.
static std::optional<std::pair<std::string, std::string>> take_parameter(std::string_view& rest) {
  rest.remove_prefix(std::min(rest.find_first_not_of(" \t,"), rest.size()));
  size_t equals = rest.find('=');
  if (equals == rest.npos) return std::nullopt;
  std::string key(rest.substr(0, equals)), value;
  rest.remove_prefix(equals + 1);
  if (!rest.starts_with('"')) {
    size_t end = std::min(rest.find_first_of(", \t"), rest.size());
    value = rest.substr(0, end);
    rest.remove_prefix(end);
    return std::pair(key, value);
  }
  size_t at = 1;
  for (; at < rest.size() && rest[at] != '"'; at++) {
    if (rest[at] == '\\' && at + 1 < rest.size()) at++;
    value += rest[at];
  }
  rest.remove_prefix(std::min(at + 1, rest.size()));
  return std::pair(key, value);
}

std::optional<BearerChallenge> parse_bearer_challenge(std::string_view header) {
  constexpr std::string_view kScheme = "bearer ";
  size_t at = 0;
  while (at + kScheme.size() <= header.size() &&
         !same_word(header.substr(at, kScheme.size()), kScheme))
    at++;
  if (at + kScheme.size() > header.size()) return std::nullopt;
  std::string_view rest = header.substr(at + kScheme.size());
  BearerChallenge challenge;
  while (auto parameter = take_parameter(rest)) {
    auto& [key, value] = *parameter;
    if (key.find(' ') != key.npos) break;  // the next scheme's name: this challenge is over
    if (same_word(key, "realm")) challenge.realm = value;
    if (same_word(key, "service")) challenge.service = value;
    if (same_word(key, "scope")) challenge.scope = value;
  }
  if (challenge.realm.empty()) return std::nullopt;
  return challenge;
}

Result<std::string> token_url(const BearerChallenge& challenge) {
  std::string url = challenge.realm;
  if (!is_visible(url) || url_origin(url).empty())
    return fail(ErrorCode::Malformed, "the registry's token server '{}' is no URL",
                quote(url, 120));
  if (!challenge.service.empty()) url = add_query(std::move(url), "service", challenge.service);
  if (!challenge.scope.empty()) url = add_query(std::move(url), "scope", challenge.scope);
  return url;
}

Result<std::string> parse_token(std::string_view json) {
  Json answer = TRY(with_context(parse_json(json), "the token server's answer"));
  std::optional<std::string> token = TRY(json_string(answer, "token"));
  if (!token || token->empty()) token = TRY(json_string(answer, "access_token"));
  if (!token || token->empty())
    return fail(ErrorCode::Malformed, "the token server's answer has no token");
  if (token->size() > kTokenBytes || !is_visible(*token))
    return fail(ErrorCode::Malformed, "the token server's token is no text of at most {} bytes",
                kTokenBytes);
  return *std::move(token);
}

// OCI distribution 1.1, "Error Codes": {"errors":[{"code":"…","message":"…"}]}; the first is
// enough.
std::string registry_message(const HttpResponse& response) {
  Result<Json> document =
      parse_json(response.body, {.size_bytes_max = limits::kAnswerBytes, .depth_max = 32});
  if (!document || !document->is_object()) return {};
  auto errors = json_array(*document, "errors");
  if (!errors || !*errors || (*errors)->empty()) return {};
  const Json& first = (**errors)[0];
  std::string message = json_string(first, "message").value_or(std::nullopt).value_or("");
  std::string code = json_string(first, "code").value_or(std::nullopt).value_or("");
  if (message.empty()) return quote(code);
  return code.empty() ? quote(message) : fmt::format("{} ({})", quote(message), quote(code, 40));
}

static ErrorCode code_of_status(int status) {
  if (status == 401 || status == 403) return ErrorCode::Denied;
  if (status == 404) return ErrorCode::NotFound;
  if (status == 429 || status >= 500) return ErrorCode::Unavailable;
  if (status == 405 || status == 415) return ErrorCode::Unsupported;
  return ErrorCode::Malformed;
}

static std::string way_out(const HttpResponse& response) {
  if (response.body.find("HTTP request to an HTTPS server") != std::string::npos ||
      response.body.find("plain HTTP request was sent to HTTPS port") != std::string::npos)
    return "; it speaks https: leave out --plain-http";
  switch (response.status) {
    case 401:
      return "; it wants a login, and only anonymous access is supported";
    case 403:
      return "; anonymous access is not enough there";
    case 404:
      return "; check the name and the tag";
    case 429:
      return "; it limits requests: try again later";
    default:
      return response.status >= 500 ? "; try again later" : "";
  }
}

Error registry_error(const HttpResponse& response) {
  std::string message = registry_message(response);
  bool is_page = response.header("content-type").starts_with("text/html");
  if (message.empty() && is_page && way_out(response).find("https") == std::string::npos)
    return {
        response.status < 400 ? ErrorCode::Malformed : code_of_status(response.status),
        fmt::format("a web page came (HTTP {}): the address is no registry's", response.status)};
  return {code_of_status(response.status),
          fmt::format("the registry answered HTTP {}{}{}{}", response.status,
                      message.empty() ? "" : ": ", message, way_out(response))};
}

}  // namespace wherry::oci
