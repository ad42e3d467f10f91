// What an account claims of a module, inside of the module itself, as waSCC and wasmCloud have it:
// a custom section with a JSON web token, base64url(header) . base64url(claims) .
// base64url(signature) (RFC 7519; github.com/wasmCloud/wascap, src/jwt.rs and src/wasm.rs). The
// header says "Ed25519"; the signature, by the account's key, is over all before the last dot.
//
//   {"jti":"…","iat":1700000000,"iss":"A…","sub":"M…","exp":…,"nbf":…,
//    "wascap":{"name":"…","hash":"<SHA-256 of the module without the section, upper-case hex>",
//              "tags":[…],"caps":[…],"rev":1,"ver":"1.0","prov":false},"wascap_revision":3}
//
// Deviation: wascap passes over a wrong hash where `wascap_revision` is below 3, or missing; claims
// that could be of any module are worth nothing, and are refused here.
// Trust: input is hostile.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "support/bytes.h"
#include "support/json.h"
#include "support/result.h"
#include "trust/nkey.h"

namespace wherry::trust {

struct Claims {
  std::string id = {};      // where it is empty when it is signed, made of all the rest
  std::string issuer = {};  // "A…"
  std::string subject;      // "M…"
  uint64_t issued_s = 0;
  std::optional<uint64_t> expires_s = {};
  std::optional<uint64_t> not_before_s = {};
  std::string name = {};
  std::string hash = {};  // made when it is signed
  std::vector<std::string> capabilities = {};
  std::vector<std::string> tags = {};
  std::optional<int64_t> revision = {};
  std::string version = {};
  bool is_provider = false;

  bool operator==(const Claims&) const = default;
};

// The claims of a module, verified but for the time: signature, issuer, subject and hash; nullopt
// where it has none. Errors: Malformed; Unsupported (another algorithm); Denied (forged, or the
// module was changed since).
Result<std::optional<Claims>> read_claims(ByteSpan module);

// Whether they hold now. Errors: Denied says since when they do not, or until when.
Result<> check_time(const Claims& claims, uint64_t now_s);

// A token alone: signature, issuer and subject. Errors as read_claims.
Result<Claims> parse_claims_token(std::string_view token);

// The module with these claims instead of those it has, in canonical form but for them
// (module_sections.h); `claims.hash`, and the issuer by `account`, are put in. The same arguments
// give the same bytes. Errors: Malformed for what is no module; Invalid for a key that is no
// account's, and for claims beyond the limits of what is read.
Result<Bytes> sign_claims(ByteSpan module, Claims claims, const NkeySeed& account);

// For people and programs: names, times as RFC 3339, capabilities.
OrderedJson describe_claims(const Claims& claims);

}  // namespace wherry::trust
