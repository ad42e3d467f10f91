// Preview 1's sockets: a listening one that was handed over, and the connections it accepts.
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "wasi/program_fixture.h"

namespace wherry::wasi {
namespace {

constexpr uint32_t kListener = 3;
constexpr uint32_t kFlagsResult = 16;

class SocketTest : public ProgramTest {
 protected:
  void SetUp() override {
    Fd listener(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    address_.sin_family = AF_INET;
    address_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address_;
    ASSERT_EQ(bind(listener.get(), reinterpret_cast<sockaddr*>(&address_), size), 0);
    ASSERT_EQ(listen(listener.get(), 8), 0);
    ASSERT_EQ(getsockname(listener.get(), reinterpret_cast<sockaddr*>(&address_), &size), 0);
    ProgramOptions options;
    options.listeners.push_back(std::move(listener));
    options.directories.push_back({folder.path(), "/data", kReadWrite});
    start(std::move(options));
  }

  Fd connect_client() {
    Fd client(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    EXPECT_EQ(connect(client.get(), reinterpret_cast<sockaddr*>(&address_), sizeof address_), 0);
    return client;
  }
  // The guest's number of the connection.
  uint32_t accept_one(uint32_t flags = 0) {
    EXPECT_EQ(errno_of(sock_accept(*state, memory, kListener, flags, kResult)), Errno::success);
    return result();
  }
  Errno receive(uint32_t fd, uint32_t flags) {
    return errno_of(sock_recv(*state, memory, fd, 0, 1, flags, kResult, kFlagsResult));
  }

  sockaddr_in address_{};
};

TEST_F(SocketTest, ListenersComeBeforeFolders) {
  ASSERT_TRUE(fd_prestat_get(*state, memory, kListener, kResult));
  EXPECT_EQ(memory.read<Prestat>(kResult)->tag, kPreopenSocket);
  EXPECT_EQ(memory.read<Prestat>(kResult)->pr_name_len, 0u);
  EXPECT_TRUE(fd_prestat_dir_name(*state, memory, kListener, kBuffer, 0));
  ASSERT_TRUE(fd_prestat_get(*state, memory, kListener + 1, kResult));
  EXPECT_EQ(memory.read<Prestat>(kResult)->tag, kPreopenDirectory);
  ASSERT_TRUE(fd_fdstat_get(*state, memory, kListener, kResult));
  EXPECT_EQ(memory.read<Fdstat>(kResult)->fs_filetype, FileType::socket_stream);
  ASSERT_TRUE(fd_filestat_get<Edition::Preview1>(*state, memory, kListener, kResult));
  EXPECT_EQ(memory.read<Filestat>(kResult)->filetype, FileType::socket_stream);
}

TEST_F(SocketTest, AcceptsAndExchangesBytes) {
  Fd client = connect_client();
  uint32_t fd = accept_one();
  EXPECT_EQ(fd, 5u);
  ASSERT_EQ(write(client.get(), "request", 7), 7);
  write_iovec(kBuffer, 100);
  ASSERT_EQ(receive(fd, riflags::recv_peek), Errno::success);
  EXPECT_EQ(text(kBuffer, result()), "request");
  ASSERT_TRUE(fd_read(*state, memory, fd, 0, 1, kResult));
  EXPECT_EQ(text(kBuffer, result()), "request");

  write_iovec(kBuffer, put(kBuffer, "answer"));
  ASSERT_TRUE(sock_send(*state, memory, fd, 0, 1, 0, kResult));
  ASSERT_TRUE(fd_write(*state, memory, fd, 0, 1, kResult));
  EXPECT_EQ(result(), 6u);
  ASSERT_TRUE(sock_shutdown(*state, memory, fd, sdflags::wr));
  char received[20];
  EXPECT_EQ(recv(client.get(), received, sizeof received, MSG_WAITALL), 12);
}

TEST_F(SocketTest, WaitsForAllWhereAsked) {
  Fd client = connect_client();
  uint32_t fd = accept_one();
  ASSERT_EQ(write(client.get(), "ab", 2), 2);
  ASSERT_EQ(shutdown(client.get(), SHUT_WR), 0);
  write_iovec(kBuffer, 3);
  ASSERT_EQ(receive(fd, riflags::recv_waitall), Errno::success);
  EXPECT_EQ(result(), 2u);  // the end came first
  ASSERT_EQ(receive(fd, 0), Errno::success);
  EXPECT_EQ(result(), 0u);
}

TEST_F(SocketTest, DoesNotBlockWhereAskedNotTo) {
  ASSERT_TRUE(fd_fdstat_set_flags(*state, memory, kListener, fdflags::nonblock));
  EXPECT_EQ(errno_of(sock_accept(*state, memory, kListener, 0, kResult)), Errno::again);
  Fd client = connect_client();
  uint32_t fd = accept_one(fdflags::nonblock);
  write_iovec(kBuffer, 10);
  EXPECT_EQ(receive(fd, 0), Errno::again);
  EXPECT_EQ(errno_of(fd_read(*state, memory, fd, 0, 1, kResult)), Errno::again);
}

TEST_F(SocketTest, PollsForConnectionsAndBytes) {
  auto poll_for_reading = [&](uint32_t fd) {
    Subscription subscriptions[2] = {};
    subscriptions[0].tag = EventType::fd_read;
    subscriptions[0].clock.id = fd;
    subscriptions[1].userdata = 1;
    subscriptions[1].clock.id = clockid::monotonic;
    for (uint32_t index = 0; index < 2; ++index)
      EXPECT_TRUE(
          memory.write(kBuffer + index * uint32_t{sizeof(Subscription)}, subscriptions[index]));
    EXPECT_TRUE(poll_oneoff<Edition::Preview1>(*state, memory, kBuffer, 4096, 2, kResult));
    return *memory.read<Event>(4096);
  };
  EXPECT_EQ(poll_for_reading(kListener).type, EventType::clock);
  Fd client = connect_client();
  EXPECT_EQ(poll_for_reading(kListener).type, EventType::fd_read);
  uint32_t fd = accept_one();
  EXPECT_EQ(poll_for_reading(fd).type, EventType::clock);
  ASSERT_EQ(write(client.get(), "abc", 3), 3);
  EXPECT_EQ(poll_for_reading(fd).nbytes, 3u);
  client.reset();
  EXPECT_EQ(poll_for_reading(fd).error, Errno::success);
}

TEST_F(SocketTest, ChecksFlagsRightsAndKinds) {
  Fd client = connect_client();
  uint32_t fd = accept_one();
  write_iovec(kBuffer, 10);
  EXPECT_EQ(errno_of(sock_accept(*state, memory, kListener, fdflags::append, kResult)),
            Errno::inval);
  EXPECT_EQ(receive(fd, 4), Errno::inval);
  EXPECT_EQ(errno_of(sock_send(*state, memory, fd, 0, 1, 1, kResult)), Errno::inval);
  EXPECT_EQ(errno_of(sock_shutdown(*state, memory, fd, 0)), Errno::inval);
  EXPECT_EQ(errno_of(sock_shutdown(*state, memory, fd, 4)), Errno::inval);
  EXPECT_EQ(errno_of(sock_accept(*state, memory, 4, 0, kResult)), Errno::notsock);
  EXPECT_EQ(errno_of(sock_accept(*state, memory, 40, 0, kResult)), Errno::badf);
  EXPECT_EQ(errno_of(sock_accept(*state, memory, fd, 0, kResult)), Errno::notcapable);
  EXPECT_EQ(receive(kListener, 0), Errno::notcapable);
}

TEST_F(SocketTest, LosesNothingToABadAddress) {
  Fd client = connect_client();
  EXPECT_EQ(errno_of(sock_accept(*state, memory, kListener, 0, 65534)), Errno::fault);
  uint32_t fd = accept_one();
  ASSERT_EQ(write(client.get(), "x", 1), 1);
  write_iovec(kBuffer, 10);
  EXPECT_EQ(errno_of(sock_recv(*state, memory, fd, 0, 1, 0, kResult, 65535)), Errno::fault);
  ASSERT_EQ(receive(fd, 0), Errno::success);
  EXPECT_EQ(result(), 1u);
}

TEST_F(SocketTest, WritingToAClosedConnectionIsAnErrorOfTheCall) {
  uint32_t fd = 0;
  {
    Fd client = connect_client();
    fd = accept_one();
    linger at_once{.l_onoff = 1, .l_linger = 0};
    setsockopt(client.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  }
  write_iovec(kBuffer, 1);
  EXPECT_EQ(errno_of(fd_write(*state, memory, fd, 0, 1, kResult)), Errno::connreset);
  EXPECT_EQ(errno_of(fd_write(*state, memory, fd, 0, 1, kResult)), Errno::pipe);
  EXPECT_EQ(errno_of(sock_send(*state, memory, fd, 0, 1, 0, kResult)), Errno::pipe);
}

}  // namespace
}  // namespace wherry::wasi
