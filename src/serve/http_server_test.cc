#include "serve/http_server.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <latch>
#include <thread>

#include "serve/limits.h"
#include "support/file.h"

namespace wherry::serve {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

// A client that sends exactly what it is told.
class RawClient {
 public:
  explicit RawClient(const std::string& url)
      : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<uint16_t>(std::stoi(url.substr(url.rfind(':') + 1))));
    timeval timeout{.tv_sec = 20, .tv_usec = 0};
    ::setsockopt(fd_.get(), SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
    // sockaddr_in is one of the forms of sockaddr.
    EXPECT_EQ(::connect(fd_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  }

  void send(std::string_view text) { EXPECT_TRUE(write_all(fd_.get(), as_bytes(text))); }

  // Up to `end` and with it, byte by byte, since more may follow.
  std::string receive_until(std::string_view end) {
    std::string text;
    char byte = 0;
    while (text.size() < end.size() || !text.ends_with(end)) {
      if (::recv(fd_.get(), &byte, 1, 0) <= 0) return text + "<closed>";
      text += byte;
    }
    return text;
  }
  // All until the connection is closed.
  std::string receive_all() {
    std::string text;
    std::string piece(64 * 1024, '\0');
    for (;;) {
      ssize_t count = ::recv(fd_.get(), piece.data(), piece.size(), 0);
      if (count <= 0) return text + "<closed>";
      text.append(piece, 0, static_cast<size_t>(count));
    }
  }

 private:
  Fd fd_;
};

// Answers on the I/O thread: with method, target and body; with the fields for /fields.
void echo(HttpRequest request, Respond respond) {
  HttpResponse response;
  response.body = request.method + " " + request.target + " " + request.body + ";";
  if (request.target == "/fields") {
    response.body.clear();
    for (const HttpField& field : request.fields)
      response.body += field.name + "=" + field.value + ";";
  }
  if (request.target == "/drop") return;
  respond(std::move(response));
}

class HttpServerTest : public ::testing::Test {
 protected:
  void start(HttpHandler handler = echo,
             std::chrono::milliseconds grace = std::chrono::seconds(20)) {
    auto server = HttpServer::create({.listen = {.host = "127.0.0.1", .port = 0},
                                      .server_software = "wherry/9",
                                      .io_threads = 2,
                                      .grace = grace},
                                     std::move(handler), budget_);
    ASSERT_TRUE(server) << server.error().message;
    server_ = *std::move(server);
    thread_ = std::thread([this] {
      server_->run([this] {
        if (on_grace_over_) on_grace_over_();
      });
    });
    // Its handlers for signals are there once it answers.
    EXPECT_THAT(exchange("GET / HTTP/1.0\r\n\r\n"), StartsWith("HTTP/1.1 200 OK\r\n"));
  }
  void stop() {
    ::kill(::getpid(), SIGTERM);
    thread_.join();
  }
  void TearDown() override {
    if (thread_.joinable()) stop();
  }

  RawClient connect() { return RawClient(server_->url()); }
  std::string exchange(std::string_view text) {
    RawClient client = connect();
    client.send(text);
    return client.receive_all();
  }

  ByteBudget budget_{limits::kBufferedBytes};
  std::unique_ptr<HttpServer> server_;
  std::function<void()> on_grace_over_;
  std::thread thread_;
};

TEST_F(HttpServerTest, KeepsTheConnection) {
  start();
  RawClient client = connect();
  for (const char* target : {"/1", "/2", "/3"}) {
    client.send(std::string("GET ") + target + " HTTP/1.1\r\nHost: h\r\n\r\n");
    std::string answer = client.receive_until(";");
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\n"));
    EXPECT_THAT(answer, EndsWith(std::string("\r\n\r\nGET ") + target + " ;"));
  }
}

TEST_F(HttpServerTest, AnswersPipelinedRequestsInOrder) {
  start();
  RawClient client = connect();
  client.send(
      "POST /1 HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabcGET /2 HTTP/1.1\r\nHost: "
      "h\r\n\r\n"
      "GET /3 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\nGET /4 HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_THAT(client.receive_until(";"), EndsWith("POST /1 abc;"));
  EXPECT_THAT(client.receive_until(";"), EndsWith("GET /2 ;"));
  std::string last = client.receive_all();
  EXPECT_THAT(last, HasSubstr("Connection: close\r\n"));
  EXPECT_THAT(last, EndsWith("GET /3 ;<closed>"));
}

TEST_F(HttpServerTest, TakesRequestsInSmallPieces) {
  start();
  RawClient client = connect();
  for (char c : std::string_view("POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nab"))
    client.send(std::string_view(&c, 1));
  EXPECT_THAT(client.receive_until(";"), EndsWith("POST /x ab;"));
}

TEST_F(HttpServerTest, ClosesAsTheClientWants) {
  start();
  EXPECT_THAT(exchange("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"),
              EndsWith("GET / ;<closed>"));
  EXPECT_THAT(exchange("GET / HTTP/1.0\r\n\r\n"), EndsWith("GET / ;<closed>"));
  RawClient old = connect();
  old.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_THAT(old.receive_until(";"), HasSubstr("Connection: keep-alive\r\n"));
  old.send("GET /again HTTP/1.0\r\n\r\n");
  EXPECT_THAT(old.receive_all(), EndsWith("GET /again ;<closed>"));
}

TEST_F(HttpServerTest, DecodesChunksAndDropsTrailers) {
  start();
  RawClient client = connect();
  client.send(
      "POST /x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: "
      "chunked\r\n\r\n3\r\nabc\r\n2;e=1\r\nde\r\n0\r\n"
      "X-Late: 1\r\n\r\n");
  EXPECT_THAT(client.receive_until(";"), EndsWith("POST /x abcde;"));
  client.send(
      "POST /fields HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX-Late: "
      "1\r\n\r\n");
  EXPECT_THAT(client.receive_until("chunked;"),
              EndsWith("\r\n\r\nHost=h;Transfer-Encoding=chunked;"));
}

TEST_F(HttpServerTest, SendsContinueWhereItIsAwaited) {
  start();
  RawClient client = connect();
  client.send("POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nExpect: 100-Continue\r\n\r\n");
  EXPECT_EQ(client.receive_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  client.send("abc");
  EXPECT_THAT(client.receive_until(";"), EndsWith("POST /x abc;"));
}

TEST_F(HttpServerTest, SendsNoBodyForHead) {
  start();
  std::string answer = exchange("HEAD /x HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(answer, HasSubstr("Content-Length: 9\r\n"));
  EXPECT_THAT(answer, EndsWith("\r\n\r\n<closed>"));
}

TEST_F(HttpServerTest, RefusesBadRequests) {
  start();
  auto get = [](std::string_view fields) {
    return fmt::format("GET / HTTP/1.1\r\nHost: h\r\n{}\r\n", fields);
  };
  std::string many_fields;
  for (size_t i = 0; i < limits::kRequestFields; i++) many_fields += "A: 1\r\n";
  struct Case {
    const char* name;
    std::string request;
    int status;
  };
  const Case cases[] = {
      {"no HTTP", "hello\r\n\r\n", 400},
      {"TLS", "\x16\x03\x01\x02\r\n\r\n", 400},
      {"HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
      {"length and coding", get("Content-Length: 3\r\nTransfer-Encoding: chunked\r\n"), 400},
      {"coding and length", get("Transfer-Encoding: chunked\r\nContent-Length: 3\r\n"), 400},
      {"two lengths", get("Content-Length: 3\r\nContent-Length: 4\r\n"), 400},
      {"length of words", get("Content-Length: x\r\n"), 400},
      {"negative length", get("Content-Length: -1\r\n"), 400},
      {"huge length", get("Content-Length: 99999999999999999999\r\n"), 400},
      {"other coding", get("Transfer-Encoding: gzip\r\n"), 501},
      {"coding in HTTP/1.0", "GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
      {"space before colon", get("A : b\r\n"), 400},
      {"NUL", get(std::string_view("A: \0\r\n", 6)), 400},
      {"bad chunk", get("Transfer-Encoding: chunked\r\n") + "zz\r\n", 400},
      {"expectation", get("Expect: miracles\r\n"), 417},
      {"body", get(fmt::format("Content-Length: {}\r\n", limits::kRequestBodyBytes + 1)), 413},
      {"target",
       fmt::format("GET /{} HTTP/1.1\r\nHost: h\r\n\r\n", std::string(limits::kTargetBytes, 'a')),
       414},
      {"endless target", "GET /" + std::string(2 * limits::kRequestHeadBytes, 'a'), 414},
      {"field", get("A: " + std::string(limits::kRequestHeadBytes, 'a') + "\r\n"), 431},
      {"fields", get(many_fields), 431},
  };
  for (const Case& c : cases) {
    std::string answer = exchange(c.request);
    EXPECT_THAT(answer, StartsWith(fmt::format("HTTP/1.1 {} ", c.status))) << c.name;
    EXPECT_THAT(answer, HasSubstr("\r\nConnection: close\r\n")) << c.name;
    EXPECT_THAT(answer, EndsWith("<closed>")) << c.name;
  }
}

TEST_F(HttpServerTest, RefusesBodiesBeyondTheBudget) {
  start();
  ASSERT_TRUE(budget_.take(limits::kBufferedBytes - 10));
  std::string answer = exchange("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 11\r\n\r\n");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 503 "));
  EXPECT_THAT(answer, HasSubstr("\r\nRetry-After: 1\r\n"));
}

TEST_F(HttpServerTest, ClosesWhereNobodyAnswers) {
  start();
  EXPECT_EQ(exchange("GET /drop HTTP/1.1\r\nHost: h\r\n\r\n"), "<closed>");
}

TEST_F(HttpServerTest, SendsLargeBodies) {
  std::string large(8 << 20, 'x');
  start([&](HttpRequest, Respond respond) {
    HttpResponse response;
    response.body = large;
    respond(std::move(response));
  });
  EXPECT_THAT(exchange("GET / HTTP/1.0\r\n\r\n"), EndsWith("\r\n\r\n" + large + "<closed>"));
}

TEST_F(HttpServerTest, FinishesWhatIsInProgressWhenStopped) {
  std::latch waiting(1);
  Respond pending;
  start([&](HttpRequest request, Respond respond) {
    if (request.target != "/slow") return respond(HttpResponse());
    pending = std::move(respond);
    waiting.count_down();
  });
  RawClient idle = connect();
  idle.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  idle.receive_until("\r\n\r\n");
  RawClient slow = connect();
  slow.send("GET /slow HTTP/1.1\r\nHost: h\r\n\r\n");
  waiting.wait();
  ::kill(::getpid(), SIGTERM);
  EXPECT_EQ(idle.receive_all(), "<closed>");
  pending(make_plain_response(200));
  EXPECT_THAT(slow.receive_all(), HasSubstr("Connection: close\r\n"));
  thread_.join();
}

TEST_F(HttpServerTest, EndsTheGraceTime) {
  std::latch waiting(1);
  Respond pending;
  start(
      [&](HttpRequest request, Respond respond) {
        if (request.target != "/slow") return respond(HttpResponse());
        pending = std::move(respond);
        waiting.count_down();
      },
      std::chrono::milliseconds(50));
  on_grace_over_ = [&] { pending(make_plain_response(503)); };
  RawClient slow = connect();
  slow.send("GET /slow HTTP/1.1\r\nHost: h\r\n\r\n");
  waiting.wait();
  ::kill(::getpid(), SIGTERM);
  EXPECT_THAT(slow.receive_all(), StartsWith("HTTP/1.1 503 "));
  thread_.join();
}

TEST_F(HttpServerTest, NamesThePortInUse) {
  start();
  std::string url = server_->url();
  auto port = static_cast<uint16_t>(std::stoi(url.substr(url.rfind(':') + 1)));
  auto second = HttpServer::create({.listen = {.host = "127.0.0.1", .port = port},
                                    .server_software = "wherry/9",
                                    .io_threads = 1,
                                    .grace = {}},
                                   echo, budget_);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::Unavailable);
  EXPECT_THAT(second.error().message, HasSubstr(fmt::format("127.0.0.1:{} is in use", port)));
}

}  // namespace
}  // namespace wherry::serve
