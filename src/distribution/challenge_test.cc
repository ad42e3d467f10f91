#include "distribution/challenge.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wherry::distribution {
namespace {

using ::testing::ElementsAre;

TEST(Challenge, ReadsBearer) {
  struct Case {
    const char* header;
    const char* realm;  // nullptr: there is none
    const char* service;
  };
  const Case kCases[] = {
      {R"(Bearer realm="https://a/t",service="s",scope="repository:x:pull")", "https://a/t", "s"},
      {R"(bearer Realm=https://a/t)", "https://a/t", ""},
      {R"(Bearer realm = "https://a/t" , service = s)", "https://a/t", "s"},
      {R"(Basic realm="x", Bearer realm="https://a/t" , service="y")", "https://a/t", "y"},
      {R"(Bearer realm="https://a/t", Basic realm="x")", "https://a/t", ""},
      {R"(Negotiate, Bearer realm="https://a/t")", "https://a/t", ""},
      {R"(Negotiate YII+/w==, Bearer realm="https://a/t")", "https://a/t", ""},
      {R"(Digest qop="auth, Bearer realm=x", Bearer realm="https://a/t")", "https://a/t", ""},
      {R"(Bearer realm="a\"b")", "a\"b", ""},
      {R"(Bearer realm="first",realm="second")", "first", ""},
      {R"(Bearer realm="unclosed)", nullptr, ""},
      {R"(Basic realm="x")", nullptr, ""},
      {R"(realm="x")", nullptr, ""},
      {"Bearer ", nullptr, ""},
      {"Bearer =,=,", nullptr, ""},
      {"", nullptr, ""},
  };
  for (const Case& c : kCases) {
    auto bearer = find_bearer(parse_challenges(c.header));
    ASSERT_EQ(bearer.has_value(), c.realm != nullptr) << c.header;
    if (!bearer) continue;
    EXPECT_EQ(bearer->realm, c.realm) << c.header;
    EXPECT_EQ(bearer->service, c.service) << c.header;
  }
}

TEST(Challenge, KnowsBasic) {
  EXPECT_TRUE(has_basic(parse_challenges(R"(Bearer realm="a", BASIC realm="x")")));
  EXPECT_TRUE(has_basic(parse_challenges("Basic")));
  EXPECT_FALSE(has_basic(parse_challenges(R"(Bearer realm="Basic ")")));
}

TEST(Challenge, HasLimits) {
  std::string many = "Bearer a=b";
  for (int i = 0; i < 1000; i++) many += fmt::format(", p{}=x, S{} y=z", i, i);
  EXPECT_LE(parse_challenges(many).size(), 16u);
}

TEST(Scopes, ReadAndWriteThemselves) {
  EXPECT_THAT(Scopes::parse("repository:a/b:push,pull registry:catalog:*").words(),
              ElementsAre("registry:catalog:*", "repository:a/b:pull,push"));
  EXPECT_THAT(Scopes::parse("repository:r.io:5000/a:pull").words(),
              ElementsAre("repository:r.io:5000/a:pull"));
  EXPECT_THAT(Scopes::parse("repository:a:pull repository:a:push").words(),
              ElementsAre("repository:a:pull,push"));
  for (const char* text : {"", " ", "x", "a:b", "a::", ":", "a:b:\x01", "a:\"b:c"})
    EXPECT_TRUE(Scopes::parse(text).words().empty()) << text;
}

TEST(Scopes, Cover) {
  Scopes both = Scopes::parse("repository:a:pull,push");
  EXPECT_TRUE(both.cover(Scopes::of_repository("a", {"pull"})));
  EXPECT_TRUE(both.cover({}));
  EXPECT_FALSE(both.cover(Scopes::of_repository("b", {"pull"})));
  EXPECT_FALSE(Scopes::of_repository("a", {"pull"}).cover(both));
  EXPECT_TRUE(Scopes::of_repository("a", {"*"}).cover(both));
  Scopes mount = Scopes::of_repository("a", {"push"});
  mount.add(Scopes::of_repository("b", {"pull"}));
  EXPECT_FALSE(both.cover(mount));
}

}  // namespace
}  // namespace wherry::distribution
