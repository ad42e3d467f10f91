// WasmEdge's functions for sockets, with rules of the test's own.
#include <gtest/gtest.h>

#include "wasi/program_fixture.h"
#include "wasi/socket_address.h"
#include "wasi/socket_types.h"

namespace wherry::wasi {
namespace {

constexpr uint32_t kAddress = 2048;       // of a GuestAddress
constexpr uint32_t kAddressBytes = 2100;  // what it points to
constexpr uint32_t kPortResult = 16, kTypeResult = 20, kFlagsResult = 24;
constexpr uint32_t kStream = 2, kDatagram = 1, kInet4 = 1, kInet6 = 2;

class SocketExtensionTest : public ProgramTest {
 protected:
  void SetUp() override {
    ProgramOptions options;
    for (const char* rule : {"tcp://127.0.0.1:*", "tcp://[::1]:*", "udp://127.0.0.1:*"}) {
      options.network.listen.push_back(*policy::parse_listen_rule(rule));
      options.network.connect.push_back(*policy::parse_connect_rule(rule));
    }
    for (const char* rule : {"tcp://localhost:80", "tcp://named.test:*,in=private"})
      options.network.connect.push_back(*policy::parse_connect_rule(rule));
    options.shows_empty_root = true;
    options.on_denial = [this](const Denial& denial) {
      denials.push_back(denial.resource + "; " + denial.way_out);
    };
    start(std::move(options));
  }

