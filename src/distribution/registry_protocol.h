// The parts of the distribution specification 1.1 that are text in, text out: URLs and error
// documents. Trust: all of it comes from the
// registry, and is hostile.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "distribution/http.h"
#include "support/result.h"

namespace wherry::distribution {

// True for localhost, 127.0.0.1 and [::1], with any port: registries there are spoken to without
// TLS.
bool is_loopback_registry(std::string_view registry);

// "http://127.0.0.1:5000": scheme and authority of a URL; empty when it is no http or https URL.
std::string_view url_origin(std::string_view url);

// "127.0.0.1" of the same, without port; IPv6 addresses keep their brackets.
std::string_view url_host(std::string_view url);

// Whether the URL names a user ("https://user@host/").
bool url_has_user(std::string_view url);

// Where an upload goes on (end-4): Location may be absolute, or relative to the URL that was asked.
// Errors: Malformed for what is no URL; Denied when it leads from https to http.
Result<std::string> resolve_location(std::string_view request_url, std::string_view location);

// Adds a query parameter to a URL which may have some; the value is percent-encoded.
std::string add_query(std::string url, std::string_view key, std::string_view value);

// The decoded value of a query's parameter ("?from=a%2Fb&x=1"); empty where it has none.
std::string query_value(std::string_view query, std::string_view key);

// The first byte of `Content-Range: bytes 100-199/200` (RFC 9110 §14.4); nullopt for other text.
std::optional<uint64_t> parse_content_range(std::string_view header);

// How many bytes of an upload have arrived, by the `Range: 0-1048575` of its answers (end-5,
// end-13; "bytes=" in front is met as well). "0-0" is no bytes: that is what registries say of a
// new upload.
std::optional<uint64_t> parse_upload_range(std::string_view header);

// The registry's own words in an error answer, made harmless and bounded: "manifest unknown
// (MANIFEST_UNKNOWN)"; empty where it says nothing that can be read.
std::string registry_message(const HttpResponse& response);

// The error for an answer that is not the expected one.
Error registry_error(const HttpResponse& response);

}  // namespace wherry::distribution
