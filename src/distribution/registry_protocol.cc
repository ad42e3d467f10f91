#include "distribution/registry_protocol.h"

#include <algorithm>
#include <cctype>
#include <charconv>

#include "support/json.h"
#include "support/quotes.h"

namespace wherry::distribution {

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

std::string_view url_host(std::string_view url) {
  std::string_view origin = url_origin(url);
  std::string_view host = origin.substr(std::min(origin.find("//") + 2, origin.size()));
  if (size_t bracket = host.find(']'); bracket != host.npos) return host.substr(0, bracket + 1);
  return host.substr(0, host.rfind(':'));
}

bool url_has_user(std::string_view url) { return url_origin(url).find('@') != url.npos; }

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

// "100-199", and what follows.
struct ByteRange {
  uint64_t first = 0;
  uint64_t last = 0;
};
static std::optional<ByteRange> parse_byte_range(std::string_view text) {
  ByteRange range;
  const char* end = text.data() + text.size();
  auto [dash, first_error] = std::from_chars(text.data(), end, range.first);
  if (first_error != std::errc() || dash == end || *dash != '-') return std::nullopt;
  auto [rest, last_error] = std::from_chars(dash + 1, end, range.last);
  if (last_error != std::errc() || range.last < range.first) return std::nullopt;
  if (rest != end && *rest != '/') return std::nullopt;
  return range;
}

std::optional<uint64_t> parse_content_range(std::string_view header) {
  if (!header.starts_with("bytes ")) return std::nullopt;
  std::optional<ByteRange> range = parse_byte_range(header.substr(6));
  return range ? std::optional(range->first) : std::nullopt;
}

std::optional<uint64_t> parse_upload_range(std::string_view header) {
  if (header.starts_with("bytes=")) header.remove_prefix(6);
  std::optional<ByteRange> range = parse_byte_range(header);
  if (!range || range->first != 0 || range->last == UINT64_MAX) return std::nullopt;
  return range->last == 0 ? 0 : range->last + 1;
}

static int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

std::string query_value(std::string_view query, std::string_view key) {
  const std::string wanted = std::string(key) + "=";
  while (!query.empty()) {
    query.remove_prefix(1);  // '?' or '&'
    std::string_view parameter = query.substr(0, query.find('&'));
    query.remove_prefix(parameter.size());
    if (!parameter.starts_with(wanted)) continue;
    std::string value;
    for (size_t at = wanted.size(); at < parameter.size(); at++) {
      int high = at + 2 < parameter.size() ? hex_value(parameter[at + 1]) : -1;
      int low = high >= 0 ? hex_value(parameter[at + 2]) : -1;
      bool is_escape = parameter[at] == '%' && low >= 0;
      value += is_escape ? static_cast<char>(high * 16 + low) : parameter[at];
      if (is_escape) at += 2;
    }
    return value;
  }
  return {};
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

// What servers say in place of a registry; empty where it is nothing that we know.
static std::string known_page(const HttpResponse& response) {
  auto says = [&](const char* text) { return response.body.find(text) != std::string::npos; };
  if (says("HTTP request to an HTTPS server") || says("plain HTTP request was sent to HTTPS port"))
    return "; it speaks https: leave out --plain-http";
  if (says("No required SSL certificate was sent") || says("The SSL certificate error"))
    return "; it wants a certificate of ours, or another (--cert and --key, or cert and key in "
           "registries.toml)";
  return {};
}

static std::string way_out(const HttpResponse& response) {
  if (std::string known = known_page(response); !known.empty()) return known;
  switch (response.status) {
    case 401:
      return "; it wants a login (wherry login)";
    case 403:
      return "; it needs more rights (wherry login signs in)";
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
  if (message.empty() && is_page && known_page(response).empty())
    return {
        response.status < 400 ? ErrorCode::Malformed : code_of_status(response.status),
        fmt::format("a web page came (HTTP {}): the address is no registry's", response.status)};
  return {code_of_status(response.status),
          fmt::format("the registry answered HTTP {}{}{}{}", response.status,
                      message.empty() ? "" : ": ", message, way_out(response))};
}

}  // namespace wherry::distribution
