// Against a server on loopback that says what it is told to say.
#include "distribution/plain_transport.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <thread>

#include "support/file.h"

namespace wherry::distribution {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

// One connection after the other; on each, an answer to each request, and then the end.
class Server {
 public:
  using Answers = std::vector<std::string>;

  explicit Server(std::vector<Answers> connections) : connections_(std::move(connections)) {
    listener_.reset(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    auto* const any =
        reinterpret_cast<sockaddr*>(&address);  // as the interface of sockets wants it
    if (::bind(listener_.get(), any, length) != 0 || ::listen(listener_.get(), 8) != 0 ||
        ::getsockname(listener_.get(), any, &length) != 0)
      std::abort();
    host = "127.0.0.1:" + std::to_string(ntohs(address.sin_port));
    thread_ = std::thread([this] { serve(); });
  }
  ~Server() { stop(); }

  // No more connections after this.
  void stop() {
    ::shutdown(listener_.get(), SHUT_RDWR);
    if (thread_.joinable()) thread_.join();
    listener_.reset();
  }
  std::string url(const std::string& path) const { return "http://" + host + path; }

  std::string host;
  std::vector<std::string> requests = {};  // to be read after stop()

 private:
  void serve() {
    for (const Answers& answers : connections_) {
      Fd connection(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
      if (!connection.valid()) return;
      for (const std::string& answer : answers) {
        std::string request;
        while (!request.ends_with("\r\n\r\n")) {
          char c = 0;
          if (::recv(connection.get(), &c, 1, 0) != 1) return;
          request += c;
        }
        requests.push_back(request);
        (void)::send(connection.get(), answer.data(), answer.size(), MSG_NOSIGNAL);
      }
    }
  }

  std::vector<Answers> connections_;
  Fd listener_;
  std::thread thread_;
};

std::string ok(const std::string& body, const std::string& headers = "") {
  return "HTTP/1.1 200 OK\r\n" + headers + "Content-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + body;
}

class PlainTransportTest : public ::testing::Test {
 protected:
  class Other : public Transport {
   public:
    explicit Other(std::vector<std::string>& urls) : urls_(urls) {}
    Result<HttpResponse> send(const HttpRequest& request) override {
      urls_.push_back(request.url);
      return HttpResponse{.status = 299};
    }

   private:
    std::vector<std::string>& urls_;
  };

  int status(const HttpRequest& request) {
    Result<HttpResponse> response = transport_.send(request);
    return response ? response->status : -1;
  }

  std::vector<std::string> others_;  // what the other transport was asked for
  PlainTransport transport_{
      [this]() -> Result<std::unique_ptr<Transport>> { return std::make_unique<Other>(others_); }};
};

TEST_F(PlainTransportTest, AsksAgainOnTheSameConnection) {
  Server server({{ok("one"), "HTTP/1.1 404 Not Found\r\nContent-Length: 9\r\n\r\n", ok("three")}});
  Result<HttpResponse> one = transport_.send(
      {.url = server.url("/a?b=c"), .headers = {"Accept: x/y"}, .authorization = "Bearer t"});
  ASSERT_TRUE(one) << one.error().message;
  EXPECT_EQ(one->body, "one");
  EXPECT_EQ(status({.method = "HEAD", .url = server.url("/b")}), 404);  // a length, and no body
  Result<HttpResponse> three = transport_.send({.url = server.url("/c")});
  ASSERT_TRUE(three) << three.error().message;
  EXPECT_EQ(three->body, "three");
  server.stop();
  ASSERT_EQ(server.requests.size(), 3);
  EXPECT_THAT(server.requests[0],
              StartsWith("GET /a?b=c HTTP/1.1\r\nHost: " + server.host + "\r\n"));
  EXPECT_THAT(server.requests[0], HasSubstr("\r\nAccept: x/y\r\nAuthorization: Bearer t\r\n\r\n"));
  EXPECT_THAT(server.requests[1], StartsWith("HEAD /b HTTP/1.1\r\n"));
  EXPECT_TRUE(others_.empty());
}

TEST_F(PlainTransportTest, ConnectsAnewWhereTheConnectionHasEnded) {
  Server server({{ok("1")},                            // ends without a word
                 {ok("2", "Connection: close\r\n")},   // ends, and says so
                 {ok("3") + "what nobody asked for"},  // is not to be trusted
                 {ok("4")}});
  for (const char* body : {"1", "2", "3", "4"}) {
    Result<HttpResponse> response = transport_.send({.url = server.url("/")});
    ASSERT_TRUE(response) << response.error().message;
    EXPECT_EQ(response->body, body);
  }
}

TEST_F(PlainTransportTest, PutsLargeBodiesWhereTheyAreWanted) {
  const std::string body(3'000'000, 'x');
  Server server({{ok(body)}});
  std::vector<std::byte> memory(700'000);
  std::string taken;
  bool is_in_place = true;
  HttpRequest request{.url = server.url("/")};
  request.room = [&]() -> Result<std::span<std::byte>> { return std::span(memory); };
  request.sink = [&](const HttpResponse& head, ByteSpan bytes) -> Result<> {
    EXPECT_EQ(head.status, 200);
    is_in_place = is_in_place && (taken.empty() || bytes.data() == memory.data());
    taken += as_text(bytes);
    return {};
  };
  EXPECT_EQ(status(request), 200);
  EXPECT_TRUE(taken == body);
  EXPECT_TRUE(is_in_place);
}

TEST_F(PlainTransportTest, LeavesTheRestToAnother) {
  Server server({{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n"},
                 {"SSH-2.0-OpenSSH\r\n\r\n"},
                 {"HTTP/1.1 200 OK\r\nX: " + std::string(limits::kHeaderBytes, 'x')}});
  const std::vector<HttpRequest> requests = {
      {.url = server.url("/chunked")},
      {.url = server.url("/ssh")},
      {.url = server.url("/endless")},
      {.method = "POST", .url = server.url("/post")},
      {.url = "https://" + server.host + "/tls"},
      {.url = "http://user@" + server.host + "/user"},
      {.url = server.url("/ space")},
      {.url = "http://127.0.0.1:99999/port"},
      {.url = "http://127.0.0.1:1/refused"},
  };
  std::vector<std::string> urls;
  for (const HttpRequest& request : requests) {
    EXPECT_EQ(status(request), 299) << request.url;
    urls.push_back(request.url);
  }
  EXPECT_EQ(others_, urls);
}

TEST_F(PlainTransportTest, LeavesProxiesToAnother) {
  ASSERT_EQ(::setenv("http_proxy", "http://127.0.0.1:1", 1), 0);
  Server server({{ok("")}});
  EXPECT_EQ(status({.url = "http://registry.test/"}), 299);
  EXPECT_EQ(status({.url = server.url("/")}), 200);
  ::unsetenv("http_proxy");
  EXPECT_THAT(others_, ElementsAre("http://registry.test/"));
}

TEST_F(PlainTransportTest, SaysWhatWentWrong) {
  Server server({{"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"}, {""}, {ok("too long")}});
  for (const auto& [limit, reason] :
       {std::pair(100, "the connection was closed"), std::pair(100, "the connection was closed"),
        std::pair(5, "the answer exceeds 5 bytes")}) {
    Result<HttpResponse> response =
        transport_.send({.url = server.url("/"), .answer_bytes_max = static_cast<uint64_t>(limit)});
    ASSERT_FALSE(response);
    EXPECT_THAT(response.error().message, HasSubstr(reason));
  }
  Result<HttpResponse> nobody = transport_.send({.url = "http://nobody.invalid:5000/"});
  ASSERT_FALSE(nobody);
  EXPECT_EQ(nobody.error().code, ErrorCode::NotFound);
  EXPECT_EQ(nobody.error().message,
            "nobody.invalid:5000: no such host (check the name and the network)");
  EXPECT_TRUE(others_.empty());
}

TEST(PlainTransport, SaysWhyThereIsNoOther) {
  int asked = 0;
  PlainTransport transport([&]() -> Result<std::unique_ptr<Transport>> {
    asked++;
    return fail(ErrorCode::NotFound, "no library");
  });
  for (int i = 0; i < 2; i++) {
    Result<HttpResponse> response = transport.send({.url = "https://r.io/"});
    ASSERT_FALSE(response);
    EXPECT_EQ(response.error().message, "no library");
  }
  EXPECT_EQ(asked, 2);
}

}  // namespace
}  // namespace wherry::distribution
