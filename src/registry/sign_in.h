// Who may do what: HTTP's Basic authentication (RFC 7617) against a file of users.
//
// bcrypt is slow on purpose, so floods of passwords are kept off it: credentials that were right
// are remembered as a keyed digest, wrong ones are counted by address, and only a few hash at once.
// A name that is unknown takes as long as a wrong password.
#pragma once

#include <chrono>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "registry/exchange.h"
#include "registry/htpasswd.h"
#include "support/digest.h"

namespace wherry::registry {

struct SignInOptions {
  bool anonymous_pull = false;  // reads need no credentials
};

// Thread-safe.
class SignIn {
 public:
  SignIn(Users users, SignInOptions options);

  // From now on these users, and no others: who was signed in is asked anew.
  void replace_users(Users users);

  // The user's name; empty for nobody, who may read.
  // Refused: 401 with a challenge; 429 after too many wrong passwords, or while too many are
  // hashed.
  Answer<std::string> check(const Request& request);

 private:
  using Clock = std::chrono::steady_clock;
  struct Credentials {
    std::string user;
    std::string password;
  };
  struct Failures {
    size_t count = 0;
    Clock::time_point since;
  };
  class HashingTurn;
  struct Known {
    Users users;
    std::string decoy_hash;  // for names that are unknown; as costly as the costliest
  };
  static std::shared_ptr<const Known> know(Users users);

  static std::optional<Credentials> read_credentials(std::string_view field);
  Digest fingerprint(const Credentials& credentials) const;
  bool is_remembered(const Digest& fingerprint);
  Answer<> check_failures(const std::string& address);
  void remember(const Digest& fingerprint, const std::shared_ptr<const Known>& by);
  void count_failure(const std::string& address);
  Answer<bool> is_right(const Credentials& credentials, const Known& known);
  std::shared_ptr<const Known> known();

  const SignInOptions options_;
  std::string key_;  // of fingerprints; this process's own

  std::mutex mutex_;                    // of all that follows
  std::shared_ptr<const Known> known_;  // shared by the requests that are being checked
  std::condition_variable turn_;
  size_t hashing_ = 0;
  size_t waiting_ = 0;
  std::map<Digest, Clock::time_point> remembered_;  // until when
  std::map<std::string, Failures> failures_;        // by address
};

}  // namespace wherry::registry
