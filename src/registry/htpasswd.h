// Users and their passwords' hashes, as Apache's htpasswd writes them with -B: NAME:$2y$COST$… a
// line. Only bcrypt, by crypt(3): the other forms there are can be guessed at millions a second.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "support/result.h"

namespace wherry::registry {

// Names, and hashes in crypt(3)'s form.
using Users = std::map<std::string, std::string, std::less<>>;

// Errors: Malformed, Unsupported; both name the line, never its text.
Result<Users> parse_htpasswd(std::string_view text);

// Whether crypt(3) makes that hash of the password; takes as long as the hash's cost says.
// Thread-safe.
bool is_password(const std::string& password, const std::string& hash);

}  // namespace wherry::registry
