// The user's keys: $XDG_CONFIG_HOME/wherry/keys, else ~/.config/wherry/keys, mode 0700.
//
//   NAME.key   0600  a private key of any kind, sealed with a passphrase (private_key.h)
//   NAME.seed  0600  an account's or a module's seed without one, as nkeys write it: for builds
//   that
//                    nobody attends
//   NAME.pub   0644  the public key to either: PEM, or A… and M…; alone, somebody else's key
//
// Nothing is ever overwritten. A private file that others could read is refused.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "support/file.h"
#include "support/result.h"
#include "trust/ecdsa.h"
#include "trust/nkey.h"
#include "trust/private_key.h"

namespace wherry::trust {

using PublicKey = std::variant<EcdsaPublicKey, Nkey>;
// Either form, and Ed25519 in PEM, which is an account's key.
Result<PublicKey> parse_public_key(std::string_view text);
// "sha256:…" of an image key, "A…" or "M…".
std::string key_id(const PublicKey& key);
// "image", "account", "module"
const char* key_kind(const PublicKey& key);
// As in NAME.pub.
std::string to_text(const PublicKey& key);

PublicKey public_key_of(const PrivateKey& key);

struct StoredKey {
  std::string name;
  bool has_private = false;
  bool is_sealed = false;  // the private part, with a passphrase
  std::optional<PublicKey> key;
  std::string problem = {};  // where there is no key
};

class KeyStore {
 public:
  // Errors: NotFound where neither XDG_CONFIG_HOME nor HOME is set.
  static Result<KeyStore> open();
  explicit KeyStore(fs::path folder) : folder_(std::move(folder)) {}

  const fs::path& folder() const { return folder_; }
  // By name; none where there is no folder yet.
  Result<std::vector<StoredKey>> list() const;

  // Whether a new key may have this name. Errors: Invalid for the name, and where it is taken.
  Result<> check_free(const std::string& name) const;
  // Both files. Where `passphrase` is empty, an nkey is kept without one. Errors: as
  // check_free.
  Result<> add(const std::string& name, const PrivateKey& key, ByteSpan passphrase) const;
  Result<> add_public(const std::string& name, const PublicKey& key) const;

  // `key` is a file where it has a '/' or a '.', else a name in here. Errors: NotFound lists the
  // names that there are; Denied for a private file that others can read; as the parse functions.
  Result<PublicKey> find_public(const std::string& key) const;
  Result<PrivateKey> find_private(const std::string& key, const AskPassphrase& ask) const;
  // The file's text, for export.
  Result<Secret> read_private(const std::string& key) const;

 private:
  Result<FileLock> make_folder() const;
  Result<fs::path> find_file(const std::string& key,
                             std::initializer_list<const char*> endings) const;
  fs::path folder_;
};

// A new file with these bytes. Errors: Invalid where there is one of that name.
Result<> write_new_file(const fs::path& path, ByteSpan bytes, unsigned mode);

}  // namespace wherry::trust
