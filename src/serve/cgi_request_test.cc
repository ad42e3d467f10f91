#include "serve/cgi_request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

namespace wherry::serve {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

HttpRequest make_request(std::string target,
                         std::vector<HttpField> fields = {{"Host", "example.org:8080"}}) {
  HttpRequest request;
  request.method = "GET";
  request.target = std::move(target);
  request.fields = std::move(fields);
  request.remote_address = "192.0.2.7";
  request.local_address = "127.0.0.1";
  request.local_port = 8080;
  return request;
}

std::map<std::string, std::string> environment_of(const HttpRequest& request) {
  auto cgi = make_cgi_request(request, "wherry/9");
  EXPECT_TRUE(cgi) << (cgi ? "" : cgi.error().message);
  std::map<std::string, std::string> variables;
  if (!cgi) return variables;
  for (const auto& [name, value, origin] : cgi->environment)
    EXPECT_TRUE(variables.emplace(name, value).second) << name << " is there twice";
  return variables;
}

TEST(CgiRequest, SetsTheVariablesOfRfc3875) {
  HttpRequest request = make_request("/a%20b?n=10&m");
  request.method = "POST";
  request.body = "12345";
  request.fields.push_back({"Content-Type", "text/x"});
  request.fields.push_back({"Content-Length", "99"});
  std::map<std::string, std::string> expected = {
      {"GATEWAY_INTERFACE", "CGI/1.1"},
      {"REQUEST_METHOD", "POST"},
      {"SCRIPT_NAME", ""},
      {"PATH_INFO", "/a b"},
      {"QUERY_STRING", "n=10&m"},
      {"SERVER_PROTOCOL", "HTTP/1.1"},
      {"SERVER_NAME", "example.org"},
      {"SERVER_PORT", "8080"},
      {"SERVER_SOFTWARE", "wherry/9"},
      {"REMOTE_ADDR", "192.0.2.7"},
      {"REMOTE_HOST", "192.0.2.7"},
      {"CONTENT_LENGTH", "5"},
      {"CONTENT_TYPE", "text/x"},
      {"HTTP_HOST", "example.org:8080"},
      {"X_RAW_PATH_INFO", "/a%20b"},
      {"X_FULL_URL", "http://example.org:8080/a%20b?n=10&m"},
  };
  EXPECT_EQ(environment_of(request), expected);
}

TEST(CgiRequest, LeavesOutLengthAndTypeWithoutABody) {
  auto variables = environment_of(make_request("/"));
  EXPECT_FALSE(variables.contains("CONTENT_LENGTH"));
  EXPECT_FALSE(variables.contains("CONTENT_TYPE"));
}

TEST(CgiRequest, GivesPathAndQueryPartsAsArguments) {
  struct Case {
    const char* target;
    std::vector<std::string> argv;
  };
  const Case cases[] = {
      {"/", {"/"}},
      {"/?", {"/"}},
      {"/?10", {"/", "10"}},
      {"/a%2Fb?x=1&y=%20&z", {"/a%2Fb", "x=1", "y=%20", "z"}},
      {"/?a&&b", {"/", "a", "", "b"}},
      {"/?a?b", {"/", "a?b"}},
  };
  for (const Case& c : cases) {
    auto cgi = make_cgi_request(make_request(c.target), "w");
    ASSERT_TRUE(cgi) << c.target;
    std::vector<std::string> argv = {cgi->program_name};
    argv.insert(argv.end(), cgi->arguments.begin(), cgi->arguments.end());
    EXPECT_EQ(argv, c.argv) << c.target;
  }
}

TEST(CgiRequest, JoinsRepeatedFields) {
  auto variables = environment_of(make_request(
      "/",
      {{"Host", "h"}, {"Accept", "a/b"}, {"accept", "c/d"}, {"Cookie", "a=1"}, {"Cookie", "b=2"}}));
  EXPECT_EQ(variables["HTTP_ACCEPT"], "a/b, c/d");
  EXPECT_EQ(variables["HTTP_COOKIE"], "a=1; b=2");
}

TEST(CgiRequest, LeavesOutDangerousFields) {
  auto variables = environment_of(make_request("/", {{"Host", "h"},
                                                     {"Proxy", "http://evil"},
                                                     {"pRoXy", "http://evil"},
                                                     {"X_Forwarded_For", "1.2.3.4"},
                                                     {"X.Y", "1"},
                                                     {"Connection", "close"},
                                                     {"Transfer-Encoding", "chunked"},
                                                     {"Expect", "100-continue"},
                                                     {"Upgrade", "websocket"}}));
  for (const auto& [name, value] : variables)
    EXPECT_TRUE(!name.starts_with("HTTP_") || name == "HTTP_HOST") << name;
}

TEST(CgiRequest, PassesAuthorization) {
  auto variables =
      environment_of(make_request("/", {{"Host", "h"}, {"Authorization", "Basic eDp5"}}));
  EXPECT_EQ(variables["HTTP_AUTHORIZATION"], "Basic eDp5");
}

TEST(CgiRequest, TakesTheHostOfAnAbsoluteTarget) {
  auto variables = environment_of(make_request("http://other:81?q", {{"Host", "h"}}));
  EXPECT_EQ(variables["SERVER_NAME"], "other");
  EXPECT_EQ(variables["PATH_INFO"], "/");
  EXPECT_EQ(variables["QUERY_STRING"], "q");
  EXPECT_EQ(variables["X_FULL_URL"], "http://other:81/?q");
}

TEST(CgiRequest, FindsTheServerName) {
  struct Case {
    const char* host;
    const char* name;
  };
  for (const Case& c : {Case{"a.b", "a.b"},
                        {"a:1", "a"},
                        {"[::1]:80", "[::1]"},
                        {"[::1]", "[::1]"},
                        {"", "127.0.0.1"}})
    EXPECT_EQ(environment_of(make_request("/", {{"Host", c.host}}))["SERVER_NAME"], c.name)
        << c.host;
  HttpRequest old = make_request("/", {});
  old.version_1_0 = true;
  EXPECT_EQ(environment_of(old)["SERVER_NAME"], "127.0.0.1");
  EXPECT_EQ(environment_of(old)["SERVER_PROTOCOL"], "HTTP/1.0");
}

TEST(CgiRequest, RefusesWhatCannotBeCgi) {
  struct Case {
    const char* name;
    HttpRequest request;
    const char* message;
  };
  Case cases[] = {
      {"asterisk", make_request("*"), "no path"},
      {"authority", make_request("example.org:443"), "no path"},
      {"other scheme", make_request("ftp://a/b"), "no path"},
      {"no host in the target", make_request("http:///x"), "no host"},
      {"NUL", make_request("/a%00b"), "NUL"},
      {"bad percent", make_request("/%zz"), "percent"},
      {"short percent", make_request("/%2"), "percent"},
      {"no host", make_request("/", {}), "no Host"},
      {"two hosts", make_request("/", {{"Host", "a"}, {"host", "b"}}), "more than one Host"},
      {"host with a slash", make_request("/", {{"Host", "a/b"}}), "host is not valid"},
      {"host with a quote", make_request("/", {{"Host", "a\"b"}}), "host is not valid"},
  };
  for (const Case& c : cases) {
    auto cgi = make_cgi_request(c.request, "w");
    ASSERT_FALSE(cgi) << c.name;
    EXPECT_EQ(cgi.error().code, ErrorCode::Invalid) << c.name;
    EXPECT_THAT(cgi.error().message, HasSubstr(c.message)) << c.name;
  }
}

}  // namespace
}  // namespace wherry::serve
