// Whom a machine and a user trust: which images must be signed by which key, or be one of certain
// digests; whose claims a module must carry, and which capabilities an account may claim. Decided
// here and nowhere else; asked by pull, run and serve. The format is described in
// docs/formats/trust-toml.md.
//
// The machine's file, /etc/wherry/trust.toml, binds everyone; the user's own,
// $XDG_CONFIG_HOME/wherry/trust.toml, can ask for more and never for less. Of each file, every rule
// that matches must be met; where none matches, its `default` decides.
//
// Trust: the files must be root's (the machine's), or root's or the caller's, and writable by
// nobody else.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "support/file.h"
#include "support/result.h"
#include "trust/claims.h"
#include "trust/key_store.h"
#include "trust/trust_paths.h"

namespace wherry::trust {

// What is to be trusted. What is unknown is empty, and matches no rule that asks for it.
struct TrustSubject {
  std::string image = {};            // its reference, "registry.example.com/team/app:2"
  std::string file = {};             // a bare file's absolute path, free of links
  std::optional<Digest> index = {};  // what the name stands for, where it is one
  std::optional<Digest> manifest = {};
  std::optional<Digest> module = {};
};

// What is known of it; asked only for what a rule wants to know.
struct TrustEvidence {
  // Denied where it has no signature by this key, with what it has instead.
  std::function<Result<>(const EcdsaPublicKey& key)> check_signature;
  // Verified, the time included; nullopt where the module has none.
  std::function<Result<std::optional<Claims>>()> claims;
};

struct NamedKey {
  std::string name;
  PublicKey key;
};

struct TrustRule {
  std::optional<std::string> image = {};  // pattern (support/pattern.h)
  std::optional<std::string> file = {};   // pattern
  bool rejects = false;
  std::vector<NamedKey> keys = {};     // signed by one of them; empty: need not be
  std::vector<Digest> digests = {};    // of the index, the manifest or the module; empty: any
  std::vector<NamedKey> issuers = {};  // claims by one of them; empty: need not have any
  std::string origin = {};             // "/etc/wherry/trust.toml:3", where the rule begins

  bool matches(const TrustSubject& subject) const;
};

// What an account may claim for its modules, whatever rule matches.
struct IssuerRule {
  NamedKey issuer;
  std::vector<std::string> capabilities;  // patterns
  std::string origin;
};

struct TrustFile {
  bool rejects_by_default = false;
  std::vector<TrustRule> rules;
  std::vector<IssuerRule> issuers;
  std::string name;
};

// Reads a key that the policy names by a file. Errors: as KeyStore::find_public.
using ReadKeyFile = std::function<Result<PublicKey>(const fs::path&)>;

// `file_name` is for messages and origins. Errors: Malformed, Invalid, with file and line.
Result<TrustFile> parse_trust_file(std::string_view text, std::string_view file_name,
                                   const ReadKeyFile& read_key);

class TrustPolicy {
 public:
  // Errors: Denied for a file that others can write; as parse_trust_file.
  static Result<TrustPolicy> load(const TrustPaths& paths);
  explicit TrustPolicy(std::vector<TrustFile> files) : files_(std::move(files)) {}

  // Whether there is anything to decide.
  bool is_empty() const { return files_.empty(); }

  // Errors: Denied names the rule, and the key or digest it wants.
  Result<> check(const TrustSubject& subject, const TrustEvidence& evidence) const;

 private:
  std::vector<TrustFile> files_;
};

}  // namespace wherry::trust
