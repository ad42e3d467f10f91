#include "http/listen_address.h"

#include <gtest/gtest.h>

namespace wherry::http {
namespace {

TEST(ListenAddress, ReadsItsForms) {
  struct Case {
    const char* text;
    const char* host;
    uint16_t port;
  };
  for (const Case& c : {Case{"127.0.0.1:8080", "127.0.0.1", 8080},
                        {"[::1]:0", "::1", 0},
                        {":80", "0.0.0.0", 80},
                        {"localhost:1", "127.0.0.1", 1},
                        {"0.0.0.0:65535", "0.0.0.0", 65535}}) {
    auto address = parse_listen_address(c.text);
    ASSERT_TRUE(address) << c.text;
    EXPECT_EQ(address->host, c.host) << c.text;
    EXPECT_EQ(address->port, c.port) << c.text;
  }
}

TEST(ListenAddress, RefusesOthers) {
  for (const char* text :
       {"", ":", "8080", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1", "1.2.3:80",
        "example.org:80", "::1:80", "[::1]", "[127.0.0.1]:80", "127.0.0.1:80x", "[]:80"}) {
    auto address = parse_listen_address(text);
    ASSERT_FALSE(address) << text;
    EXPECT_EQ(address.error().code, ErrorCode::Invalid);
  }
}

}  // namespace
}  // namespace wherry::http
