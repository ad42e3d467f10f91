// Programs that keep credentials in a keychain: docker-credential-NAME get|store|erase, which speak
// over stdin and stdout (docker's credential helper protocol; podman, skopeo and oras use the same
// programs). Started by name from PATH, never through a shell; a secret goes through a pipe and
// never stands on a command line.
//
// Trust: the program is the user's own choice; what it answers is bounded and checked like any
// other text.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "distribution/credential.h"
#include "support/result.h"

namespace wherry::distribution {

// What `get` has printed: {"ServerURL":…,"Username":…,"Secret":…}; the user "<token>" says that the
// secret is an identity token. Errors: Malformed, without a word of the answer.
Result<Credential> parse_helper_answer(std::string_view json);

class CredentialHelper {
 public:
  // `name` is what stands behind docker-credential-. Errors: Invalid for what is no plain name.
  static Result<CredentialHelper> create(std::string_view name);

  // nullopt where it has none. Errors: NotFound when there is no such program, Unavailable when it
  // takes longer than limits::kHelperTimeout_ms, Malformed, Io when it fails.
  Result<std::optional<Credential>> get(const std::string& server) const;
  Result<> store(const std::string& server, const Credential& credential) const;
  Result<> erase(const std::string& server) const;

  const std::string& program() const { return program_; }

 private:
  explicit CredentialHelper(std::string program) : program_(std::move(program)) {}

  std::string program_;  // "docker-credential-pass"
};

}  // namespace wherry::distribution
