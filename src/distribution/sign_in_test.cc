#include "distribution/sign_in.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wherry::distribution {
namespace {

using ::testing::HasSubstr;

const Credential kAlice{.user = "alice", .password = "secret"};
constexpr const char* kBasic = "Basic YWxpY2U6c2VjcmV0";

class FakeRegistry : public Transport {
 public:
  Result<HttpResponse> send(const HttpRequest& request) override {
    if (request.url.starts_with("https://auth/")) {
      if (request.authorization != kBasic) return HttpResponse{.status = 401};
      return HttpResponse{.status = 200, .headers = {}, .body = token_answer};
    }
    bool is_open = lets_anybody_in && request.authorization.empty();
    if (is_open || request.authorization == accepted) return HttpResponse{.status = 200};
    return HttpResponse{.status = 401, .headers = {{"www-authenticate", challenge}}};
  }
  bool lets_anybody_in = false;
  std::string accepted = kBasic;
  std::string challenge = R"(Basic realm="r")";
  std::string token_answer = R"({"token":"T"})";
};

Result<SignedIn> try_sign_in(FakeRegistry& registry, const Credential& credential = kAlice) {
  return sign_in(registry, {"r.io", "r.io"}, credential, {});
}

TEST(SignIn, ChecksAPassword) {
  FakeRegistry registry;
  EXPECT_EQ(try_sign_in(registry)->credential, kAlice);
  Result<SignedIn> refused = try_sign_in(registry, {.user = "alice", .password = "wrong"});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::Denied);
  EXPECT_THAT(refused.error().message, HasSubstr("alice from this login is not accepted"));
}

TEST(SignIn, ChecksAPasswordWithATokenServer) {
  FakeRegistry registry;
  registry.challenge = R"(Bearer realm="https://auth/token")";
  registry.accepted = "Bearer T";
  EXPECT_EQ(try_sign_in(registry)->credential, kAlice);
  EXPECT_FALSE(try_sign_in(registry, {.user = "alice", .password = "wrong"}));
}

TEST(SignIn, KeepsAnIdentityTokenInThePasswordsPlace) {
  FakeRegistry registry;
  registry.challenge = R"(Bearer realm="https://auth/token")";
  registry.accepted = "Bearer T";
  registry.token_answer = R"({"access_token":"T","refresh_token":"id"})";
  EXPECT_EQ(try_sign_in(registry)->credential,
            (Credential{.user = "alice", .identity_token = "id"}));
}

TEST(SignIn, SaysWhenNothingWasChecked) {
  FakeRegistry registry;
  registry.lets_anybody_in = true;
  EXPECT_FALSE(try_sign_in(registry)->was_checked);
  EXPECT_FALSE(try_sign_in(registry, {.user = "alice", .password = "wrong"}));
}

TEST(SignInPlace, IsARegistryOrANamespace) {
  EXPECT_EQ(parse_sign_in_place("https://r.io:5000/")->registry, "r.io:5000");
  EXPECT_EQ(parse_sign_in_place("r.io/team/x")->key, "r.io/team/x");
  EXPECT_EQ(parse_sign_in_place("localhost")->registry, "localhost");
  for (const char* text : {"", "r", "r.io:x", "r.io/A", "r.io/a:1", "https://", "r.io?x"})
    EXPECT_FALSE(parse_sign_in_place(text)) << text;
  EXPECT_EQ(parse_sign_in_place("http://r.io").error().code, ErrorCode::Denied);
}

}  // namespace
}  // namespace wherry::distribution
