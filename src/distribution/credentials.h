// Where credentials for registries are, and how they are kept: in the files that docker, podman and
// skopeo share (auth_file.h), or in the helper that such a file names (credential_helper.h). So who
// has signed in with one of these tools has signed in with Wherry, and the other way round.
//
// Files are replaced whole, readable by their owner alone, and keep what others have put there. A
// link to a file (dotfiles) stays a link.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "distribution/auth_file.h"
#include "distribution/credential.h"
#include "support/file.h"
#include "support/result.h"

namespace wherry::distribution {

struct CredentialFiles {
  std::vector<fs::path> read;  // the first that has a credential decides
  fs::path written;            // by login
};

// `named` is what --authfile says, else $REGISTRY_AUTH_FILE; that one is then the only one.
// Otherwise: $DOCKER_CONFIG/config.json where that is set; podman's
// ${XDG_RUNTIME_DIR}/containers/auth.json (/run/containers/UID without it) and
// ~/.config/containers/auth.json; and docker's ~/.docker/config.json. Login writes docker's.
// Errors: NotFound without HOME.
Result<CredentialFiles> credential_files(const fs::path& named);

struct CredentialLookup {
  std::optional<Credential> credential;
  std::string origin = {};  // the file, or the helper and the file
  std::string note = {};    // what was passed over, and why; for who looks why there is none
};

// How a session asks for the credential of registry and repository, when it needs one.
using CredentialSource =
    std::function<Result<CredentialLookup>(std::string_view registry, std::string_view repository)>;

// One thread at a time; several processes may use the same files.
class Credentials {
 public:
  explicit Credentials(CredentialFiles files) : files_(std::move(files)) {}

  // Errors: Malformed, Denied, Io name the file; those of a helper that credHelpers names.
  Result<CredentialLookup> find(std::string_view registry, std::string_view repository) const;

  // `place` is a registry, or a namespace of one: "r.io", "r.io/team". Says where it is now.
  Result<std::string> store(std::string_view place, const Credential& credential) const;

  // Removes it from every file and helper that find() would look at. Says where it was.
  Result<std::vector<std::string>> erase(std::string_view place) const;
  // All of them; each with its registry in front.
  Result<std::vector<std::string>> erase_all() const;

  const CredentialFiles& files() const { return files_; }

 private:
  CredentialFiles files_;
};

}  // namespace wherry::distribution
