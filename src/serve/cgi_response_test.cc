#include "serve/cgi_response.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "serve/limits.h"

namespace wherry::serve {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(CgiResponse, ReadsWhatRfc3875Allows) {
  struct Case {
    const char* output;
    unsigned status;
    const char* reason;
    std::vector<HttpField> fields;
    const char* body;
  };
  const Case cases[] = {
      {"Content-Type: text/plain\n\nhi", 200, "", {{"Content-Type", "text/plain"}}, "hi"},
      {"Content-Type:text/plain\r\n\r\nhi\r\n",
       200,
       "",
       {{"Content-Type", "text/plain"}},
       "hi\r\n"},
      {"content-type: \t a \t\n\n", 200, "", {{"content-type", "a"}}, ""},
      {"Status: 404 Not Here\nContent-Type: a\n\nx", 404, "Not Here", {{"Content-Type", "a"}}, "x"},
      {"Status: 418\n\n", 418, "", {}, ""},
      {"Location: http://a/b\n\n", 302, "", {{"Location", "http://a/b"}}, ""},
      {"Location: /b\nStatus: 301 Gone on\n\n", 301, "Gone on", {{"Location", "/b"}}, ""},
      {"Status: 200 OK\nX-A: 1\nX-A: 2\n\n\n\n", 200, "OK", {{"X-A", "1"}, {"X-A", "2"}}, "\n\n"},
      {"Content-Type: a\nX:\n\nb: c\n\n", 200, "", {{"Content-Type", "a"}, {"X", ""}}, "b: c\n\n"},
  };
  for (const Case& c : cases) {
    auto response = parse_cgi_response(c.output);
    ASSERT_TRUE(response) << c.output << response.error().message;
    EXPECT_EQ(response->status, c.status) << c.output;
    EXPECT_EQ(response->reason, c.reason) << c.output;
    EXPECT_EQ(response->fields, c.fields) << c.output;
    EXPECT_EQ(response->body, c.body) << c.output;
  }
}

TEST(CgiResponse, DropsFieldsOfTheConnection) {
  auto response = parse_cgi_response(
      "Content-Type: a\nConnection: close\ntransfer-encoding: chunked\nKeep-Alive: 1\nUpgrade: "
      "h2c\nTrailer: x\n"
      "TE: x\nServer: mine\nDate: never\nContent-Length: 7\n\nbody");
  ASSERT_TRUE(response);
  EXPECT_THAT(response->fields, ElementsAre(HttpField{"Content-Type", "a"}));
  EXPECT_EQ(response->announced_length, "7");
}

TEST(CgiResponse, RefusesWhatIsNoResponse) {
  struct Case {
    const char* name;
    std::string output;
    const char* message;
  };
  const Case cases[] = {
      {"nothing", "", "printed nothing"},
      {"no header", "hello\n", "no colon"},
      {"no line", "hello", "no empty line"},
      {"no end of header", "Content-Type: a\n", "no empty line"},
      {"no required field", "X-A: 1\n\n", "none of Content-Type"},
      {"empty header", "\nbody", "none of Content-Type"},
      {"HTTP status line", "HTTP/1.1 200 OK\n\n", "no colon"},
      {"space in a name", "Content Type: a\n\n", "no valid name"},
      {"space before the colon", "Content-Type : a\n\n", "no valid name"},
      {"no name", ": a\n\n", "no valid name"},
      {"folded line", "Content-Type: a\n b: c\n\n", "no valid name"},
      {"CR inside a value", "X: a\rSet-Cookie: b\nContent-Type: a\n\n", "control character"},
      {"NUL inside a value", std::string("X: a\0b\nContent-Type: a\n\n", 25), "control character"},
      {"escape inside the phrase", "Status: 200 \x1b[2J\n\n", "control character"},
      {"status of words", "Status: OK\n\n", "Status field"},
      {"status of two digits", "Status: 20 OK\n\n", "Status field"},
      {"status of four digits", "Status: 2000\n\n", "Status field"},
      {"interim status", "Status: 100 Continue\n\n", "Status field"},
      {"status beyond 599", "Status: 600\n\n", "Status field"},
      {"negative status", "Status: -20\n\n", "Status field"},
      {"two statuses", "Status: 200\nStatus: 404\n\n", "more than one Status"},
      {"two types", "Content-Type: a\nContent-Type: b\n\n", "more than one Content-Type"},
      {"two locations", "Location: a\nLocation: b\n\n", "more than one Location"},
      {"length of words", "Status: 200\nContent-Length: five\n\n", "no number"},
      {"length with a sign", "Status: 200\nContent-Length: +5\n\n", "no number"},
  };
  for (const Case& c : cases) {
    auto response = parse_cgi_response(c.output);
    ASSERT_FALSE(response) << c.name;
    EXPECT_EQ(response.error().code, ErrorCode::Malformed) << c.name;
    EXPECT_THAT(response.error().message, HasSubstr(c.message)) << c.name;
  }
}

TEST(CgiResponse, LimitsTheHeader) {
  std::string fields;
  for (size_t i = 0; i <= limits::kResponseFields; i++) fields += "X: 1\n";
  auto response = parse_cgi_response("Status: 200\n" + fields + "\n");
  ASSERT_FALSE(response);
  EXPECT_THAT(response.error().message, HasSubstr("more than 100 fields"));

  std::string line = "Status: 200\nX: " + std::string(limits::kResponseHeadBytes, 'a') + "\n\n";
  response = parse_cgi_response(line);
  ASSERT_FALSE(response);
  EXPECT_THAT(response.error().message, HasSubstr("within 65536 bytes"));

  response = parse_cgi_response("Status: 200\n\n" + std::string(limits::kResponseHeadBytes, 'a'));
  EXPECT_TRUE(response) << "a body is no header";
}

}  // namespace
}  // namespace wherry::serve
