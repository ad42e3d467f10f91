// What a registry wants to see before it answers: the challenges of WWW-Authenticate (RFC 9110
// §11.6.1), and the scopes in which docker's token authentication speaks of rights
// ("repository:team/app:pull,push").
//
// Trust: all of it comes from the registry, and is hostile.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "support/result.h"

namespace wherry::distribution {

struct Challenge {
  std::string scheme;                             // in lower case: "bearer"
  std::map<std::string, std::string> parameters;  // names in lower case
};

// All of a header's challenges, also of several headers joined by commas. What cannot be read ends
// the list.
std::vector<Challenge> parse_challenges(std::string_view header);

// Rights, as what they are for ("repository:team/app") and the actions ("pull").
class Scopes {
 public:
  // Words divided by blanks; those that have not the form are passed over, and all beyond
  // limits::kScopes.
  static Scopes parse(std::string_view text);
  static Scopes of_repository(std::string_view repository, std::set<std::string> actions);

  void add(const Scopes& more);
  // Whether who has these rights has `wanted`.
  bool cover(const Scopes& wanted) const;
  // "repository:team/app:pull,push", one for each resource.
  std::vector<std::string> words() const;

  bool operator==(const Scopes&) const = default;

 private:
  std::map<std::string, std::set<std::string>> actions_;
};

// What docker's token server needs to be told (distribution's token specification).
struct BearerChallenge {
  std::string realm;  // the token server's URL
  std::string service;
  Scopes scopes;
};

// nullopt where there is no Bearer challenge with a realm.
std::optional<BearerChallenge> find_bearer(const std::vector<Challenge>& challenges);
bool has_basic(const std::vector<Challenge>& challenges);

}  // namespace wherry::distribution
