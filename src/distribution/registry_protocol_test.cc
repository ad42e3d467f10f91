#include "distribution/registry_protocol.h"

#include <gtest/gtest.h>

namespace wherry::distribution {
namespace {

TEST(RegistryProtocol, KnowsLoopbackByName) {
  for (const char* registry : {"localhost", "localhost:5000", "127.0.0.1:1", "[::1]", "[::1]:5000"})
    EXPECT_TRUE(is_loopback_registry(registry)) << registry;
  for (const char* registry :
       {"localhost.evil.io", "127.0.0.10:5000", "127.0.0.1.evil.io", "ghcr.io", ""})
    EXPECT_FALSE(is_loopback_registry(registry)) << registry;
}

TEST(RegistryProtocol, FollowsLocations) {
  struct Case {
    const char *request, *location, *expected;  // nullptr: refused
  };
  const Case kCases[] = {
      {"http://h:1/v2/a/blobs/uploads/", "/v2/x?s=1", "http://h:1/v2/x?s=1"},
      {"http://h:1/v2/a/blobs/uploads/", "http://other/x", "http://other/x"},
      {"http://h:1/v2/a/blobs/uploads/", "https://other/x", "https://other/x"},
      {"https://h/v2/a/blobs/uploads/", "//cdn/x", "https://cdn/x"},
      {"https://h/v2/a/blobs/uploads/", "uuid", "https://h/v2/a/blobs/uploads/uuid"},
      {"https://h/v2/a/blobs/uploads/", "http://h/x", nullptr},
      {"http://h/a", "", nullptr},
      {"http://h/a", "file:///etc/passwd", nullptr},
      {"http://h/a", "gopher://x/", nullptr},
      {"http://h/a", "/x y", nullptr},
      {"http://h/a", "/x\r\nEvil: 1", nullptr},
      {"http://h/a", "http://", nullptr},
  };
  for (const Case& c : kCases) {
    Result<std::string> url = resolve_location(c.request, c.location);
    ASSERT_EQ(url.has_value(), c.expected != nullptr) << c.location;
    if (url) {
      EXPECT_EQ(*url, c.expected);
    }
  }
}

TEST(RegistryProtocol, AddsQueries) {
  EXPECT_EQ(add_query("http://h/x", "digest", "sha256:ab"), "http://h/x?digest=sha256%3Aab");
  EXPECT_EQ(add_query("http://h/x?a=b", "k", "a b&c"), "http://h/x?a=b&k=a%20b%26c");
}

TEST(RegistryProtocol, TakesUrlsApart) {
  EXPECT_EQ(url_host("https://r.io:5000/v2/"), "r.io");
  EXPECT_EQ(url_host("http://[::1]:5000"), "[::1]");
  EXPECT_EQ(url_host("http://r.io"), "r.io");
  EXPECT_EQ(url_host("r.io"), "");
  EXPECT_TRUE(url_has_user("https://u@r.io/"));
  EXPECT_FALSE(url_has_user("https://r.io/u@x"));
  EXPECT_EQ(query_value("?mount=x&from=a%2Fb%zz", "from"), "a/b%zz");
  EXPECT_EQ(query_value("?xfrom=a", "from"), "");
}

TEST(RegistryProtocol, RepeatsTheRegistrysWordsHarmlessly) {
  auto message = [](const std::string& body) {
    return registry_message({.status = 404, .body = body});
  };
  EXPECT_EQ(message(R"({"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"}]})"),
            "manifest unknown (MANIFEST_UNKNOWN)");
  EXPECT_EQ(message(R"({"errors":[{"code":"DENIED"}]})"), "DENIED");
  EXPECT_EQ(message(R"({"errors":[{"message":"\u001b[2J\n"}]})"), "\\x1b[2J\\n");
  EXPECT_LT(message(R"({"errors":[{"message":")" + std::string(10'000, 'x') + R"("}]})").size(),
            400u);
  for (const char* body : {"", "{", "[]", "{}", R"({"errors":[]})", R"({"errors":{}})",
                           R"({"errors":[7]})", R"({"errors":[{"message":7}]})", "<html>"})
    EXPECT_EQ(message(body), "") << body;
}

TEST(RegistryProtocol, ErrorsSayWhatToDo) {
  struct Case {
    HttpResponse response;
    ErrorCode code;
    const char* said;
  };
  const std::string kUnknown =
      R"({"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"}]})";
  const Case kCases[] = {
      {{.status = 404, .body = kUnknown},
       ErrorCode::NotFound,
       "the registry answered HTTP 404: manifest unknown (MANIFEST_UNKNOWN); check the "
       "name and the tag"},
      {{.status = 401}, ErrorCode::Denied, "it wants a login"},
      {{.status = 403}, ErrorCode::Denied, "more rights"},
      {{.status = 503}, ErrorCode::Unavailable, "try again later"},
      {{.status = 429}, ErrorCode::Unavailable, "try again later"},
      {{.status = 200, .headers = {{"content-type", "text/html; charset=utf-8"}}, .body = "<html>"},
       ErrorCode::Malformed,
       "no registry's"},
      {{.status = 404, .headers = {{"content-type", "text/html"}}, .body = "<html>"},
       ErrorCode::NotFound,
       "no registry's"},
      {{.status = 400, .body = "Client sent an HTTP request to an HTTPS server.\n"},
       ErrorCode::Malformed,
       "leave out --plain-http"},
      {{.status = 400,
        .headers = {{"content-type", "text/html"}},
        .body = "<center>The plain HTTP request was sent to HTTPS port</center>"},
       ErrorCode::Malformed,
       "leave out --plain-http"},
  };
  for (const Case& c : kCases) {
    Error error = registry_error(c.response);
    EXPECT_EQ(error.code, c.code) << error.message;
    EXPECT_NE(error.message.find(c.said), std::string::npos) << error.message;
  }
}

}  // namespace
}  // namespace wherry::distribution
