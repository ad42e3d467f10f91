#include "registry/sign_in.h"

#include <sys/random.h>

#include "registry/limits.h"
#include "support/base64.h"

namespace wherry::registry {

namespace {

std::unexpected<Refusal> sign_in_first(std::string message) {
  return std::unexpected(
      Refusal(401, code::kUnauthorized, std::move(message),
              {{"WWW-Authenticate", R"(Basic realm="wherry registry", charset="UTF-8")"}}));
}

std::unexpected<Refusal> come_again(std::string message, std::chrono::seconds later) {
  return std::unexpected(Refusal(429, code::kTooManyRequests, std::move(message),
                                 {{"Retry-After", std::to_string(later.count())}}));
}

bool is_version_probe(std::string_view target) {
  target = target.substr(0, target.find('?'));
  return target == "/v2/" || target == "/v2";
}

}  // namespace

SignIn::SignIn(Users users, SignInOptions options)
    : options_(options), key_(32, '\0'), known_(know(std::move(users))) {
  // Never short for so few bytes once the system has booted.
  WHERRY_ASSERT(::getrandom(key_.data(), key_.size(), 0) == static_cast<ssize_t>(key_.size()));
}

std::shared_ptr<const SignIn::Known> SignIn::know(Users users) {
  std::string costliest;
  // bcrypt's cost is at the same place of every hash, in two digits.
  for (const auto& [name, hash] : users)
    if (costliest.empty() || hash.substr(4, 2) > costliest.substr(4, 2)) costliest = hash;
  return std::make_shared<const Known>(Known{std::move(users), std::move(costliest)});
}

void SignIn::replace_users(Users users) {
  auto known = know(std::move(users));
  const std::lock_guard lock(mutex_);
  known_ = std::move(known);
  remembered_.clear();
}

std::optional<SignIn::Credentials> SignIn::read_credentials(std::string_view field) {
  constexpr std::string_view kScheme = "Basic ";
  if (field.size() > 2 * limits::kCredentialBytes ||
      !http::same_field_name(field.substr(0, kScheme.size()), kScheme))
    return std::nullopt;
  field.remove_prefix(kScheme.size());
  while (field.starts_with(' ')) field.remove_prefix(1);
  const auto decoded = base64_decode(field);
  if (!decoded) return std::nullopt;
  const std::string_view pair = as_text(*decoded);
  const size_t colon = pair.find(':');
  if (colon == pair.npos) return std::nullopt;
  return Credentials{.user = std::string(pair.substr(0, colon)),
                     .password = std::string(pair.substr(colon + 1))};
}

Digest SignIn::fingerprint(const Credentials& credentials) const {
  const std::string text = key_ + std::to_string(credentials.user.size()) + ":" + credentials.user +
                           credentials.password;
  return sha256(as_bytes(text));
}

bool SignIn::is_remembered(const Digest& fingerprint) {
  const std::lock_guard lock(mutex_);
  const auto found = remembered_.find(fingerprint);
  return found != remembered_.end() && Clock::now() < found->second;
}

void SignIn::remember(const Digest& fingerprint, const std::shared_ptr<const Known>& by) {
  const std::lock_guard lock(mutex_);
  if (known_ != by) return;  // replaced meanwhile
  const auto now = Clock::now();
  std::erase_if(remembered_, [&](const auto& entry) { return entry.second <= now; });
  if (remembered_.size() >= limits::kCredentialsRemembered) remembered_.clear();
  remembered_[fingerprint] = now + limits::kCredentialLifetime;
}

Answer<> SignIn::check_failures(const std::string& address) {
  const std::lock_guard lock(mutex_);
  const auto found = failures_.find(address);
  if (found == failures_.end() || found->second.count < limits::kFailures) return {};
  const auto left = found->second.since + limits::kFailureWindow - Clock::now();
  if (left <= Clock::duration::zero()) {
    failures_.erase(found);
    return {};
  }
  return come_again("too many wrong passwords", std::chrono::ceil<std::chrono::seconds>(left));
}

void SignIn::count_failure(const std::string& address) {
  const std::lock_guard lock(mutex_);
  const auto now = Clock::now();
  auto is_over = [&](const Failures& failures) {
    return failures.since + limits::kFailureWindow <= now;
  };
  if (failures_.size() >= limits::kAddressesRemembered) {
    std::erase_if(failures_, [&](const auto& entry) { return is_over(entry.second); });
    if (failures_.size() >= limits::kAddressesRemembered) failures_.clear();
  }
  Failures& own = failures_[address];
  if (own.count == 0 || is_over(own)) own = {.count = 0, .since = now};
  own.count++;
}

// Holds one of the few places at which passwords are hashed.
class SignIn::HashingTurn {
 public:
  explicit HashingTurn(SignIn& owner) : owner_(owner) {
    std::unique_lock lock(owner_.mutex_);
    if (owner_.waiting_ >= limits::kHashesWaiting) return;
    owner_.waiting_++;
    owner_.turn_.wait(lock, [&] { return owner_.hashing_ < limits::kHashesAtOnce; });
    owner_.waiting_--;
    owner_.hashing_++;
    is_held_ = true;
  }
  ~HashingTurn() {
    if (!is_held_) return;
    const std::lock_guard lock(owner_.mutex_);
    owner_.hashing_--;
    owner_.turn_.notify_one();
  }
  HashingTurn(const HashingTurn&) = delete;
  HashingTurn& operator=(const HashingTurn&) = delete;
  bool is_held() const { return is_held_; }

 private:
  SignIn& owner_;
  bool is_held_ = false;
};

Answer<bool> SignIn::is_right(const Credentials& credentials, const Known& known) {
  const HashingTurn turn(*this);
  if (!turn.is_held()) return come_again("too many passwords at once", std::chrono::seconds(2));
  const auto user = known.users.find(credentials.user);
  const bool is_user = user != known.users.end();
  const bool fits = is_password(credentials.password, is_user ? user->second : known.decoy_hash);
  return is_user && fits;
}

std::shared_ptr<const SignIn::Known> SignIn::known() {
  const std::lock_guard lock(mutex_);
  return known_;
}

Answer<std::string> SignIn::check(const Request& request) {
  const bool reads = request.method == "GET" || request.method == "HEAD";
  const bool may_read = options_.anonymous_pull && reads;
  const std::string* field = request.find_field("Authorization");
  if (!field) {
    // The probe is how clients learn that there are passwords: answered 200, podman and docker
    // would never send theirs, and pushes would fail.
    if (may_read && !is_version_probe(request.target)) return std::string();
    return sign_in_first("this registry wants a user's name and password");
  }
  const auto credentials = read_credentials(*field);
  if (!credentials || credentials->user.size() > limits::kCredentialBytes)
    return sign_in_first("the Authorization field holds no Basic credentials");
  // What podman sends when it is asked for credentials and has none.
  if (may_read && credentials->user.empty() && credentials->password.empty()) return std::string();
  const Digest print = fingerprint(*credentials);
  if (is_remembered(print)) return credentials->user;
  TRY(check_failures(request.remote_address));
  const auto by = known();
  if (TRY(is_right(*credentials, *by))) {
    remember(print, by);
    return credentials->user;
  }
  count_failure(request.remote_address);
  return sign_in_first("the user's name or password is wrong");
}

}  // namespace wherry::registry
