#include "registry/htpasswd.h"

#include <crypt.h>
#include <openssl/crypto.h>

#include <memory>

#include "registry/limits.h"
#include "registry/ranges.h"

namespace wherry::registry {

// "$2y$10$" and 53 characters of salt and hash.
static Result<> check_hash(std::string_view hash) {
  const bool is_bcrypt =
      hash.starts_with("$2y$") || hash.starts_with("$2a$") || hash.starts_with("$2b$");
  if (!is_bcrypt)
    return fail(ErrorCode::Unsupported,
                "the password's hash is not bcrypt's (write the file with htpasswd -B)");
  constexpr std::string_view kAlphabet =
      "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  const bool is_whole = hash.size() == 60 && hash[6] == '$' &&
                        hash.substr(7).find_first_not_of(kAlphabet) == std::string_view::npos;
  const auto cost = is_whole ? parse_number(hash.substr(4, 2)) : std::nullopt;
  if (!cost) return fail(ErrorCode::Malformed, "the password's hash is not a whole one of bcrypt");
  if (*cost < limits::kBcryptCostMin || *cost > limits::kBcryptCostMax)
    return fail(ErrorCode::Unsupported, "bcrypt's cost {} is not from {} to {}", *cost,
                limits::kBcryptCostMin, limits::kBcryptCostMax);
  return {};
}

static Result<> read_line(std::string_view line, Users& users) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  if (line.empty() || line.starts_with('#')) return {};
  const size_t colon = line.find(':');
  if (colon == std::string_view::npos || colon == 0)
    return fail(ErrorCode::Malformed, "expected NAME:HASH");
  if (colon > limits::kCredentialBytes)
    return fail(ErrorCode::Malformed, "a name has at most {} bytes", limits::kCredentialBytes);
  TRY(check_hash(line.substr(colon + 1)));
  if (users.size() >= limits::kUsers)
    return fail(ErrorCode::Malformed, "more than {} users", limits::kUsers);
  if (!users.emplace(line.substr(0, colon), line.substr(colon + 1)).second)
    return fail(ErrorCode::Malformed, "the same name twice");
  return {};
}

Result<Users> parse_htpasswd(std::string_view text) {
  Users users;
  for (size_t number = 1; !text.empty(); number++) {
    const size_t end = std::min(text.find('\n'), text.size());
    TRY(with_context(read_line(text.substr(0, end), users), "line {}", number));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return users;
}

bool is_password(const std::string& password, const std::string& hash) {
  // crypt(3) reads to the first NUL; 32 KiB, too large for a connection's stack.
  if (password.contains('\0')) return false;
  const auto work = std::make_unique<crypt_data>();
  const char* made = ::crypt_rn(password.c_str(), hash.c_str(), work.get(), sizeof *work);
  const bool is_same = made && std::string_view(made).size() == hash.size() &&
                       ::CRYPTO_memcmp(made, hash.data(), hash.size()) == 0;
  ::OPENSSL_cleanse(work.get(), sizeof *work);
  return is_same;
}

}  // namespace wherry::registry