  uint32_t open_socket(uint32_t family, uint32_t type) {
    EXPECT_EQ(errno_of(sock_open(*state, memory, family, type, kResult)), Errno::success);
    return result();
  }
  void put_address(const IpAddress& ip, uint32_t room = 0) {
    const auto size = static_cast<uint32_t>(bytes_of(ip).size());
    std::memcpy(bytes.data() + kAddressBytes, bytes_of(ip).data(), size);
    ASSERT_TRUE(memory.write(kAddress, GuestAddress{kAddressBytes, room ? room : size}));
  }
  Errno bind_to(uint32_t fd, const IpAddress& ip, uint32_t port = 0) {
    put_address(ip);
    return errno_of(sock_bind(*state, memory, fd, kAddress, port));
  }
  Errno connect_to(uint32_t fd, const IpAddress& ip, uint32_t port) {
    put_address(ip);
    return errno_of(sock_connect(*state, memory, fd, kAddress, port));
  }
  uint32_t own_port(uint32_t fd) {
    put_address(unspecified_address(Family::Inet6));
    EXPECT_TRUE(sock_getlocaladdr(*state, memory, fd, kAddress, kTypeResult, kPortResult));
    return memory.read<uint32_t>(kPortResult).value();
  }
};

const IpAddress kLoopback = loopback_address(Family::Inet4);

TEST_F(SocketExtensionTest, TwoSidesOfOneProgramTalk) {
  for (bool is_v6 : {false, true}) {
    const uint32_t family = is_v6 ? kInet6 : kInet4;
    const uint32_t listener = open_socket(family, kStream), client = open_socket(family, kStream);
    ASSERT_EQ(bind_to(listener, loopback_address(is_v6 ? Family::Inet6 : Family::Inet4)),
              Errno::success);
    ASSERT_TRUE(sock_listen(*state, memory, listener, 8));
    ASSERT_EQ(connect_to(client, loopback_address(is_v6 ? Family::Inet6 : Family::Inet4),
                         own_port(listener)),
              Errno::success);
    ASSERT_TRUE(sock_accept_v1(*state, memory, listener, kResult));
    const uint32_t server = result();
    write_iovec(kBuffer, put(kBuffer, "hello"));
    ASSERT_TRUE(sock_send(*state, memory, client, 0, 1, 0, kResult));
    write_iovec(kBuffer + 100, 100);
    ASSERT_TRUE(sock_recv(*state, memory, server, 0, 1, 0, kResult, kFlagsResult));
    EXPECT_EQ(text(kBuffer + 100, result()), "hello");

    put_address(unspecified_address(Family::Inet6));
    ASSERT_TRUE(sock_getpeeraddr(*state, memory, server, kAddress, kTypeResult, kPortResult));
    EXPECT_EQ(memory.read<uint32_t>(kTypeResult).value(), is_v6 ? 6u : 4u);
    EXPECT_EQ(memory.read<uint32_t>(kPortResult).value(), own_port(client));
  }
}

TEST_F(SocketExtensionTest, DatagramsTellTheirSender) {
  const uint32_t one = open_socket(kInet4, kDatagram), two = open_socket(kInet4, kDatagram);
  ASSERT_EQ(bind_to(one, kLoopback), Errno::success);
  const uint32_t port = own_port(one);
  write_iovec(kBuffer, put(kBuffer, "datagram"));
  put_address(kLoopback);
  ASSERT_TRUE(sock_send_to(*state, memory, two, 0, 1, kAddress, port, 0, kResult));
  write_iovec(kBuffer + 100, 4);
  put_address(kLoopback, kAddressStorageBytes);
  ASSERT_TRUE(memory.write(kPortResult, uint32_t{0}));
  ASSERT_TRUE(sock_recv_from_v2(*state, memory, one, 0, 1, kAddress, 0, kPortResult, kResult,
                                kFlagsResult));
  EXPECT_EQ(text(kBuffer + 100, result()), "data");
  EXPECT_EQ(memory.read<uint16_t>(kFlagsResult).value(), roflags::recv_data_truncated);
  EXPECT_EQ(memory.read<uint16_t>(kAddressBytes).value(), kInet4);
  EXPECT_EQ(memory.read<uint32_t>(kAddressBytes + 2).value(), 0x0100007fu);
  EXPECT_EQ(memory.read<uint32_t>(kPortResult).value(), own_port(two));
}

TEST_F(SocketExtensionTest, WhatIsNotGrantedIsDeniedAndTold) {
  const uint32_t fd = open_socket(kInet4, kStream);
  EXPECT_EQ(bind_to(fd, unspecified_address(Family::Inet4), 80), Errno::acces);
  EXPECT_EQ(connect_to(fd, *policy::parse_ip_address("10.1.2.3"), 5432), Errno::acces);
  EXPECT_EQ(errno_of(sock_listen(*state, memory, fd, 1)), Errno::acces);
  const uint32_t datagram = open_socket(kInet6, kDatagram);
  write_iovec(kBuffer, 1);
  put_address(*policy::parse_ip_address("2001:db8::1"));
  EXPECT_EQ(errno_of(sock_send_to(*state, memory, datagram, 0, 1, kAddress, 53, 0, kResult)),
            Errno::acces);
  EXPECT_EQ(denials,
            (std::vector<std::string>{
                "listen on tcp://0.0.0.0:80; grant it with --listen tcp://0.0.0.0:80",
                "connect to tcp://10.1.2.3:5432; grant it with --connect tcp://10.1.2.3:5432",
                "listen on tcp://0.0.0.0:0; grant it with --listen tcp://0.0.0.0:*",
                "connect to udp://[2001:db8::1]:53; grant it with --connect "
                "udp://[2001:db8::1]:53"}));
}

TEST_F(SocketExtensionTest, RulesAboutNamesHoldForAddressesThatWereTold) {
  const IpAddress database = *policy::parse_ip_address("10.0.0.9");
  auto check = [&](const IpAddress& address) {
    return errno_of(state->network.check_connect({Protocol::Tcp, address, 5432}));
  };
  EXPECT_EQ(check(database), Errno::acces);
  state->network.learn("named.test", {database});
  EXPECT_EQ(check(database), Errno::success);
  EXPECT_EQ(check(*policy::parse_ip_address("::ffff:10.0.0.9")), Errno::success);

  // A name server cannot send us to ourselves, or to the cloud's metadata.
  for (const char* text : {"169.254.169.254", "127.0.0.2"}) {
    const IpAddress elsewhere = *policy::parse_ip_address(text);
    state->network.learn("named.test", {elsewhere});
    EXPECT_EQ(check(elsewhere), Errno::acces) << text;
  }
}

TEST_F(SocketExtensionTest, OpensNothingWithoutAnyRule) {
  state->options.network = {};
  EXPECT_EQ(errno_of(sock_open(*state, memory, kInet4, kStream, kResult)), Errno::acces);
  EXPECT_EQ(denials, std::vector<std::string>{
                         "open a socket; grant the network with --connect tcp://HOST:PORT or "
                         "--listen tcp://ADDRESS:PORT"});
}

TEST_F(SocketExtensionTest, ReadsAndSetsOptions) {
  const uint32_t fd = open_socket(kInet4, kStream);
  auto get = [&](uint32_t name, uint32_t room = 4) {
    EXPECT_TRUE(memory.write(kResult, room));
    return errno_of(sock_getsockopt(*state, memory, fd, 0, name, kBuffer, kResult));
  };
  auto set = [&](uint32_t name, uint32_t size) {
    return errno_of(sock_setsockopt(*state, memory, fd, 0, name, kBuffer, size));
  };
  ASSERT_EQ(get(1), Errno::success);
  EXPECT_EQ(memory.read<uint32_t>(kBuffer).value(), kStream);
  ASSERT_TRUE(memory.write(kBuffer, uint32_t{1}));
  ASSERT_EQ(set(0, 4), Errno::success);
  ASSERT_TRUE(memory.write(kBuffer, uint32_t{0}));
  ASSERT_EQ(get(0), Errno::success);
  EXPECT_EQ(memory.read<uint32_t>(kBuffer).value(), 1u);

  // Too long a wait at the end is cut.
  ASSERT_TRUE(memory.write(kBuffer, uint64_t{1} | uint64_t{10000} << 32));
  ASSERT_EQ(set(9, 8), Errno::success);
  ASSERT_EQ(get(9, 100), Errno::success);
  EXPECT_EQ(result(), 8u);
  EXPECT_EQ(memory.read<uint64_t>(kBuffer).value(), 1 | uint64_t{5} << 32);

  EXPECT_EQ(get(0, 3), Errno::inval);
  EXPECT_EQ(set(0, 5), Errno::inval);
  EXPECT_EQ(set(1, 4), Errno::noprotoopt);
  EXPECT_EQ(set(14, 4), Errno::noprotoopt);
  EXPECT_EQ(errno_of(sock_setsockopt(*state, memory, fd, 1, 0, kBuffer, 4)), Errno::inval);
  EXPECT_EQ(errno_of(sock_setsockopt(*state, memory, fd, 0, 0, 65534, 4)), Errno::fault);
}

TEST_F(SocketExtensionTest, TellsTheErrorOfARefusedConnection) {
  const uint32_t listener = open_socket(kInet4, kStream), fd = open_socket(kInet4, kStream);
  ASSERT_EQ(bind_to(listener, kLoopback), Errno::success);  // bound, and not listening
  EXPECT_EQ(connect_to(fd, kLoopback, own_port(listener)), Errno::connrefused);
}

TEST_F(SocketExtensionTest, ChecksArguments) {
  EXPECT_EQ(errno_of(sock_open(*state, memory, 3, kStream, kResult)), Errno::afnosupport);
  EXPECT_EQ(errno_of(sock_open(*state, memory, 0, kStream, kResult)), Errno::inval);
  EXPECT_EQ(errno_of(sock_open(*state, memory, kInet4, 0, kResult)), Errno::inval);
  EXPECT_EQ(errno_of(sock_open(*state, memory, kInet4, kStream, 65534)), Errno::fault);
  const uint32_t fd = open_socket(kInet4, kStream);
  EXPECT_EQ(bind_to(fd, kLoopback, 65536), Errno::inval);
  ASSERT_TRUE(memory.write(kAddress, GuestAddress{kAddressBytes, 5}));
  EXPECT_EQ(errno_of(sock_bind(*state, memory, fd, kAddress, 0)), Errno::inval);
  ASSERT_TRUE(memory.write(kAddress, GuestAddress{0xffff'fff0, 16}));
  EXPECT_EQ(errno_of(sock_bind(*state, memory, fd, kAddress, 0)), Errno::fault);
  EXPECT_EQ(errno_of(sock_bind(*state, memory, 1, kAddress, 0)), Errno::badf);
}

class AddressInfoTest : public SocketExtensionTest {
 protected:
  // A list of two records, as WasmEdge's crate lays it out.
  Errno ask(std::string_view node, std::string_view service, AddressInfo hints,
            uint32_t count = 2) {
    constexpr uint32_t kHints = 3000, kList = 3100, kData = 3300, kNames = 3400;
    for (uint32_t index = 0; index < 2; ++index) {
      const uint32_t socket_address = 3200 + 12 * index;
      EXPECT_TRUE(
          memory.write(socket_address, GuestSocketAddress{.sa_family = AddressFamily::Unspecified,
                                                          .sa_data_len = 14,
                                                          .sa_data = kData + 26 * index}));
      EXPECT_TRUE(
          memory.write(kList + 28 * index, AddressInfo{.ai_flags = 0,
                                                       .ai_family = AddressFamily::Unspecified,
                                                       .ai_socktype = SocketType::Any,
                                                       .ai_protocol = AddressProtocol::Ip,
                                                       .ai_addrlen = 0,
                                                       .ai_addr = socket_address,
                                                       .ai_canonname = kNames,
                                                       .ai_canonname_len = 6,
                                                       .ai_next = index == 0 ? kList + 28 : 0}));
    }
    EXPECT_TRUE(memory.write(kHints, hints));
    EXPECT_TRUE(memory.write(kResult, kList));
    return errno_of(sock_getaddrinfo(*state, memory, kFirstPath, put(kFirstPath, node), kSecondPath,
                                     put(kSecondPath, service), kHints, kResult, count,
                                     kPortResult));
  }
  uint32_t count() { return memory.read<uint32_t>(kPortResult).value(); }
  std::string data(uint32_t index, uint32_t size) { return text(3300 + 26 * index, size); }

  AddressInfo hints_ = {.ai_flags = 0,
                        .ai_family = AddressFamily::Unspecified,
                        .ai_socktype = SocketType::Stream,
                        .ai_protocol = AddressProtocol::Ip,
                        .ai_addrlen = 0,
                        .ai_addr = 0,
                        .ai_canonname = 0,
                        .ai_canonname_len = 0,
                        .ai_next = 0};
};

TEST_F(AddressInfoTest, TakesDigitsWithoutAsking) {
  ASSERT_EQ(ask("1.2.3.4", "8080", hints_), Errno::success);
  EXPECT_EQ(count(), 1u);
  EXPECT_EQ(data(0, 6), std::string("\x1f\x90\1\2\3\4", 6));
  ASSERT_EQ(ask("2001:db8::1", "https", hints_), Errno::success);
  EXPECT_EQ(data(0, 8), std::string("\x01\xbb\0\0\0\0\x20\x01", 8));
  EXPECT_TRUE(denials.empty());
}

TEST_F(AddressInfoTest, ResolvesNamesThatAreGranted) {
  hints_.ai_flags = aiflags::canonname;
  ASSERT_EQ(ask(std::string_view("localhost\0", 10), std::string_view("80\0", 3), hints_),
            Errno::success);
  EXPECT_GE(count(), 1u);
  EXPECT_EQ(text(3400, 6), std::string("local\0", 6));
  EXPECT_EQ(ask("example.com", "80", hints_), Errno::acces);
  EXPECT_EQ(denials, std::vector<std::string>{"ask for the address of example.com; grant it with "
                                              "--connect tcp://example.com:80"});
}

TEST_F(AddressInfoTest, WithoutANodeIsThisMachine) {
  hints_.ai_family = AddressFamily::Inet4;
  ASSERT_EQ(ask("", "80", hints_), Errno::success);
  EXPECT_EQ(data(0, 6), std::string("\0\x50\x7f\0\0\1", 6));
  hints_.ai_flags = aiflags::passive;
  ASSERT_EQ(ask("", "80", hints_), Errno::success);
  EXPECT_EQ(data(0, 6), std::string("\0\x50\0\0\0\0", 6));
  EXPECT_EQ(ask("", "", hints_), Errno::ainoname);
}

TEST_F(AddressInfoTest, ChecksHintsAndRoom) {
  EXPECT_EQ(ask("1.2.3.4", "80", hints_, 0), Errno::aimemory);
  EXPECT_EQ(ask("1.2.3.4", "nonsense", hints_), Errno::aiservice);
  hints_.ai_flags = 0x80;
  EXPECT_EQ(ask("1.2.3.4", "80", hints_), Errno::aibadflag);
  hints_.ai_flags = aiflags::numerichost;
  EXPECT_EQ(ask("localhost", "80", hints_), Errno::ainoname);
  hints_.ai_family = AddressFamily::Inet6;
  EXPECT_EQ(ask("1.2.3.4", "80", hints_), Errno::aiaddrfamily);
  hints_.ai_family = AddressFamily::Unix;
  EXPECT_EQ(ask("1.2.3.4", "80", hints_), Errno::aifamily);
  EXPECT_TRUE(denials.empty());
}

}  // namespace
}  // namespace wherry::wasi
