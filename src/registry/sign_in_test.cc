#include "registry/sign_in.h"

#include <gtest/gtest.h>

#include "registry/limits.h"

namespace wherry::registry {
namespace {

// htpasswd -nbB -C 4 ann secret; … bob 'p:a ß'
const Users kUsers = {{"ann", "$2y$04$Ml1kmhY3.Q/hlDL/8ra/Lu2Zg.m/JWylRHvbkWUFKFBm6ghmzX2Je"},
                      {"bob", "$2y$04$4t91fvCCnry4OFqFjpSK8uPYzjfQlL4tXYJP9adOeQE96xFzNfXQ2"}};

Request request(const char* method, std::string authorization, std::string target = "/v2/") {
  Request made{
      .method = method, .target = std::move(target), .fields = {}, .remote_address = "192.0.2.1"};
  if (!authorization.empty()) made.fields.push_back({"authorization", std::move(authorization)});
  return made;
}

TEST(SignIn, WantsTheRightPassword) {
  SignIn sign_in(kUsers, {});
  EXPECT_EQ(sign_in.check(request("PUT", "Basic YW5uOnNlY3JldA==")), "ann");
  EXPECT_EQ(sign_in.check(request("PUT", "basic Ym9iOnA6YSDDnw==")), "bob");  // p:a ß
  for (const char* field : {"", "Basic YW5uOlNlY3JldA==", "Basic em9lOnNlY3JldA==", "Basic",
                            "Basic !!!!", "Basic YW5u", "Bearer YW5uOnNlY3JldA==", "Basic Og=="}) {
    const auto user = sign_in.check(request("GET", field));
    ASSERT_FALSE(user) << field;
    EXPECT_EQ(user.error().status, 401u);
    EXPECT_EQ(user.error().fields[0].name, "WWW-Authenticate");
  }
}

TEST(SignIn, LetsAnybodyReadWhereTold) {
  SignIn sign_in(kUsers, {.anonymous_pull = true});
  EXPECT_EQ(sign_in.check(request("GET", "", "/v2/a/tags/list")), "");
  EXPECT_EQ(sign_in.check(request("HEAD", "Basic Og==", "/v2/a/tags/list")), "");
  EXPECT_EQ(sign_in.check(request("GET", "Basic Og==", "/v2/")), "");
  EXPECT_FALSE(sign_in.check(request("GET", "", "/v2/")));  // else nobody would learn of passwords
  for (const char* method : {"PUT", "POST", "PATCH", "DELETE"}) {
    EXPECT_FALSE(sign_in.check(request(method, "", "/v2/a/blobs/uploads/"))) << method;
    EXPECT_FALSE(sign_in.check(request(method, "Basic Og=="))) << method;
  }
  // Who gives a wrong name or password is told so, not taken for nobody.
  EXPECT_FALSE(sign_in.check(request("GET", "Basic YW5uOlNlY3JldA==", "/v2/a/tags/list")));
}

TEST(SignIn, StopsFloodsOfPasswords) {
  SignIn sign_in(kUsers, {});
  ASSERT_TRUE(sign_in.check(request("GET", "Basic YW5uOnNlY3JldA==")));
  for (size_t i = 0; i < limits::kFailures; i++)
    EXPECT_EQ(sign_in.check(request("GET", "Basic YW5uOlNlY3JldA==")).error().status, 401u);
  const auto refused = sign_in.check(request("GET", "Basic Ym9iOnA6YSDDnw=="));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().status, 429u);
  // Who was right before is not locked out; nor is another address.
  EXPECT_TRUE(sign_in.check(request("GET", "Basic YW5uOnNlY3JldA==")));
  Request elsewhere = request("GET", "Basic Ym9iOnA6YSDDnw==");
  elsewhere.remote_address = "192.0.2.2";
  EXPECT_TRUE(sign_in.check(elsewhere));
}

}  // namespace
}  // namespace wherry::registry
