// The parts of the distribution specification 1.1 (and of docker's token authentication) that are
// text in, text out: URLs, challenges, tokens, error documents. Trust: all of it comes from the
// registry, and is hostile.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "oci/http.h"
#include "support/result.h"

namespace wherry::oci {

// True for localhost, 127.0.0.1 and [::1], with any port: registries there are spoken to without
// TLS.
bool is_loopback_registry(std::string_view registry);

// "http://127.0.0.1:5000": scheme and authority of a URL; empty when it is no http or https URL.
std::string_view url_origin(std::string_view url);

// Where an upload goes on (end-4): Location may be absolute, or relative to the URL that was asked.
// Errors: Malformed for what is no URL; Denied when it leads from https to http.
Result<std::string> resolve_location(std::string_view request_url, std::string_view location);

// Adds a query parameter to a URL which may have some; the value is percent-encoded.
std::string add_query(std::string url, std::string_view key, std::string_view value);

// What `WWW-Authenticate: Bearer realm="…",service="…",scope="…"` asks for (RFC 6750 §3, and
// docker's token specification). nullopt when the header offers no Bearer challenge with a realm.
struct BearerChallenge {
  std::string realm;
  std::string service;
  std::string scope;
};
std::optional<BearerChallenge> parse_bearer_challenge(std::string_view header);

// Where the token is to be had. Errors: Malformed when the realm is no URL.
Result<std::string> token_url(const BearerChallenge& challenge);

// The token of a token server's answer, in `token` or `access_token`.
// Errors: Malformed, also for one that cannot stand in a header.
Result<std::string> parse_token(std::string_view json);

// The registry's own words in an error answer, made harmless and bounded: "manifest unknown
// (MANIFEST_UNKNOWN)"; empty where it says nothing that can be read.
std::string registry_message(const HttpResponse& response);

// The error for an answer that is not the expected one.
Error registry_error(const HttpResponse& response);

}  // namespace wherry::oci
