#include "trust/trust_policy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wherry::trust {
namespace {

using ::testing::HasSubstr;

constexpr const char* kAccount = "ADLVVGABQKYQVN6VJP7NHSLEA45A5YLS6PNKMIZFV4BBU2HXA5IRVRTU";
constexpr const char* kOther = "ACOJJN6WUP4ODD75XEBKKTCCUJJCY5ZKQ56XVKYK4BEJWGVAOOQHZMCW";
const Digest kManifest = sha256(as_bytes("manifest"));

const EcdsaPublicKey& release_key() {
  static const EcdsaPublicKey key = EcdsaPrivateKey::create()->public_key();
  return key;
}

Result<TrustFile> parse(const std::string& text) {
  return parse_trust_file(text, "trust.toml", [](const fs::path& path) -> Result<PublicKey> {
    if (path == "/keys/release.pub") return PublicKey(release_key());
    return fail(ErrorCode::NotFound, "{} is not there", path.string());
  });
}

const std::string kKeys = std::string(R"(
[key.release]
file = "/keys/release.pub"
[key.team]
nkey = ")") + kAccount + "\"\n";

struct Known {
  bool is_signed = false;
  std::optional<Claims> claims = {};
};

Result<> check(const std::string& text, const TrustSubject& subject, const Known& known = {}) {
  TrustFile file = TRY(parse(kKeys + text));
  const TrustEvidence evidence{
      .check_signature = [&](const EcdsaPublicKey& key) -> Result<> {
        if (known.is_signed && key == release_key()) return {};
        return fail(ErrorCode::Denied, "it has no signature");
      },
      .claims = [&]() -> Result<std::optional<Claims>> { return known.claims; }};
  return TrustPolicy({std::move(file)}).check(subject, evidence);
}

TrustSubject image(const char* name) { return {.image = name, .manifest = kManifest}; }

Claims claims_by(const char* issuer, std::vector<std::string> capabilities = {}) {
  return {.id = "", .issuer = issuer, .subject = "", .capabilities = std::move(capabilities)};
}

TEST(TrustPolicy, WantsASignatureOfWhatItsRuleNames) {
  const std::string rule = "[[rule]]\nimage = \"r.example/team/**\"\nkeys = [\"release\"]\n";
  EXPECT_TRUE(check(rule, image("r.example/team/app:1"), {.is_signed = true}));
  EXPECT_TRUE(check(rule, image("r.example/else/app:1")));
  auto unsigned_image = check(rule, image("r.example/team/a/b:1"));
  EXPECT_EQ(unsigned_image.error().code, ErrorCode::Denied);
  EXPECT_EQ(unsigned_image.error().message,
            fmt::format("r.example/team/a/b:1 is not trusted: trust.toml:6 asks for a signature by "
                        "key release ({}): it has no signature",
                        release_key().fingerprint().to_string()));
}

TEST(TrustPolicy, EveryMatchingRuleBinds) {
  const std::string rules =
      "[[rule]]\nimage = \"r.example/**\"\n[[rule]]\nimage = \"**\"\nkeys = [\"release\"]\n";
  EXPECT_FALSE(check(rules, image("r.example/app:1")));
  EXPECT_FALSE(check("[[rule]]\naction = \"reject\"\n", image("r.example/app:1")));
  EXPECT_THAT(check("[[rule]]\naction = \"reject\"\n", image("a:1")).error().message,
              HasSubstr("trust.toml:6 rejects it"));
}

TEST(TrustPolicy, PinsAnyDigestThatUsersSee) {
  const Digest index = sha256(as_bytes("index")), module = sha256(as_bytes("module"));
  const TrustSubject subject{
      .image = "a:1", .index = index, .manifest = kManifest, .module = module};
  auto pin = [](const Digest& digest) {
    return "[[rule]]\ndigests = [\"" + digest.to_string() + "\"]\n";
  };
  for (const Digest& digest : {index, kManifest, module})
    EXPECT_TRUE(check(pin(digest), subject)) << digest.to_string();
  EXPECT_EQ(check(pin(sha256(as_bytes("other"))), subject).error().message,
            fmt::format("a:1 is not trusted: trust.toml:6 pins it to {}, and it is the index {}, "
                        "the manifest {}, the module {}",
                        sha256(as_bytes("other")).to_string(), index.to_string(),
                        kManifest.to_string(), module.to_string()));
}

TEST(TrustPolicy, DefaultsWhereNoRuleMatches) {
  const std::string rule = "[[rule]]\nimage = \"r.example/**\"\n";
  TrustFile file = parse("default = \"reject\"\n" + kKeys + rule).value();
  TrustPolicy policy({std::move(file)});
  EXPECT_TRUE(policy.check(image("r.example/app:1"), {}));
  EXPECT_THAT(policy.check(image("other:1"), {}).error().message,
              HasSubstr("rejects what none of its rules names"));
  EXPECT_FALSE(policy.check({.file = "/srv/app.wasm"}, {}));
}

TEST(TrustPolicy, PinsDigests) {
  const std::string pin = "[[rule]]\ndigests = [\"" + kManifest.to_string() + "\"]\n";
  EXPECT_TRUE(check(pin, image("a:1")));
  EXPECT_TRUE(check(pin, {.file = "/a.wasm", .module = kManifest}));
  auto other = check(pin, {.file = "/a.wasm", .module = sha256({})});
  EXPECT_THAT(other.error().message, HasSubstr("pins it to " + kManifest.to_string()));
  EXPECT_FALSE(check(pin, {.image = "a:1"}));
}

TEST(TrustPolicy, WantsClaims) {
  const std::string rule = "[[rule]]\nissuers = [\"team\"]\n";
  EXPECT_TRUE(check(rule, image("a:1"), {.claims = claims_by(kAccount)}));
  EXPECT_THAT(check(rule, image("a:1")).error().message, HasSubstr("the module has none"));
  EXPECT_THAT(check(rule, image("a:1"), {.claims = claims_by(kOther)}).error().message,
              HasSubstr(std::string("the module's are by ") + kOther));
}

TEST(TrustPolicy, BoundsWhatAnIssuerMayClaim) {
  const std::string rule = "[[issuer]]\nkey = \"team\"\ncapabilities = [\"wascc:http_*\"]\n";
  EXPECT_TRUE(check(rule, image("a:1")));
  EXPECT_TRUE(check(rule, image("a:1"), {.claims = claims_by(kAccount, {"wascc:http_server"})}));
  EXPECT_TRUE(check(rule, image("a:1"), {.claims = claims_by(kOther, {"wascc:keyvalue"})}));
  auto more = check(rule, image("a:1"), {.claims = claims_by(kAccount, {"wascc:keyvalue"})});
  EXPECT_THAT(more.error().message,
              HasSubstr(std::string("trust.toml:6 does not let key team (") + kAccount));
}

TEST(TrustPolicy, FilesHaveNoSignatures) {
  auto file = check("[[rule]]\nkeys = [\"release\"]\n", {.file = "/a.wasm"});
  EXPECT_THAT(file.error().message, HasSubstr("files have none"));
}

TEST(TrustFile, RefusesWhatItDoesNotUnderstand) {
  struct Case {
    const char* text;
    const char* message;
  };
  for (const Case& c : {
           Case{"[[rules]]\n", "unknown key 'rules'"},
           Case{"[[rule]]\nkey = \"release\"\n", "unknown key 'rule.key'"},
           Case{"[[rule]]\nkeys = [\"none\"]\n", "there is no key 'none'"},
           Case{"[[rule]]\nkeys = []\n", "is empty"},
           Case{"[[rule]]\nkeys = [\"team\"]\n", "is no image key"},
           Case{"[[rule]]\nissuers = [\"release\"]\n", "is no account key"},
           Case{"[[rule]]\ndigests = [\"sha256:1\"]\n", "is no digest"},
           Case{"[[rule]]\ndigests = []\n", "is empty"},
           Case{"[[rule]]\nimage = \"\"\n", "is empty"},
           Case{"[[rule]]\nimage = \"a\"\nfile = \"b\"\n", "exclude each other"},
           Case{"[[rule]]\nfile = \"b\"\nkeys = [\"release\"]\n", "a file has no signatures"},
           Case{"[[rule]]\naction = \"deny\"\n", "expected \"accept\" or \"reject\""},
           Case{"[[issuer]]\nkey = \"team\"\n", "'issuer.capabilities' is missing"},
           Case{"[[issuer]]\ncapabilities = []\n", "'issuer.key' is missing"},
           Case{"[key.x]\nfile = \"relative\"\n", "is not absolute"},
           Case{"[key.x]\nfile = \"/none\"\n", "/none is not there"},
           Case{"[key.x]\nnkey = \"A\"\n", "no nkey"},
           Case{"[key.x]\n", "a key has one of"},
           Case{"rule = 1\n", "'rule' is a whole number"},
       }) {
    const std::string keys = std::string_view(c.text).starts_with("rule") ? "" : kKeys;
    auto file = parse(keys + c.text);
    ASSERT_FALSE(file) << c.text;
    EXPECT_THAT(file.error().message, HasSubstr(c.message)) << c.text;
    EXPECT_THAT(file.error().message, HasSubstr("trust.toml:")) << c.text;
  }
}

}  // namespace
}  // namespace wherry::trust
