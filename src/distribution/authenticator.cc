#include "distribution/authenticator.h"

#include <algorithm>

#include "distribution/registry_protocol.h"
#include "support/quotes.h"

namespace wherry::distribution {

// A token that has less to live may be over when it arrives.
static constexpr std::chrono::seconds kSpareTime{5};

Authenticator::Authenticator(Transport& transport, std::string registry, std::string origin,
                             AuthenticatorOptions options)
    : transport_(transport),
      registry_(std::move(registry)),
      origin_(std::move(origin)),
      options_(std::move(options)) {}

const Authenticator::Answer* Authenticator::find(const Need& need) {
  auto now = Clock::now();
  for (const Answer& answer : answers_)
    if (answer.repository == need.repository && (!answer.over || now < *answer.over) &&
        answer.reach.cover(need.scopes))
      return &answer;
  return nullptr;
}

Result<CredentialLookup> Authenticator::look_up(const std::string& repository) {
  if (auto known = lookups_.find(repository); known != lookups_.end()) return known->second;
  CredentialLookup lookup;
  if (options_.credentials) lookup = TRY(options_.credentials(registry_, repository));
  return lookups_.emplace(repository, std::move(lookup)).first->second;
}

Result<std::string> Authenticator::authorization(const Need& need) {
  std::lock_guard lock(mutex_);
  if (const Answer* known = find(need)) return known->authorization;
  // Where a token was wanted once, another is wanted now: for more rights, or because it is over.
  // The registry is not asked first: a refused upload has sent its body in vain.
  for (const Answer& answer : answers_)
    if (answer.repository == need.repository && answer.challenge)
      return fetch(BearerChallenge(*answer.challenge), need);
  return std::string();
}

Result<std::string> Authenticator::answer(const HttpResponse& refusal, const Need& need,
                                          const std::string& refused) {
  std::lock_guard lock(mutex_);
  const Answer* known = find(need);
  if (known && known->authorization != refused) return known->authorization;
  std::erase_if(answers_, [&](const Answer& one) { return one.authorization == refused; });
  std::vector<Challenge> challenges = parse_challenges(refusal.header("www-authenticate"));
  if (auto bearer = find_bearer(challenges)) return fetch(*bearer, need);
  if (has_basic(challenges) && !refused.starts_with("Basic ")) return show_password(refusal, need);
  return std::unexpected(denied(refusal, TRY(look_up(need.repository))));
}

Result<std::string> Authenticator::show_password(const HttpResponse& refusal, const Need& need) {
  CredentialLookup lookup = TRY(look_up(need.repository));
  if (!lookup.credential || !lookup.credential->has_password())
    return std::unexpected(denied(refusal, lookup));
  Scopes everything = Scopes::of_repository(need.repository, {"*"});
  everything.add(need.scopes);
  answers_.push_back({need.repository, std::move(everything),
                      basic_authorization(*lookup.credential), std::nullopt, std::nullopt});
  return answers_.back().authorization;
}

// Where a password may go: to https, or to where this registry is itself spoken to without TLS.
Result<> Authenticator::check_realm(const std::string& realm) const {
  std::string_view origin = url_origin(realm);
  if (origin.starts_with("https:")) return {};
  std::string_view host = url_host(realm);
  bool is_local = is_loopback_registry(host) || host == url_host(origin_);
  if (origin_.starts_with("http:") && is_local) return {};
  return fail(ErrorCode::Denied,
              "the registry's token server {} is not on https, and nothing is sent there", origin);
}

Result<std::string> Authenticator::fetch(const BearerChallenge& challenge, const Need& need) {
  CredentialLookup lookup = TRY(look_up(need.repository));
  TokenQuestion question{.challenge = challenge,
                         .scopes = need.scopes,
                         .credential = lookup.credential.value_or(Credential{}),
                         .wants_identity_token = options_.wants_identity_token};
  question.scopes.add(challenge.scopes);
  TokenAnswer given{question.credential.registry_token, limits::kTokenLifetime_s};
  if (given.token.empty()) {
    HttpRequest request = TRY(token_request(question));
    TRY(check_realm(challenge.realm));
    HttpResponse response = TRY(transport_.send(request));
    if (response.status == 400 || response.status == 401 || response.status == 403)
      return std::unexpected(denied(response, lookup));
    if (response.status != 200)
      return with_context(Result<std::string>(std::unexpected(registry_error(response))),
                          "asking for a token");
    given = TRY(parse_token_answer(response.body));
  }
  if (!given.identity_token.empty()) identity_token_ = given.identity_token;
  auto now = Clock::now();
  std::erase_if(answers_, [now](const Answer& one) { return one.over && *one.over <= now; });
  Clock::time_point over = now + std::chrono::seconds(given.lifetime_s) - kSpareTime;
  answers_.push_back({need.repository, question.scopes, "Bearer " + given.token, challenge, over});
  return answers_.back().authorization;
}

Error Authenticator::denied(const HttpResponse& refusal, const CredentialLookup& lookup) const {
  std::string reason = registry_message(refusal);
  std::string text = fmt::format("{} answered HTTP {}{}{}", registry_, refusal.status,
                                 reason.empty() ? "" : ": ", reason);
  if (!lookup.credential) {
    text += fmt::format("; it wants a login (wherry login {})", registry_);
    if (!lookup.note.empty()) text += fmt::format(" [{}]", lookup.note);
    return {ErrorCode::Denied, text};
  }
  std::string who =
      lookup.credential->user.empty() ? "the token" : quote(lookup.credential->user, 80);
  return {ErrorCode::Denied,
          fmt::format("{}; {} from {} is not accepted, or has no right to that (wherry login {})",
                      text, who, lookup.origin, registry_)};
}

Error Authenticator::refusal_error(const HttpResponse& refusal, const Need& need) {
  std::lock_guard lock(mutex_);
  auto known = lookups_.find(need.repository);
  return denied(refusal, known == lookups_.end() ? CredentialLookup{} : known->second);
}

std::string Authenticator::identity_token() {
  std::lock_guard lock(mutex_);
  return identity_token_;
}

}  // namespace wherry::distribution
