// Arguments, streams, waiting, ending: what a program is without files.
#include <fcntl.h>
#include <sys/time.h>
#include <unistd.h>

#include <csignal>

#include "wasi/program_fixture.h"

namespace wherry::wasi {
namespace {

class Collector final : public OutputStream {
 public:
  bool write(ByteSpan bytes) override {
    if (text.size() + bytes.size() > size_bytes_max) return false;
    text += as_text(bytes);
    return true;
  }
  std::string text;
  size_t size_bytes_max = 100;
};

class Source final : public InputStream {
 public:
  size_t read(std::span<std::byte> buffer) override {
    size_t size = std::min(buffer.size(), text.size());
    std::memcpy(buffer.data(), text.data(), size);
    text.erase(0, size);
    return size;
  }
  std::string text;
};

TEST_F(ProgramTest, GivesNoArgumentsAndNoVariablesAtAll) {
  start({});
  ASSERT_TRUE(memory.write(kResult, uint64_t{UINT64_MAX}));
  ASSERT_TRUE(args_sizes_get(*state, memory, kResult, kResult + 4));
  EXPECT_EQ(memory.read<uint64_t>(kResult).value(), 0u);
  ASSERT_TRUE(memory.write(kResult, uint64_t{UINT64_MAX}));
  ASSERT_TRUE(environ_sizes_get(*state, memory, kResult, kResult + 4));
  EXPECT_EQ(memory.read<uint64_t>(kResult).value(), 0u);
  EXPECT_TRUE(args_get(*state, memory, 0xffff'ffff, 0xffff'ffff));
  EXPECT_TRUE(environ_get(*state, memory, 0xffff'ffff, 0xffff'ffff));
}

TEST_F(ProgramTest, BoundsArgumentsAndVariables) {
  ProgramOptions options;
  options.arguments.resize(limits::kStringsMax);
  EXPECT_TRUE(check_strings(options));
  options.arguments.emplace_back();
  EXPECT_EQ(check_strings(options).error().message, "65537 arguments exceed the limit of 65536");
  options.arguments = {std::string(limits::kStringBytesMax - 1, 'x')};
  EXPECT_TRUE(check_strings(options));
  options.environment = {{"A", std::string(limits::kStringBytesMax - 3, 'x')}};
  EXPECT_TRUE(check_strings(options));
  options.environment[0].value.push_back('x');
  EXPECT_EQ(check_strings(options).error().message,
            "2097153 bytes of environment variables exceed the limit of 2097152");
}

TEST_F(ProgramTest, LaysOutArgumentsAndVariables) {
  ProgramOptions options;
  options.arguments = {"app", "", "x y"};
  options.environment = {{"A", "1"}, {"EMPTY", ""}};
  start(std::move(options));
  ASSERT_TRUE(args_sizes_get(*state, memory, kResult, kResult + 4));
  EXPECT_EQ(memory.read<uint32_t>(kResult).value(), 3u);
  EXPECT_EQ(memory.read<uint32_t>(kResult + 4).value(), 9u);
  ASSERT_TRUE(args_get(*state, memory, 100, kBuffer));
  EXPECT_EQ(memory.read<uint32_t>(104).value(), kBuffer + 4);
  EXPECT_EQ(text(kBuffer, 9), std::string("app\0\0x y\0", 9));
  ASSERT_TRUE(environ_get(*state, memory, 100, kBuffer));
  EXPECT_EQ(text(kBuffer, 11), std::string("A=1\0EMPTY=\0", 11));
  EXPECT_EQ(errno_of(args_get(*state, memory, 100, 65530)), Errno::fault);
  EXPECT_EQ(errno_of(args_get(*state, memory, 65530, kBuffer)), Errno::fault);
}

TEST_F(ProgramTest, ReadsAndWritesStreamObjects) {
  Source source;
  source.text = "question";
  Collector collector;
  ProgramOptions options;
  options.standard_input.input = &source;
  options.standard_output.output = &collector;
  start(std::move(options));
  write_iovec(kBuffer, 100);
  ASSERT_TRUE(fd_read(*state, memory, 0, 0, 1, kResult));
  EXPECT_EQ(text(kBuffer, result()), "question");
  ASSERT_TRUE(fd_read(*state, memory, 0, 0, 1, kResult));
  EXPECT_EQ(result(), 0u);
  write_iovec(kBuffer, 8);
  ASSERT_TRUE(fd_write(*state, memory, 1, 0, 1, kResult));
  EXPECT_EQ(collector.text, "question");
  write_iovec(kBuffer, 1000);
  EXPECT_EQ(errno_of(fd_write(*state, memory, 1, 0, 1, kResult)), Errno::nospc);
  EXPECT_EQ(errno_of(fd_write(*state, memory, 0, 0, 1, kResult)), Errno::badf);
  EXPECT_EQ(errno_of(fd_write(*state, memory, 2, 0, 1, kResult)), Errno::badf);
}

TEST_F(ProgramTest, NeverClosesTheHostsStreams) {
  Fd host(open("/dev/null", O_RDWR | O_CLOEXEC));
  ProgramOptions options;
  options.standard_output.fd = host.get();
  start(std::move(options));
  ASSERT_TRUE(fd_fdstat_set_flags(*state, memory, 1, fdflags::nonblock));
  EXPECT_EQ(fcntl(host.get(), F_GETFL) & O_NONBLOCK, 0);
  ASSERT_TRUE(fd_fdstat_get(*state, memory, 1, kResult));
  EXPECT_EQ(memory.read<uint16_t>(kResult + 2).value(), fdflags::nonblock);
  ASSERT_TRUE(fd_close(*state, memory, 1));
  EXPECT_GE(fcntl(host.get(), F_GETFL), 0);
}

TEST_F(ProgramTest, GivesUpWaitingAtASignal) {
  int ends[2];
  ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
  Fd reader(ends[0]), writer(ends[1]);
  ProgramOptions options;
  options.standard_input.fd = reader.get();
  start(std::move(options));
  struct sigaction quiet{}, before{};
  quiet.sa_handler = [](int) {};
  ASSERT_EQ(sigaction(SIGALRM, &quiet, &before), 0);
  // Again and again, in case that the first one comes before the wait.
  itimerval timer{.it_interval = {0, 20'000}, .it_value = {0, 20'000}};
  ASSERT_EQ(setitimer(ITIMER_REAL, &timer, nullptr), 0);
  write_iovec(kBuffer, 100);
  EXPECT_EQ(errno_of(fd_read(*state, memory, 0, 0, 1, kResult)), Errno::intr);
  Subscription input{.userdata = 8, .tag = EventType::fd_read, .padding = {}, .clock = {}};
  ASSERT_TRUE(memory.write(kFirstPath, input));
  EXPECT_EQ(
      errno_of(poll_oneoff<Edition::Preview1>(*state, memory, kFirstPath, kBuffer, 1, kResult)),
      Errno::intr);
  timer = {};
  setitimer(ITIMER_REAL, &timer, nullptr);
  sigaction(SIGALRM, &before, nullptr);
}

TEST_F(ProgramTest, PollsClocksAndDescriptors) {
  int ends[2];
  ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
  Fd reader(ends[0]), writer(ends[1]);
  ProgramOptions options;
  options.standard_input.fd = reader.get();
  start(std::move(options));
  Subscription clock{.userdata = 7, .tag = EventType::clock, .padding = {}, .clock = {}};
  clock.clock.id = clockid::monotonic;
  clock.clock.timeout = 1'000'000;
  Subscription input{.userdata = 8, .tag = EventType::fd_read, .padding = {}, .clock = {}};
  Subscription closed{.userdata = 9, .tag = EventType::fd_write, .padding = {}, .clock = {}};
  closed.clock.id = 77;
  ASSERT_TRUE(memory.write(kFirstPath, clock));
  ASSERT_TRUE(memory.write(kFirstPath + 48, input));
  ASSERT_TRUE(memory.write(kFirstPath + 96, closed));
  auto poll_for = [&](uint32_t count) {
    return poll_oneoff<Edition::Preview1>(*state, memory, kFirstPath, kBuffer, count, kResult);
  };
  ASSERT_TRUE(poll_for(2));
  EXPECT_EQ(result(), 1u);
  EXPECT_EQ(memory.read<Event>(kBuffer)->userdata, 7u);
  ASSERT_EQ(write(writer.get(), "abc", 3), 3);
  ASSERT_TRUE(poll_for(2));
  EXPECT_EQ(memory.read<Event>(kBuffer)->userdata, 8u);
  EXPECT_EQ(memory.read<Event>(kBuffer)->nbytes, 3u);
  ASSERT_TRUE(poll_for(3));
  EXPECT_EQ(result(), 2u);
  EXPECT_EQ(memory.read<Event>(kBuffer + 32)->error, Errno::badf);
  EXPECT_EQ(errno_of(poll_for(0)), Errno::inval);
  EXPECT_EQ(errno_of(poll_for(0xffff'ffff)), Errno::inval);
}

TEST_F(ProgramTest, ReadsTheUnstableSubscriptionLayout) {
  start({});
  UnstableSubscription clock{
      .userdata = 7, .tag = EventType::clock, .padding = {}, .identifier = 5, .clock = {}};
  clock.clock.id = clockid::realtime;
  clock.clock.timeout = 1;
  clock.clock.flags = kSubscriptionClockAbstime;
  ASSERT_TRUE(memory.write(kFirstPath, clock));
  ASSERT_TRUE(poll_oneoff<Edition::Unstable>(*state, memory, kFirstPath, kBuffer, 1, kResult));
  EXPECT_EQ(result(), 1u);
  EXPECT_EQ(memory.read<Event>(kBuffer)->userdata, 7u);
  EXPECT_EQ(memory.read<Event>(kBuffer)->error, Errno::success);
}

TEST_F(ProgramTest, FillsAnyAmountOfRandomness) {
  start({});
  ASSERT_TRUE(random_get(*state, memory, 16, 65000));
  EXPECT_EQ(ByteSpan(bytes).first(16).front(), std::byte{0});
  EXPECT_NE(text(65000, 16), std::string(16, '\0'));
  EXPECT_EQ(errno_of(random_get(*state, memory, 16, 65536)), Errno::fault);
  EXPECT_TRUE(random_get(*state, memory, 0, 0));
}

TEST_F(ProgramTest, EndsWithStatusOrSignal) {
  start({});
  auto exited = proc_exit(*state, memory, 0x8000'0001);
  ASSERT_FALSE(exited);
  EXPECT_EQ(exited.error().code, runtime::TrapCode::Exit);
  EXPECT_EQ(exited.error().exit_status, 0x8000'0001u);
  auto aborted = proc_raise(*state, memory, 6);
  ASSERT_FALSE(aborted);
  EXPECT_EQ(aborted.error().exit_status, 134u);
  EXPECT_EQ(proc_raise(*state, memory, 0).value(), Errno::success);
  EXPECT_EQ(proc_raise(*state, memory, 18).value(), Errno::nosys);
  EXPECT_EQ(proc_raise(*state, memory, 31).value(), Errno::inval);
}

TEST_F(ProgramTest, HasEveryFunctionOfBothEditions) {
  start({});
  EXPECT_EQ(preview1_functions().size(), 46u + 25u);  // the document's, and WasmEdge's
  EXPECT_EQ(unstable_functions().size(), 45u);
  auto* definition = state->preview1.find_function("path_open");
  ASSERT_NE(definition, nullptr);
  EXPECT_EQ(wasm::to_string(definition->type), "[i32 i32 i32 i32 i32 i64 i64 i32 i32] -> [i32]");
  EXPECT_EQ(state->preview1.find_function("path_open"), definition);
  EXPECT_EQ(wasm::to_string(state->preview1.find_function("proc_exit")->type), "[i32] -> []");
  EXPECT_EQ(wasm::to_string(state->unstable.find_function("fd_seek")->type),
            "[i32 i64 i32 i32] -> [i32]");
  EXPECT_EQ(state->preview1.find_function("path_opem"), nullptr);
  EXPECT_EQ(state->preview1.find_function("zzz"), nullptr);
  EXPECT_EQ(state->unstable.find_function("sock_accept"), nullptr);
  EXPECT_EQ(wasm::to_string(state->preview1.find_function("sock_accept")->type),
            "[i32 i32 i32] -> [i32]");
  EXPECT_EQ(wasm::to_string(state->preview1.find_overload("sock_accept", 0)->type),
            "[i32 i32] -> [i32]");
  EXPECT_EQ(state->preview1.find_overload("sock_accept", 1), nullptr);
  EXPECT_EQ(state->preview1.find_overload("path_open", 0), nullptr);
}

}  // namespace
}  // namespace wherry::wasi
