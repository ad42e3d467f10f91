#include "serve/http_message.h"

#include <gtest/gtest.h>

namespace wherry::serve {
namespace {

ResponseHeadOptions options() {
  return {.keep_alive = true,
          .head_request = false,
          .version_1_0 = false,
          .now = 784111777,
          .server = "wherry/9"};
}

TEST(ResponseHead, IsWhatRfc9112Says) {
  HttpResponse response;
  response.fields = {{"Content-Type", "text/plain"}, {"X-A", "1"}};
  response.body = "12345";
  EXPECT_EQ(format_response_head(response, options()),
            "HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nServer: wherry/9\r\n"
            "Content-Type: text/plain\r\nX-A: 1\r\nContent-Length: 5\r\n\r\n");
}

TEST(ResponseHead, TellsWhetherTheConnectionStays) {
  HttpResponse response;
  ResponseHeadOptions closing = options();
  closing.keep_alive = false;
  EXPECT_TRUE(format_response_head(response, closing).ends_with("\r\nConnection: close\r\n\r\n"));
  ResponseHeadOptions old = options();
  old.version_1_0 = true;
  EXPECT_TRUE(format_response_head(response, old).ends_with("\r\nConnection: keep-alive\r\n\r\n"));
}

TEST(ResponseHead, AnnouncesLengths) {
  struct Case {
    const char* name;
    unsigned status;
    bool head_request;
    const char* body;
    const char* announced;
    const char* expected;  // "" for none
  };
  const Case cases[] = {
      {"printed", 200, false, "12", "", "2"},
      {"empty", 200, false, "", "", "0"},
      {"own word ignored", 200, false, "12", "99", "2"},
      {"no content", 204, false, "12", "9", ""},
      {"not modified", 304, false, "12", "9", ""},
      {"HEAD, printed", 200, true, "12", "9", "2"},
      {"HEAD, announced", 200, true, "", "9", "9"},
      {"HEAD, unknown", 200, true, "", "", ""},
  };
  for (const Case& c : cases) {
    HttpResponse response{.status = c.status,
                          .reason = {},
                          .fields = {},
                          .body = c.body,
                          .announced_length = c.announced,
                          .body_share = {}};
    ResponseHeadOptions head_options = options();
    head_options.head_request = c.head_request;
    std::string head = format_response_head(response, head_options);
    std::string line = std::string("Content-Length: ") + c.expected + "\r\n";
    if (*c.expected)
      EXPECT_NE(head.find(line), std::string::npos) << c.name << head;
    else
      EXPECT_EQ(head.find("Content-Length"), std::string::npos) << c.name << head;
  }
}

TEST(PlainResponse, SaysStatusAndReason) {
  HttpResponse response = make_plain_response(413, "the limit is 1 byte");
  EXPECT_EQ(response.body, "413 Content Too Large\nthe limit is 1 byte\n");
}

}  // namespace
}  // namespace wherry::serve
