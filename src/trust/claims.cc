#include "trust/claims.h"

#include <algorithm>

#include "support/base64.h"
#include "support/digest.h"
#include "support/json.h"
#include "trust/claim_times.h"
#include "trust/limits.h"
#include "trust/module_sections.h"

namespace wherry::trust {

namespace {

constexpr std::string_view kHeader = R"({"typ":"jwt","alg":"Ed25519"})";
constexpr unsigned kRevision = 3;  // of wascap, whose hash is of the module as it is

// Upper-case hex, of the module without bytes [begin, end).
std::string hash_without(ByteSpan module, size_t begin, size_t end) {
  Sha256 hash;
  hash.update(module.first(begin));
  hash.update(module.subspan(end));
  std::string text = hash.finish().hex();
  for (char& c : text)
    if (c >= 'a') c = static_cast<char>(c - 'a' + 'A');
  return text;
}

Result<Json> parse_part(std::string_view part) {
  const Bytes json = TRY(base64url_decode(part));
  return parse_json(as_text(json),
                    {.size_bytes_max = limits::kTokenBytes, .depth_max = limits::kJsonDepth});
}

// The algorithm is fixed: it is checked, never chosen by the token.
Result<> check_header(std::string_view part) {
  const Json header = TRY(parse_part(part));
  const auto algorithm = TRY(json_string(header, "alg"));
  if (algorithm != "Ed25519") return fail(ErrorCode::Unsupported, "their algorithm is not Ed25519");
  if (const auto type = TRY(json_string(header, "typ")); type != "jwt" && type != "JWT")
    return fail(ErrorCode::Malformed, "their type is not jwt");
  return {};
}

Result<std::vector<std::string>> read_names(const Json& object, const char* key) {
  std::vector<std::string> names;
  const Json* array = TRY(json_array(object, key));
  if (!array) return names;
  if (array->size() > limits::kClaimedNames)
    return fail(ErrorCode::Invalid, "'{}' has {} entries, more than the limit of {}", key,
                array->size(), limits::kClaimedNames);
  for (const Json& entry : *array) {
    if (!entry.is_string())
      return fail(ErrorCode::Malformed, "'{}' has an entry that is no text", key);
    const std::string& name = entry.get_ref<const std::string&>();
    if (name.size() > limits::kClaimedNameBytes)
      return fail(ErrorCode::Invalid, "'{}' has an entry of more than {} bytes", key,
                  limits::kClaimedNameBytes);
    names.push_back(name);
  }
  return names;
}

Result<std::string> need_string(const Json& object, const char* key) {
  auto text = TRY(json_string(object, key));
  if (!text) return fail(ErrorCode::Malformed, "'{}' is missing", key);
  return *std::move(text);
}

Result<> read_metadata(const Json& metadata, Claims& claims) {
  claims.name = TRY(json_string(metadata, "name")).value_or("");
  claims.hash = TRY(need_string(metadata, "hash"));
  claims.capabilities = TRY(read_names(metadata, "caps"));
  claims.tags = TRY(read_names(metadata, "tags"));
  if (auto revision = metadata.find("rev"); revision != metadata.end() && !revision->is_null()) {
    if (!revision->is_number_integer()) return fail(ErrorCode::Malformed, "'rev' is no number");
    claims.revision = revision->get<int64_t>();
  }
  claims.version = TRY(json_string(metadata, "ver")).value_or("");
  if (auto provider = metadata.find("prov"); provider != metadata.end())
    claims.is_provider = provider->is_boolean() && provider->get<bool>();
  return {};
}

Result<Claims> read_document(const Json& document) {
  Claims claims;
  claims.id = TRY(json_string(document, "jti")).value_or("");
  claims.issuer = TRY(need_string(document, "iss"));
  claims.subject = TRY(need_string(document, "sub"));
  claims.issued_s = TRY(json_unsigned(document, "iat")).value_or(0);
  claims.expires_s = TRY(json_unsigned(document, "exp"));
  claims.not_before_s = TRY(json_unsigned(document, "nbf"));
  const Json* metadata = TRY(json_object(document, "wascap"));
  if (!metadata) return fail(ErrorCode::Malformed, "'wascap' is missing");
  TRY(read_metadata(*metadata, claims));
  return claims;
}

Result<Nkey> need_kind(std::string_view text, const char* key, NkeyKind kind) {
  Nkey nkey = TRY(with_context(parse_nkey(text), "'{}'", key));
  if (nkey.kind != kind)
    return fail(ErrorCode::Malformed, "'{}' is no {}'s key", key, to_string(kind));
  return nkey;
}

Result<Claims> read_token(std::string_view token) {
  if (token.size() > limits::kTokenBytes)
    return fail(ErrorCode::Invalid, "{} bytes exceed the limit of {}", token.size(),
                limits::kTokenBytes);
  const size_t first = token.find('.'), last = token.rfind('.');
  if (first == token.npos || first == last || token.find('.', first + 1) != last)
    return fail(ErrorCode::Malformed, "no token of three parts");
  TRY(with_context(check_header(token.substr(0, first)), "header"));
  Claims claims = TRY(read_document(TRY(parse_part(token.substr(first + 1, last - first - 1)))));
  const Nkey issuer = TRY(need_kind(claims.issuer, "iss", NkeyKind::Account));
  TRY(need_kind(claims.subject, "sub", NkeyKind::Module));
  const Bytes signature = TRY(with_context(base64url_decode(token.substr(last + 1)), "signature"));
  if (!ed25519::verify(as_bytes(token.substr(0, last)), signature, issuer.bytes))
    return fail(ErrorCode::Denied, "forged: the signature is not of {}, who they say issued them",
                claims.issuer);
  return claims;
}

// Members in wascap's own order.
std::string to_json(const Claims& claims) {
  OrderedJson document = OrderedJson::object();
  if (claims.expires_s) document["exp"] = *claims.expires_s;
  document["jti"] = claims.id;
  document["iat"] = claims.issued_s;
  document["iss"] = claims.issuer;
  document["sub"] = claims.subject;
  if (claims.not_before_s) document["nbf"] = *claims.not_before_s;
  OrderedJson metadata = {{"name", claims.name},
                          {"hash", claims.hash},
                          {"tags", claims.tags},
                          {"caps", claims.capabilities}};
  if (claims.revision) metadata["rev"] = *claims.revision;
  if (!claims.version.empty()) metadata["ver"] = claims.version;
  metadata["prov"] = claims.is_provider;
  document["wascap"] = std::move(metadata);
  document["wascap_revision"] = kRevision;
  return document.dump(-1, ' ', false, OrderedJson::error_handler_t::replace);
}

// One that nobody else's claims have, and that signing the same once more has again.
std::string make_id(const Claims& claims) {
  constexpr size_t kIdBytes = 16;
  const Digest digest = sha256(as_bytes(to_json(claims)));
  const Secret text = base32_encode(std::as_bytes(std::span(digest.bytes)).first(kIdBytes));
  return std::string(as_text(text));
}

}  // namespace

Result<Claims> parse_claims_token(std::string_view token) {
  return with_context(read_token(token), "claims of the module");
}

Result<std::optional<Claims>> read_claims(ByteSpan module) {
  const auto section = TRY(find_claims_section(module));
  if (!section) return std::nullopt;
  Claims claims = TRY(parse_claims_token(section->token));
  if (claims.hash != hash_without(module, section->begin, section->end))
    return fail(ErrorCode::Denied,
                "claims of the module: {} signed another module than this one (it was changed "
                "afterwards)",
                claims.issuer);
  return claims;
}

Result<> check_time(const Claims& claims, uint64_t now_s) {
  return with_context(
      check_times(claims.not_before_s.value_or(0), claims.expires_s.value_or(UINT64_MAX), now_s),
      "by {}", claims.issuer);
}

OrderedJson describe_claims(const Claims& claims) {
  OrderedJson document = {{"issuer", claims.issuer},
                          {"subject", claims.subject},
                          {"name", claims.name},
                          {"capabilities", claims.capabilities},
                          {"tags", claims.tags}};
  if (!claims.version.empty()) document["version"] = claims.version;
  if (claims.revision) document["revision"] = *claims.revision;
  if (claims.not_before_s) document["notBefore"] = time_text(*claims.not_before_s);
  if (claims.expires_s) document["expires"] = time_text(*claims.expires_s);
  return document;
}

Result<Bytes> sign_claims(ByteSpan module, Claims claims, const NkeySeed& account) {
  const Nkey issuer = account.public_key();
  if (issuer.kind != NkeyKind::Account)
    return fail(ErrorCode::Invalid, "claims are signed by an account's key, not by a {}'s",
                to_string(issuer.kind));
  TRY(need_kind(claims.subject, "sub", NkeyKind::Module));
  Bytes bytes = TRY(canonical_without_claims(module));
  claims.issuer = issuer.to_string();
  claims.hash = hash_without(bytes, 0, 0);
  if (claims.id.empty()) claims.id = make_id(claims);
  std::string token =
      base64url_encode(as_bytes(kHeader)) + "." + base64url_encode(as_bytes(to_json(claims)));
  token += "." + base64url_encode(account.sign(as_bytes(token)));
  TRY(parse_claims_token(token));  // what could not be read is not written
  const Bytes section = make_claims_section(token);
  bytes.insert(bytes.end(), section.begin(), section.end());
  return bytes;
}

}  // namespace wherry::trust
