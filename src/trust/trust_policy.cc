#include "trust/trust_policy.h"

#include <algorithm>

#include "support/owned_file.h"
#include "support/pattern.h"
#include "trust/limits.h"

namespace wherry::trust {

namespace {

// "key release (sha256:…)", "one of the keys release (…), backup (…)".
std::string describe(const std::vector<NamedKey>& keys) {
  std::string text = keys.size() == 1 ? "key " : "one of the keys ";
  for (const NamedKey& key : keys)
    text += fmt::format("{}{} ({})", &key == keys.data() ? "" : ", ", key.name, key_id(key.key));
  return text;
}

std::string name_of(const TrustSubject& subject) {
  return subject.image.empty() ? subject.file : subject.image;
}

Result<> check_keys(const TrustRule& rule, const TrustSubject& subject,
                    const TrustEvidence& evidence) {
  if (rule.keys.empty()) return {};
  if (subject.image.empty())
    return fail(ErrorCode::Denied,
                "{} asks for a signature by {}, and files have none (run an image)", rule.origin,
                describe(rule.keys));
  std::string reasons;
  for (const NamedKey& key : rule.keys) {
    auto verified = evidence.check_signature(std::get<EcdsaPublicKey>(key.key));
    if (verified) return {};
    if (verified.error().code != ErrorCode::Denied) return verified;
    reasons = verified.error().message;
  }
  return fail(ErrorCode::Denied, "{} asks for a signature by {}: {}", rule.origin,
              describe(rule.keys), reasons);
}

Result<> check_digests(const TrustRule& rule, const TrustSubject& subject) {
  if (rule.digests.empty()) return {};
  std::string present;
  const std::pair<const char*, const std::optional<Digest>&> digests[] = {
      {"the index", subject.index},
      {"the manifest", subject.manifest},
      {"the module", subject.module}};
  for (const auto& [what, digest] : digests) {
    if (!digest) continue;
    if (std::ranges::find(rule.digests, *digest) != rule.digests.end()) return {};
    present += fmt::format("{}{} {}", present.empty() ? "" : ", ", what, digest->to_string());
  }
  return fail(ErrorCode::Denied, "{} pins it to {}{}, and it is {}", rule.origin,
              rule.digests.front().to_string(),
              rule.digests.size() > 1 ? fmt::format(" or {} others", rule.digests.size() - 1)
                                      : std::string(),
              present.empty() ? "of unknown digests" : present);
}

bool is_issuer(const NamedKey& key, const Claims& claims) {
  return key_id(key.key) == claims.issuer;
}

Result<> check_issuers(const TrustRule& rule, const std::optional<Claims>& claims) {
  if (rule.issuers.empty()) return {};
  if (!claims)
    return fail(ErrorCode::Denied, "{} asks for claims by {}, and the module has none", rule.origin,
                describe(rule.issuers));
  for (const NamedKey& key : rule.issuers)
    if (is_issuer(key, *claims)) return {};
  return fail(ErrorCode::Denied, "{} asks for claims by {}, and the module's are by {}",
              rule.origin, describe(rule.issuers), claims->issuer);
}

Result<> check_capabilities(const IssuerRule& rule, const Claims& claims) {
  if (!is_issuer(rule.issuer, claims)) return {};
  for (const std::string& capability : claims.capabilities) {
    auto matches = [&](const std::string& pattern) { return matches_pattern(pattern, capability); };
    if (std::ranges::none_of(rule.capabilities, matches))
      return fail(ErrorCode::Denied, "{} does not let {} claim the capability '{}'", rule.origin,
                  describe({rule.issuer}), capability);
  }
  return {};
}

// The claims, read at most once and only where a rule wants them.
class ClaimsOnce {
 public:
  explicit ClaimsOnce(const TrustEvidence& evidence) : evidence_(evidence) {}
  Result<std::optional<Claims>> get() {
    if (!claims_) claims_ = evidence_.claims();
    return *claims_;
  }

 private:
  const TrustEvidence& evidence_;
  std::optional<Result<std::optional<Claims>>> claims_;
};

Result<> check_rule(const TrustRule& rule, const TrustSubject& subject,
                    const TrustEvidence& evidence, ClaimsOnce& claims) {
  if (rule.rejects) return fail(ErrorCode::Denied, "{} rejects it", rule.origin);
  TRY(check_digests(rule, subject));
  TRY(check_keys(rule, subject, evidence));
  if (rule.issuers.empty()) return {};
  return check_issuers(rule, TRY(claims.get()));
}

Result<> check_file(const TrustFile& file, const TrustSubject& subject,
                    const TrustEvidence& evidence) {
  ClaimsOnce claims(evidence);
  bool is_matched = false;
  for (const TrustRule& rule : file.rules) {
    if (!rule.matches(subject)) continue;
    is_matched = true;
    TRY(check_rule(rule, subject, evidence, claims));
  }
  if (!is_matched && file.rejects_by_default)
    return fail(ErrorCode::Denied, "{} rejects what none of its rules names", file.name);
  if (file.issuers.empty()) return {};
  const std::optional<Claims> found = TRY(claims.get());
  if (!found) return {};
  for (const IssuerRule& rule : file.issuers) TRY(check_capabilities(rule, *found));
  return {};
}

Result<> load_file(const fs::path& path, bool of_root, std::vector<TrustFile>& files) {
  if (path.empty()) return {};
  const OwnedFileOptions options{.of_root = of_root, .size_bytes_max = limits::kPolicyBytes};
  const auto text = TRY(with_context(read_owned_file(path, options), "trust policy"));
  if (!text) return {};
  // A key is as good as who can write its file.
  auto read_key = [&](const fs::path& key_path) -> Result<PublicKey> {
    const auto key = TRY(
        read_owned_file(key_path, {.of_root = of_root, .size_bytes_max = limits::kKeyFileBytes}));
    if (!key) return fail(ErrorCode::NotFound, "{} is not there", key_path.string());
    return with_context(parse_public_key(*key), "{}", key_path.string());
  };
  files.push_back(TRY(parse_trust_file(*text, path.string(), read_key)));
  return {};
}

}  // namespace

bool TrustRule::matches(const TrustSubject& subject) const {
  auto fits = [](const std::string& pattern, const std::string& text) {
    return !text.empty() && matches_pattern(pattern, text);
  };
  return (!image || fits(*image, subject.image)) && (!file || fits(*file, subject.file));
}

Result<TrustPolicy> TrustPolicy::load(const TrustPaths& paths) {
  std::vector<TrustFile> files;
  TRY(load_file(paths.machine, true, files));
  TRY(load_file(paths.user, false, files));
  return TrustPolicy(std::move(files));
}

Result<> TrustPolicy::check(const TrustSubject& subject, const TrustEvidence& evidence) const {
  for (const TrustFile& file : files_)
    TRY(with_context(check_file(file, subject, evidence), "{} is not trusted", name_of(subject)));
  return {};
}

}  // namespace wherry::trust
