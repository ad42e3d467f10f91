// A file of credentials as docker keeps it (config.json) and podman, skopeo and others share it
// (auth.json; containers-auth.json(5)):
//
//   {"auths":{"r.io":{"auth":"<base64 of user:password>"},"r.io/team":{"identitytoken":"…"}},
//    "credHelpers":{"r.io":"<name of a helper>"},"credsStore":"<name of a helper>"}
//
// Keys are "host[:port]", or with a namespace behind it, as podman has them; or URLs, as docker
// wrote them once and still does for its own hub: "https://index.docker.io/v1/".
//
// Trust: the file is the user's own, but other programs write it, and it may be damaged. What we do
// not know is kept as it is.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "distribution/credential.h"
#include "support/json.h"
#include "support/result.h"

namespace wherry::distribution {

// "docker.io" for all names of docker's hub, any other registry as it is.
std::string canonical_registry(std::string_view registry);

// "docker.io", "r.io:5000", "r.io/team": what a key of `auths` means.
std::string canonical_key(std::string_view key);

// Under which key other programs look for a registry or a namespace: canonical, but for docker's
// hub.
std::string written_key(std::string_view registry_or_namespace);

class AuthFile {
 public:
  // Empty text is an empty file. Errors: Malformed, Invalid (limits).
  static Result<AuthFile> parse(std::string_view json);
  std::string to_json() const;

  // Of `auths`, for the longest part of registry/repository that has an entry. An entry without a
  // secret (docker's mark that a helper has it) is none. Errors: Malformed names the entry, never
  // what it holds.
  Result<std::optional<Credential>> find(std::string_view registry,
                                         std::string_view repository) const;
  // The helper that keeps this registry's credential: credHelpers, else empty.
  std::string helper_of(std::string_view registry) const;
  // The helper for all others; empty: none.
  std::string default_helper() const;

  // Replaces what means the same. Without a credential: docker's mark that a helper has it.
  void put(std::string_view registry_or_namespace, const std::optional<Credential>& credential);
  // Whether there was one.
  bool erase(std::string_view registry_or_namespace);
  // Of `auths` and credHelpers, in canonical form, each once.
  std::vector<std::string> keys() const;

 private:
  explicit AuthFile(OrderedJson document) : document_(std::move(document)) {}
  const OrderedJson* entry(std::string_view canonical) const;
  std::string helper_at(const char* member, std::string_view registry) const;

  OrderedJson document_;  // an object, of whose members those we know have been checked
};

}  // namespace wherry::distribution
