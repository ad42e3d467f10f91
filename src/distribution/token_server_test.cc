#include "distribution/token_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wherry::distribution {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TokenQuestion question(Credential credential = {}) {
  return {.challenge = {"https://a/t?x=1", "s", {}},
          .scopes = Scopes::parse("repository:a/b:pull repository:c:pull,push"),
          .credential = std::move(credential)};
}

TEST(TokenServer, IsAskedAsAnybody) {
  HttpRequest request = token_request(question()).value();
  EXPECT_EQ(request.method, "GET");
  EXPECT_EQ(request.url,
            "https://a/t?x=1&service=s&scope=repository%3Aa%2Fb%3Apull"
            "&scope=repository%3Ac%3Apull%2Cpush");
  EXPECT_EQ(request.authorization, "");
}

TEST(TokenServer, IsShownAPasswordInAHeader) {
  TokenQuestion asked = question({.user = "al", .password = "p&w"});
  asked.wants_identity_token = true;
  HttpRequest request = token_request(asked).value();
  EXPECT_EQ(request.authorization, "Basic YWw6cCZ3");
  EXPECT_THAT(request.url, HasSubstr("&account=al&offline_token=true&client_id=wherry"));
  EXPECT_THAT(request.url, Not(HasSubstr("p&w")));
}

TEST(TokenServer, IsShownAnIdentityTokenInAForm) {
  HttpRequest request = token_request(question({.identity_token = "id+1"})).value();
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.url, "https://a/t?x=1");
  EXPECT_EQ(request.form,
            "grant_type=refresh_token&service=s&client_id=wherry&scope=repository%3Aa%2Fb%3Apull%20"
            "repository%3Ac%3Apull%2Cpush&refresh_token=id%2B1");
  EXPECT_EQ(request.authorization, "");
}

TEST(TokenServer, MustBeAUrl) {
  for (const char* realm : {"", "file:///etc/passwd", "http://a b", "https://", "https://u@a/t"}) {
    TokenQuestion asked = question();
    asked.challenge.realm = realm;
    EXPECT_FALSE(token_request(asked)) << realm;
  }
}

TEST(TokenServer, AnswersUnderBothNames) {
  EXPECT_EQ(parse_token_answer(R"({"token":"a"})")->token, "a");
  EXPECT_EQ(parse_token_answer(R"({"access_token":"b"})")->token, "b");
  EXPECT_EQ(parse_token_answer(R"({"token":"","access_token":"b"})")->token, "b");
  EXPECT_EQ(parse_token_answer(R"({"token":"a","refresh_token":"r"})")->identity_token, "r");
}

TEST(TokenServer, SaysHowLongATokenLives) {
  const std::pair<const char*, uint64_t> cases[] = {
      {R"({"token":"a","expires_in":300})", 300},
      {R"({"token":"a"})", 60},
      {R"({"token":"a","expires_in":0})", 60},
      {R"({"token":"a","expires_in":-1})", 60},
      {R"({"token":"a","expires_in":"x"})", 60},
      {R"({"token":"a","expires_in":1e300})", 60},
      {R"({"token":"a","expires_in":99999999})", 24 * 60 * 60}};
  for (auto [json, lifetime_s] : cases)
    EXPECT_EQ(parse_token_answer(json)->lifetime_s, lifetime_s) << json;
}

TEST(TokenServer, RefusesWhatIsNoTokenWithoutRepeatingIt) {
  for (const char* json : {"", "{}", "[]", R"({"token":1})", R"({"token":"secret\r\nEvil: 1"})",
                           R"({"token":"a","refresh_token":"secret x"})"}) {
    Result<TokenAnswer> answer = parse_token_answer(json);
    ASSERT_FALSE(answer) << json;
    EXPECT_THAT(answer.error().message, Not(HasSubstr("secret")));
  }
}

}  // namespace
}  // namespace wherry::distribution
