#include "registry/target.h"

#include "registry/limits.h"

namespace wherry::registry {

static int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// RFC 3986 §2.1. A '+' stays one: media types have it, and nothing here has spaces.
static std::optional<std::string> decode_percent(std::string_view text) {
  std::string decoded;
  for (size_t i = 0; i < text.size(); i++) {
    if (text[i] != '%') {
      decoded += text[i];
      continue;
    }
    if (text.size() - i < 3) return std::nullopt;
    const int high = hex_value(text[i + 1]), low = hex_value(text[i + 2]);
    if (high < 0 || low < 0) return std::nullopt;
    decoded += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return decoded;
}

static std::unexpected<Refusal> bad_encoding() {
  return refuse(400, code::kUnsupported, "the request's target is not percent-encoded text");
}

static std::unexpected<Refusal> no_such_path() {
  return refuse(404, code::kUnsupported, "no such path in the distribution API");
}

static Answer<std::vector<Parameter>> parse_query(std::string_view text) {
  std::vector<Parameter> parameters;
  while (!text.empty()) {
    const size_t end = std::min(text.find('&'), text.size());
    const std::string_view pair = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (pair.empty()) continue;
    const size_t equals = std::min(pair.find('='), pair.size());
    auto key = decode_percent(pair.substr(0, equals));
    auto value = decode_percent(pair.substr(std::min(equals + 1, pair.size())));
    if (!key || !value) return bad_encoding();
    if (parameters.size() >= limits::kQueryParameters)
      return refuse(400, code::kUnsupported, "more than {} parameters", limits::kQueryParameters);
    parameters.push_back({*std::move(key), *std::move(value)});
  }
  return parameters;
}

Answer<Digest> parse_client_digest(std::string_view text) {
  Result<Digest> digest = parse_digest(text);
  if (!digest)
    return refuse(
        400, code::kDigestInvalid,
        "the digest is not sha256:<64 lower-case hex digits>, the only form there is here{}",
        text.starts_with("sha512:") ? " (push by sha256: digests of sha512 are not kept)" : "");
  return *digest;
}

// Splits the last component off: "a/b/c" is "a/b" and "c".
static std::string_view take_last(std::string_view& path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string_view::npos) return std::exchange(path, {});
  const std::string_view last = path.substr(slash + 1);
  path = path.substr(0, slash);
  return last;
}

static bool take_suffix(std::string_view& path, std::string_view suffix) {
  if (!path.ends_with(suffix)) return false;
  path.remove_suffix(suffix.size());
  return true;
}

// A reference is a digest when it has a colon, which no tag has. One that is neither names
// nothing; only who wants to write it (the caller sees neither tag nor digest) is told of the
// grammar.
static Answer<> read_reference(std::string_view text, Target& target) {
  if (text.contains(':'))
    target.digest = TRY(parse_client_digest(text));
  else
    target.tag = Tag::parse(text);
  return {};
}

// Read from the end, since names may hold any of the words: /v2/tags/list/tags/list is a list.
static Answer<std::string_view> read_endpoint(std::string_view path, Target& target) {
  if (take_suffix(path, "/tags/list")) {
    target.endpoint = Endpoint::Tags;
    return path;
  }
  if (take_suffix(path, "/blobs/uploads/") || take_suffix(path, "/blobs/uploads")) {
    target.endpoint = Endpoint::Uploads;
    return path;
  }
  const std::string_view last = take_last(path);
  if (take_suffix(path, "/blobs/uploads")) {
    target.endpoint = Endpoint::Upload;
    target.upload_id = last;
  } else if (take_suffix(path, "/blobs")) {
    target.endpoint = Endpoint::Blob;
    target.digest = TRY(parse_client_digest(last));
  } else if (take_suffix(path, "/manifests")) {
    target.endpoint = Endpoint::Manifest;
    TRY(read_reference(last, target));
  } else if (take_suffix(path, "/referrers")) {
    target.endpoint = Endpoint::Referrers;
    target.digest = TRY(parse_client_digest(last));
  } else {
    return no_such_path();
  }
  return path;
}

Answer<Target> parse_target(std::string_view text) {
  if (text.size() > limits::kTargetBytes)
    return refuse(414, code::kUnsupported, "a target has at most {} bytes", limits::kTargetBytes);
  const size_t mark = std::min(text.find('?'), text.size());
  const auto decoded = decode_percent(text.substr(0, mark));
  if (!decoded) return bad_encoding();
  Target target;
  target.parameters = TRY(parse_query(text.substr(std::min(mark + 1, text.size()))));
  std::string_view path = *decoded;
  if (path == "/v2" || path == "/v2/") return target;
  if (!path.starts_with("/v2/")) return no_such_path();
  path.remove_prefix(4);
  if (path == "_catalog") {
    target.endpoint = Endpoint::Catalog;
    return target;
  }
  target.repository = RepositoryName::parse(TRY(read_endpoint(path, target)));
  if (!target.repository)
    return refuse(400, code::kNameInvalid,
                  "the repository's name is not one (lower-case letters, digits and . _ - between "
                  "them, in parts divided by /, at most {} characters)",
                  limits::kRepositoryBytes);
  return target;
}

const std::string* Target::find_parameter(std::string_view key) const {
  for (const Parameter& parameter : parameters)
    if (parameter.key == key) return &parameter.value;
  return nullptr;
}

}  // namespace wherry::registry
