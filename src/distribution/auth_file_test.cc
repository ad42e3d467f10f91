#include "distribution/auth_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wherry::distribution {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

// alice:secret and bob:hidden
constexpr const char* kAlice = "YWxpY2U6c2VjcmV0";
constexpr const char* kBob = "Ym9iOmhpZGRlbg==";

std::string user_of(const AuthFile& file, const char* registry, const char* repository = "") {
  Result<std::optional<Credential>> found = file.find(registry, repository);
  EXPECT_TRUE(found);
  return found && *found ? (*found)->user : "(none)";
}

AuthFile parse(const std::string& json) { return AuthFile::parse(json).value(); }

TEST(AuthFile, FindsByRegistry) {
  AuthFile file = parse(fmt::format(R"({{"auths":{{"r.io:5000":{{"auth":"{}"}}}}}})", kAlice));
  EXPECT_EQ(file.find("r.io:5000", "team/app").value()->password, "secret");
  EXPECT_EQ(user_of(file, "r.io:5000", "team/app"), "alice");
  EXPECT_EQ(user_of(file, "r.io", "team/app"), "(none)");
}

TEST(AuthFile, PrefersTheLongestNamespace) {
  AuthFile file = parse(fmt::format(
      R"({{"auths":{{"r.io":{{"auth":"{0}"}},"r.io/team/app":{{"auth":"{1}"}},"r.io/empty":{{}}}}}})",
      kAlice, kBob));
  EXPECT_EQ(user_of(file, "r.io", "team/app"), "bob");
  EXPECT_EQ(user_of(file, "r.io", "team/app/part"), "bob");
  EXPECT_EQ(user_of(file, "r.io", "team/application"), "alice");
  EXPECT_EQ(user_of(file, "r.io", "empty/x"), "alice");
  EXPECT_EQ(user_of(file, "r.io"), "alice");
}

TEST(AuthFile, KnowsTheKeysThatDockerWroteOnce) {
  const std::pair<const char*, const char*> cases[] = {{"https://index.docker.io/v1/", "docker.io"},
                                                       {"index.docker.io", "docker.io"},
                                                       {"index.docker.io/v1/", "docker.io"},
                                                       {"docker.io", "registry-1.docker.io"},
                                                       {"https://r.io/v2/", "r.io"},
                                                       {"http://r.io:5000", "r.io:5000"},
                                                       {"r.io/", "r.io"},
                                                       {"https://r.io", "r.io"}};
  for (auto [key, registry] : cases) {
    AuthFile file = parse(fmt::format(R"({{"auths":{{"{}":{{"auth":"{}"}}}}}})", key, kAlice));
    EXPECT_EQ(user_of(file, registry, "library/x"), "alice") << key;
  }
}

TEST(AuthFile, ReadsTokens) {
  AuthFile file = parse(R"({"auths":{"r.io":{"auth":"dTo=","identitytoken":"id"},
                            "s.io":{"registrytoken":"reg"},"t.io":{"username":"u","password":"p"}}})");
  EXPECT_EQ(file.find("r.io", "").value()->identity_token, "id");
  EXPECT_EQ(file.find("s.io", "").value()->registry_token, "reg");
  EXPECT_EQ(file.find("t.io", "").value()->password, "p");
}

TEST(AuthFile, KeepsColonsInPasswords) {
  AuthFile file = parse(R"({"auths":{"r.io":{"auth":"dTpwOnE="}}})");
  EXPECT_EQ(file.find("r.io", "").value()->password, "p:q");
}

TEST(AuthFile, NamesHelpers) {
  AuthFile file = parse(R"({"credHelpers":{"r.io":"pass","https://index.docker.io/v1/":"hub"},
                            "credsStore":"secretservice"})");
  EXPECT_EQ(file.helper_of("r.io"), "pass");
  EXPECT_EQ(file.helper_of("docker.io"), "hub");
  EXPECT_EQ(file.helper_of("s.io"), "");
  EXPECT_EQ(file.default_helper(), "secretservice");
}

TEST(AuthFile, KeepsWhatItDoesNotKnow) {
  AuthFile file = parse(R"({"proxies":{"b":1,"a":[2]},"auths":{"s.io":{"auth":"x","more":true}}})");
  file.put("r.io", Credential{.user = "alice", .password = "secret"});
  EXPECT_EQ(
      file.to_json(),
      "{\n\t\"proxies\": {\n\t\t\"b\": 1,\n\t\t\"a\": [\n\t\t\t2\n\t\t]\n\t},\n\t\"auths\": "
      "{\n\t\t\"s.io\": {\n\t\t\t\"auth\": \"x\",\n\t\t\t\"more\": true\n\t\t},\n\t\t\"r.io\": "
      "{\n\t\t\t\"auth\": \"YWxpY2U6c2VjcmV0\"\n\t\t}\n\t}\n}\n");
}

TEST(AuthFile, ReplacesAndErasesWhatMeansTheSame) {
  AuthFile file = parse(fmt::format(
      R"({{"auths":{{"https://r.io/v1/":{{"auth":"{0}"}},"r.io/team":{{"auth":"{0}"}}}}}})",
      kAlice));
  file.put("r.io", Credential{.user = "bob", .password = "hidden"});
  EXPECT_THAT(file.keys(), ElementsAre("r.io", "r.io/team"));
  EXPECT_EQ(user_of(file, "r.io"), "bob");
  EXPECT_TRUE(file.erase("r.io"));
  EXPECT_FALSE(file.erase("r.io"));
  EXPECT_EQ(user_of(file, "r.io", "team/x"), "alice");
}

TEST(AuthFile, WritesTheHubAsDockerDoes) {
  AuthFile file = parse("");
  file.put("docker.io", Credential{.user = "u", .password = "p"});
  EXPECT_THAT(file.to_json(), HasSubstr("\"https://index.docker.io/v1/\""));
  file.put("r.io", std::nullopt);
  EXPECT_THAT(file.to_json(), HasSubstr("\"r.io\": {}"));
}

TEST(AuthFile, RefusesDamageWithoutRepeatingSecrets) {
  for (const char* json : {"[]", "{", R"({"auths":[]})", R"({"auths":{"r.io":"topsecret"}})",
                           R"({"credHelpers":{"r.io":1}})", R"({"credsStore":{}})"}) {
    Result<AuthFile> file = AuthFile::parse(json);
    ASSERT_FALSE(file) << json;
    EXPECT_EQ(file.error().code, ErrorCode::Malformed);
    EXPECT_THAT(file.error().message, Not(HasSubstr("topsecret")));
  }
  for (const char* auth : {"topsecret!", "dG9wc2VjcmV0", "YQ"}) {
    AuthFile file = parse(fmt::format(R"({{"auths":{{"r.io":{{"auth":"{}"}}}}}})", auth));
    Result<std::optional<Credential>> found = file.find("r.io", "");
    ASSERT_FALSE(found) << auth;
    EXPECT_THAT(found.error().message, HasSubstr("'r.io'"));
    EXPECT_THAT(found.error().message, Not(HasSubstr("topsecret")));
  }
}

}  // namespace
}  // namespace wherry::distribution
