#include "distribution/response_head.h"

#include <gtest/gtest.h>

namespace wherry::distribution {
namespace {

TEST(ResponseHead, IsReadWhereABodyOfKnownLengthFollows) {
  const std::string head =
      "HTTP/1.1 206 Partial Content\r\nContent-LENGTH: 5\r\nX-A:1\r\nx-a: 2 \r\n\r\n";
  auto plain = parse_plain_head(head + "12345");
  ASSERT_TRUE(plain);
  EXPECT_EQ(plain->response.status, 206);
  EXPECT_EQ(plain->head_bytes, head.size());
  EXPECT_EQ(plain->body_bytes, 5);
  EXPECT_EQ(plain->response.header("x-a"), "1, 2");
  EXPECT_TRUE(plain->response.body.empty());
  EXPECT_TRUE(plain->keeps_open);

  auto empty = parse_plain_head("HTTP/1.0 307\r\nLocation: /x:y\r\nContent-Length: 0\r\n\r\n");
  ASSERT_TRUE(empty);
  EXPECT_EQ(empty->response.status, 307);
  EXPECT_EQ(empty->response.header("location"), "/x:y");
  EXPECT_FALSE(empty->keeps_open);

  auto last =
      parse_plain_head("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nconnection: x, Close\r\n\r\n");
  ASSERT_TRUE(last);
  EXPECT_FALSE(last->keeps_open);
}

TEST(ResponseHead, OfAnAnswerToHeadHasNoBody) {
  for (const std::string field : {"", "Content-Length: 5\r\n", "Transfer-Encoding: chunked\r\n"}) {
    auto head = parse_plain_head("HTTP/1.1 200 OK\r\n" + field + "\r\n", Asked::Head);
    ASSERT_TRUE(head) << field;
    EXPECT_EQ(head->body_bytes, 0) << field;
  }
}

TEST(ResponseHead, IsLeftToOthersWhereItIsNotThatPlain) {
  const std::string length = "Content-Length: 5\r\n";
  const std::string cases[] = {
      "",
      "HTTP/1.1 200 OK\r\n" + length,                                         // not whole
      "HTTP/1.1 200 OK\r\n\r\n",                                              // no length
      "HTTP/1.1 200 OK\r\n" + length + "Transfer-Encoding: chunked\r\n\r\n",  //
      "HTTP/1.1 200 OK\r\n" + length + "Content-Encoding: gzip\r\n\r\n",
      "HTTP/1.1 200 OK\r\n" + length + length + "\r\n",
      "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n",
      "HTTP/1.1 200 OK\r\nContent-Length: 18446744073709551616\r\n\r\n",
      "HTTP/1.1 200 OK\r\n" + length + " folded: 1\r\n\r\n",
      "HTTP/1.1 200 OK\r\n" + length + "no field\r\n\r\n",
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n" + length + "\r\n",
      "HTTP/1.1 2000 OK\r\n" + length + "\r\n",
      "HTTP/1.1 20 OK\r\n" + length + "\r\n",
      "HTTP/1.1 204 No Content\r\n" + length + "\r\n",
      "HTTP/1.1 304 Not Modified\r\n" + length + "\r\n",
      "HTTP/2 200\r\n" + length + "\r\n",
      "SSH-2.0-OpenSSH\r\n\r\n",
      "\r\n\r\n",
  };
  for (const std::string& text : cases) EXPECT_FALSE(parse_plain_head(text)) << text;
}

}  // namespace
}  // namespace wherry::distribution
