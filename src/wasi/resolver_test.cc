// The resolver, against name servers of the test's own on this machine.
#include "wasi/resolver.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <functional>
#include <thread>

#include "support/bytes.h"
#include "support/file.h"
#include "wasi/test_folder.h"

namespace wherry::wasi {
namespace {

// Answers each question as `answer` says: with the bytes to send, from the question's bytes.
class NameServer {
 public:
  using Answer = std::function<Bytes(Bytes question, bool by_stream)>;

  explicit NameServer(Answer answer) : answer_(std::move(answer)) {
    // A port that is free for datagrams may be taken for streams.
    constexpr int kTries = 100;
    int tries = 0;
    while (!take_port() && ++tries < kTries) continue;
    EXPECT_LT(tries, kTries);
    EXPECT_EQ(listen(streams_.get(), 4), 0);
    EXPECT_EQ(pipe(stop_), 0);
    thread_ = std::thread([this] { serve(); });
  }
  ~NameServer() {
    close(stop_[1]);
    thread_.join();
    close(stop_[0]);
  }

  ResolverOptions options() const {
    ResolverOptions options;
    options.hosts = "/nonexistent";
    options.servers = {address_};
    options.timeout = std::chrono::milliseconds(300);
    return options;
  }

 private:
  bool take_port() {
    sockaddr_storage host;
    Endpoint own{Protocol::Udp, loopback_address(Family::Inet4), 0};
    socklen_t size = to_host(own, host, Family::Inet4);
    datagrams_.reset(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    EXPECT_EQ(bind(datagrams_.get(), reinterpret_cast<sockaddr*>(&host), size), 0);
    getsockname(datagrams_.get(), reinterpret_cast<sockaddr*>(&host), &size);
    address_ = *endpoint_from_host(host, Protocol::Udp);
    streams_.reset(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    return bind(streams_.get(), reinterpret_cast<sockaddr*>(&host), size) == 0;
  }

  void serve() {
    while (true) {
      pollfd polled[] = {
          {datagrams_.get(), POLLIN, 0}, {streams_.get(), POLLIN, 0}, {stop_[0], POLLIN, 0}};
      poll(polled, 3, -1);
      if (polled[2].revents) return;
      if (polled[0].revents) answer_datagram();
      if (polled[1].revents) answer_stream();
    }
  }
  void answer_datagram() {
    Bytes question(512);
    sockaddr_storage from;
    socklen_t size = sizeof from;
    auto* address = reinterpret_cast<sockaddr*>(&from);
    ssize_t got = recvfrom(datagrams_.get(), question.data(), question.size(), 0, address, &size);
    question.resize(static_cast<size_t>(got));
    Bytes answer = answer_(question, false);
    if (!answer.empty()) sendto(datagrams_.get(), answer.data(), answer.size(), 0, address, size);
  }
  void answer_stream() {
    Fd connection(accept(streams_.get(), nullptr, nullptr));
    Bytes question(512);
    ssize_t got = recv(connection.get(), question.data(), question.size(), 0);
    question.resize(static_cast<size_t>(got));
    question.erase(question.begin(), question.begin() + 2);
    Bytes answer = answer_(question, true);
    std::byte length[2] = {static_cast<std::byte>(answer.size() >> 8),
                           static_cast<std::byte>(answer.size() & 0xff)};
    // In two pieces, as it may come.
    send(connection.get(), length, 2, 0);
    send(connection.get(), answer.data(), answer.size(), 0);
  }

  Answer answer_;
  Endpoint address_;
  Fd datagrams_, streams_;
  int stop_[2];
  std::thread thread_;
};

uint8_t type_of(const Bytes& question) {
  return std::to_integer<uint8_t>(question[question.size() - 3]);
}

std::string name_of(const Bytes& question) {
  std::string name(as_text(ByteSpan(question).subspan(12)));
  name = name.substr(1, name.find('\0') - 1);
  for (char& letter : name)
    if (letter < 32) letter = '.';
  return name;
}

// One address of the type that was asked for: 1.2.3.4 or 102:304::
Bytes with_address(Bytes question) {
  const bool is_v6 = type_of(question) == 28;
  question[2] |= std::byte{0x80};
  question[7] = std::byte{1};
  const char head[] = "\xc0\x0c\0\1\0\1\0\0\0\1\0";
  for (char each : std::string_view(head, sizeof head - 1))
    question.push_back(static_cast<std::byte>(each));
  question[question.size() - 8] = std::byte{is_v6 ? uint8_t{28} : uint8_t{1}};
  question.push_back(std::byte{is_v6 ? uint8_t{16} : uint8_t{4}});
  for (uint8_t each = 1; each <= (is_v6 ? 16 : 4); ++each)
    question.push_back(std::byte{each <= 4 ? each : uint8_t{0}});
  return question;
}

Bytes with_code(Bytes question, uint8_t high, uint8_t low) {
  question[2] = std::byte{high};
  question[3] = std::byte{low};
  return question;
}

std::vector<std::string> texts(const ErrnoOr<Resolution>& found) {
  std::vector<std::string> list;
  if (found)
    for (const IpAddress& ip : found->addresses) list.push_back(to_string(ip));
  return list;
}

using Texts = std::vector<std::string>;

TEST(Resolver, AsksForBothFamilies) {
  NameServer server([](Bytes question, bool) { return with_address(std::move(question)); });
  EXPECT_EQ(texts(resolve("example.com", {}, server.options())), (Texts{"102:304::", "1.2.3.4"}));
  EXPECT_EQ(texts(resolve("example.com.", {.v6 = false}, server.options())), Texts{"1.2.3.4"});
}

TEST(Resolver, AsksAgainByStreamWhereTheAnswerIsCut) {
  NameServer server([](Bytes question, bool by_stream) {
    return by_stream ? with_address(std::move(question)) : with_code(std::move(question), 0x83, 0);
  });
  EXPECT_EQ(texts(resolve("example.com", {.v6 = false}, server.options())), Texts{"1.2.3.4"});
}

TEST(Resolver, WaitsForTheTrueAnswerBehindForgedOnes) {
  int asked = 0;
  NameServer server([&](Bytes question, bool) {
    if (asked++ == 0) question[0] ^= std::byte{1};  // another id; asked again after the timeout
    return with_address(std::move(question));
  });
  EXPECT_EQ(texts(resolve("example.com", {.v6 = false}, server.options())), Texts{"1.2.3.4"});
  EXPECT_EQ(asked, 2);
}

TEST(Resolver, TellsWhyThereIsNoAddress) {
  const Families v4{.v4 = true, .v6 = false};
  auto error_of = [&](NameServer::Answer answer) {
    NameServer server(std::move(answer));
    return resolve("example.com", v4, server.options()).error();
  };
  EXPECT_EQ(error_of([](Bytes question, bool) { return with_code(question, 0x81, 3); }),
            Errno::ainoname);
  EXPECT_EQ(error_of([](Bytes question, bool) { return with_code(question, 0x81, 0); }),
            Errno::ainodata);
  EXPECT_EQ(error_of([](Bytes question, bool) { return with_code(question, 0x81, 2); }),
            Errno::aifail);
  EXPECT_EQ(error_of([](Bytes, bool) { return Bytes(); }), Errno::aiagain);
  EXPECT_EQ(resolve("not a name", v4, {}).error(), Errno::ainoname);
}

TEST(Resolver, TriesSearchDomainsAsResolvConfSays) {
  std::vector<std::string> asked;
  NameServer server([&](Bytes question, bool) {
    asked.push_back(name_of(question));
    return with_code(std::move(question), 0x81, 3);
  });
  ResolverOptions options = server.options();
  options.search = {"one.test", "two.test"};
  resolve("db", {.v6 = false}, options);
  EXPECT_EQ(asked, (Texts{"db.one.test", "db.two.test", "db"}));
  asked.clear();
  resolve("db.x", {.v6 = false}, options);
  EXPECT_EQ(asked, (Texts{"db.x", "db.x.one.test", "db.x.two.test"}));
  asked.clear();
  resolve("db.", {.v6 = false}, options);
  EXPECT_EQ(asked, Texts{"db"});
}

TEST(Resolver, LooksIntoHostsFirst) {
  TestFolder folder;
  folder.write("hosts", "# comment\n10.0.0.7 db.test db # DB\n::1 six\nnonsense db\n10.0.0.8 DB\n");
  ResolverOptions options;
  options.hosts = (folder / "hosts").string();
  auto found = resolve("Db", {}, options);
  EXPECT_EQ(texts(found), (Texts{"10.0.0.7", "10.0.0.8"}));
  EXPECT_EQ(found->canonical_name, "db.test");
  EXPECT_EQ(texts(resolve("localhost", {}, options)), (Texts{"::1", "127.0.0.1"}));
  EXPECT_EQ(texts(resolve("a.localhost", {.v6 = false}, options)), Texts{"127.0.0.1"});
}

TEST(Resolver, ReadsResolvConf) {
  ResolverOptions options = parse_resolver_options(
      "# c\nnameserver 10.0.0.1\nnameserver fe80::1\nnameserver x\nnameserver 1.1.1.1\n"
      "nameserver 8.8.8.8\ndomain old.test\nsearch a.test  b.test\n"
      "options ndots:2 timeout:1 attempts:9 rotate ndots:x\n");
  ASSERT_EQ(options.servers.size(), 3u);
  EXPECT_EQ(to_string(options.servers[1]), "udp://[fe80::1]:53");
  EXPECT_EQ(options.search, (Texts{"a.test", "b.test"}));
  EXPECT_EQ(options.dots_min, 2u);
  EXPECT_EQ(options.timeout, std::chrono::seconds(1));
  EXPECT_EQ(options.attempts, 5u);
  EXPECT_EQ(to_string(parse_resolver_options("").servers.at(0)), "udp://127.0.0.1:53");
}

}  // namespace
}  // namespace wherry::wasi
