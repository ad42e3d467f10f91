#include "oci/reference.h"

#include <algorithm>

#include "oci/limits.h"
#include "support/quotes.h"

namespace wherry::oci {

// In the C locale whatever the program's is.
static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
static bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
static bool is_alphanumeric(char c) { return is_digit(c) || is_lower(c) || is_upper(c); }

static bool is_port(std::string_view text) {
  if (text.empty() || text.size() > 5 || !std::ranges::all_of(text, is_digit)) return false;
  int port = 0;
  for (char c : text) port = port * 10 + (c - '0');
  return port >= 1 && port <= 65535;
}

// A host name, an IPv4 address, or an IPv6 address in brackets.
static bool is_host(std::string_view text) {
  if (text.starts_with('[') && text.ends_with(']')) {
    std::string_view address = text.substr(1, text.size() - 2);
    return !address.empty() && std::ranges::all_of(address, [](char c) {
      return is_digit(c) || c == ':' || c == '.' || (c >= 'a' && c <= 'f') ||
             (c >= 'A' && c <= 'F');
    });
  }
  if (text.empty() || !is_alphanumeric(text.front()) || !is_alphanumeric(text.back())) return false;
  return text.find("..") == text.npos && std::ranges::all_of(text, [](char c) {
           return is_alphanumeric(c) || c == '.' || c == '-';
         });
}

static bool is_registry(std::string_view text) {
  size_t port_colon = text.rfind(':');
  if (text.ends_with(']') || port_colon == text.npos) return is_host(text);
  return is_host(text.substr(0, port_colon)) && is_port(text.substr(port_colon + 1));
}

// [a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*
static bool is_path_component(std::string_view text) {
  auto is_letter = [](char c) { return is_digit(c) || is_lower(c); };
  size_t at = 0;
  while (true) {
    size_t word = at;
    while (at < text.size() && is_letter(text[at])) at++;
    if (at == word) return false;
    if (at == text.size()) return true;
    size_t separator = at;
    while (at < text.size() && !is_letter(text[at])) at++;
    std::string_view between = text.substr(separator, at - separator);
    bool dashes = between.find_first_not_of('-') == between.npos;
    if (!dashes && between != "." && between != "_" && between != "__") return false;
  }
}

static bool is_repository(std::string_view text) {
  while (true) {
    size_t slash = text.find('/');
    if (!is_path_component(text.substr(0, slash))) return false;
    if (slash == text.npos) return true;
    text.remove_prefix(slash + 1);
  }
}

// [a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}
static bool is_tag(std::string_view text) {
  if (text.empty() || text.size() > limits::kTagBytes || text[0] == '.' || text[0] == '-')
    return false;
  return std::ranges::all_of(
      text, [](char c) { return is_alphanumeric(c) || c == '_' || c == '.' || c == '-'; });
}

static bool looks_like_registry(std::string_view component) {
  return component == "localhost" || component.find_first_of(".:[") != component.npos;
}

static Result<> check(const Reference& reference, std::string_view text) {
  if (!reference.registry.empty() && !is_registry(reference.registry))
    return fail(ErrorCode::Malformed,
                "image name '{}': '{}' is no registry (expected HOST or HOST:PORT)", quote(text),
                quote(reference.registry));
  if (!is_repository(reference.repository))
    return fail(
        ErrorCode::Malformed,
        "image name '{}': '{}' is no repository (lower-case letters, digits, and single . _ - "
        "between them, in parts divided by /)",
        quote(text), quote(reference.repository));
  if (reference.registry.size() + reference.repository.size() > limits::kRepositoryBytes)
    return fail(ErrorCode::Malformed,
                "image name '{}': registry and repository exceed {} characters", quote(text),
                limits::kRepositoryBytes);
  if (!reference.tag.empty() && !is_tag(reference.tag))
    return fail(ErrorCode::Malformed,
                "image name '{}': '{}' is no tag (letters, digits, and _ . -, the first no . or -, "
                "at most {} characters)",
                quote(text), quote(reference.tag), limits::kTagBytes);
  return {};
}

std::string Reference::to_string() const {
  std::string text;
  if (!registry.empty()) text = registry + '/';
  text += repository;
  if (!tag.empty()) text += ':' + tag;
  if (digest) text += '@' + digest->to_string();
  return text;
}

Result<Reference> parse_reference(std::string_view text) {
  if (text.empty())
    return fail(ErrorCode::Malformed, "the image name is empty (expected NAME:TAG)");
  if (text.size() > limits::kReferenceBytes)
    return fail(ErrorCode::Malformed, "image name '{}': exceeds {} characters",
                quote(text.substr(0, 40)), limits::kReferenceBytes);
  Reference reference;
  std::string_view rest = text;
  if (size_t at = rest.find('@'); at != rest.npos) {
    Result<Digest> digest = parse_digest(rest.substr(at + 1));
    if (!digest)
      return fail(digest.error().code,
                  "image name '{}': behind the @ stands no sha256:<64 hex digits>", quote(text));
    reference.digest = *digest;
    rest = rest.substr(0, at);
  }
  if (size_t slash = rest.find('/');
      slash != rest.npos && looks_like_registry(rest.substr(0, slash))) {
    reference.registry = rest.substr(0, slash);
    rest.remove_prefix(slash + 1);
  }
  size_t colon = rest.rfind(':');
  bool has_tag = colon != rest.npos && rest.find('/', colon) == rest.npos;
  if (has_tag) {
    reference.tag = rest.substr(colon + 1);
    if (reference.tag.empty())
      return fail(ErrorCode::Malformed, "image name '{}': no tag behind the colon", quote(text));
  } else if (!reference.digest) {
    reference.tag = "latest";
  }
  reference.repository = has_tag ? rest.substr(0, colon) : rest;
  TRY(check(reference, text));
  return reference;
}

}  // namespace wherry::oci
