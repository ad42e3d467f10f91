// The functions called as a guest would, without a guest: a program's state and a piece of memory.
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include <csignal>
#include <map>

#include "wasi/functions.h"
#include "wasi/test_folder.h"

namespace wherry::wasi {
namespace {

using policy::Access;

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

constexpr uint32_t kResult = 8;       // where results are asked for
constexpr uint32_t kFirstPath = 256;  // where paths are put
constexpr uint32_t kSecondPath = 512;
constexpr uint32_t kBuffer = 1024;

class ProgramTest : public testing::Test {
 protected:
  void start(ProgramOptions options) {
    state = std::make_unique<ProgramState>(std::move(options));
    Result<> opened = state->open_directories();
    ASSERT_TRUE(opened) << opened.error().message;
  }

  void start_with_folder(Access access) {
    ProgramOptions options;
    options.directories.push_back({folder.path(), "/data", access});
    options.on_denial = [this](const Denial& denial) {
      denials.push_back(denial.resource + "; " + denial.way_out);
    };
    start(std::move(options));
  }

  uint32_t put(uint32_t address, std::string_view text) {
    std::memcpy(bytes.data() + address, text.data(), text.size());
    return static_cast<uint32_t>(text.size());
  }
  std::string text(uint32_t address, size_t size_bytes) {
    return std::string(as_text(ByteSpan(bytes).subspan(address, size_bytes)));
  }
  uint32_t result() { return memory.read<uint32_t>(kResult).value(); }

  struct Opening {
    Rights base = rights::fd_read;
    uint32_t open_flags = 0;
    uint32_t fd = 3;
  };
  ErrnoOr<> open_path(std::string_view path, const Opening& opening) {
    return path_open(*state, memory, opening.fd, lookupflags::symlink_follow, kFirstPath,
                     put(kFirstPath, path), opening.open_flags, opening.base, 0, 0, kResult);
  }
  void write_iovec(uint32_t address, uint32_t size_bytes) {
    ASSERT_TRUE(memory.write(0, Iovec{.buf = address, .buf_len = size_bytes}));
  }

  std::vector<std::byte> bytes = std::vector<std::byte>(65536);
  GuestMemory memory{bytes};
  TestFolder folder;
  std::unique_ptr<ProgramState> state;
  std::vector<std::string> denials;
};

Errno errno_of(const ErrnoOr<>& outcome) { return outcome ? Errno::success : outcome.error(); }

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

TEST_F(ProgramTest, ReadsAFileOfAGrantedFolder) {
  folder.write("sub/file", "content");
  start_with_folder(Access::ReadOnly);
  ASSERT_EQ(errno_of(open_path("sub/file", {})), Errno::success);
  uint32_t fd = result();
  write_iovec(kBuffer, 100);
  ASSERT_TRUE(fd_read(*state, memory, fd, 0, 1, kResult));
  EXPECT_EQ(text(kBuffer, result()), "content");
  EXPECT_EQ(errno_of(fd_write(*state, memory, fd, 0, 1, kResult)), Errno::notcapable);
  ASSERT_TRUE(fd_close(*state, memory, fd));
  EXPECT_TRUE(denials.empty());
}

TEST_F(ProgramTest, AnswersWritesToAReadOnlyFolderAsAReadOnlyFileSystem) {
  folder.write("file", "text");
  start_with_folder(Access::ReadOnly);
  uint32_t size = put(kSecondPath, "file");
  EXPECT_EQ(errno_of(open_path("file", {.base = rights::fd_write})), Errno::rofs);
  EXPECT_EQ(errno_of(open_path("file", {.open_flags = oflags::trunc})), Errno::rofs);
  EXPECT_EQ(errno_of(open_path("new", {.open_flags = oflags::creat})), Errno::rofs);
  EXPECT_EQ(errno_of(path_unlink_file(*state, memory, 3, kSecondPath, size)), Errno::rofs);
  EXPECT_EQ(errno_of(path_create_directory(*state, memory, 3, kSecondPath, size)), Errno::rofs);
  EXPECT_EQ(errno_of(path_remove_directory(*state, memory, 3, kSecondPath, size)), Errno::rofs);
  EXPECT_EQ(errno_of(path_rename(*state, memory, 3, kSecondPath, size, 3, kSecondPath, size)),
            Errno::rofs);
  EXPECT_EQ(errno_of(path_symlink(*state, memory, kSecondPath, size, 3, kSecondPath, size)),
            Errno::rofs);
  EXPECT_EQ(errno_of(path_link(*state, memory, 3, 0, kSecondPath, size, 3, kSecondPath, size)),
            Errno::rofs);
  EXPECT_EQ(errno_of(path_filestat_set_times(*state, memory, 3, 0, kSecondPath, size, 0, 0,
                                             fstflags::mtim_now)),
            Errno::rofs);
  EXPECT_EQ(denials.size(), 10u);
  EXPECT_EQ(denials[0], "open /data/file for writing; grant it with --dir " +
                            folder.path().string() + ":/data:rw");
  EXPECT_EQ(folder.read("file"), "text");
}

TEST_F(ProgramTest, LetsAReadOnlyFileBeOpenedWithCreat) {
  folder.write("file", "text");
  start_with_folder(Access::ReadOnly);
  EXPECT_EQ(errno_of(open_path("file", {.open_flags = oflags::creat})), Errno::success);
  EXPECT_EQ(errno_of(open_path("file", {.open_flags = oflags::creat | oflags::excl})),
            Errno::exist);
}

TEST_F(ProgramTest, ProtectsReadOnlyFilesBehindTheirDescriptor) {
  folder.write("file", "text");
  start_with_folder(Access::ReadOnly);
  Rights base = rights::fd_read | rights::fd_filestat_set_times | rights::fd_filestat_set_size;
  ASSERT_EQ(errno_of(open_path("file", {.base = base})), Errno::success);
  uint32_t fd = result();
  EXPECT_EQ(errno_of(fd_filestat_set_times(*state, memory, fd, 0, 0, fstflags::atim)), Errno::rofs);
  EXPECT_EQ(errno_of(fd_filestat_set_times(*state, memory, 3, 0, 0, fstflags::atim)), Errno::rofs);
  EXPECT_EQ(errno_of(fd_filestat_set_size(*state, memory, fd, 0)), Errno::rofs);
}

TEST_F(ProgramTest, TellsEscapes) {
  fs::create_symlink("/etc/passwd", folder / "link");
  start_with_folder(Access::ReadWrite);
  EXPECT_EQ(errno_of(open_path("../etc/passwd", {})), Errno::notcapable);
  EXPECT_EQ(errno_of(open_path("link", {})), Errno::notcapable);
  EXPECT_EQ(errno_of(open_path("/x/y", {.open_flags = oflags::creat})), Errno::notcapable);
  ASSERT_EQ(denials.size(), 3u);
  EXPECT_EQ(denials[0], "open /etc/passwd for reading; grant it with --dir /etc:/etc:ro");
  EXPECT_EQ(denials[1],
            "open /data/link for reading, which leads out of /data; "
            "grant the folder that it leads to with --dir, and open it there");
  EXPECT_EQ(denials[2], "open /x/y for writing; grant it with --dir /x:/x:rw");
}

TEST_F(ProgramTest, ShowsAnEmptyRootWhereDenialsAreTold) {
  start_with_folder(Access::ReadWrite);
  ASSERT_TRUE(fd_prestat_get(*state, memory, 4, kResult));
  EXPECT_EQ(memory.read<uint32_t>(kResult + 4).value(), 1u);
  EXPECT_EQ(errno_of(open_path("etc/hosts", {.fd = 4})), Errno::noent);
  EXPECT_EQ(errno_of(path_filestat_get<Edition::Preview1>(*state, memory, 4, 0, kFirstPath,
                                                          put(kFirstPath, "."), kBuffer)),
            Errno::noent);
  ASSERT_TRUE(fd_readdir(*state, memory, 4, kBuffer, 1000, 0, kResult));
  EXPECT_EQ(result(), 0u);
  ASSERT_EQ(denials.size(), 2u);
  EXPECT_EQ(denials[0], "open /etc/hosts for reading; grant it with --dir /etc:/etc:ro");
  EXPECT_EQ(errno_of(fd_prestat_get(*state, memory, 5, kResult)), Errno::badf);
}

TEST_F(ProgramTest, ShowsNoEmptyRootOtherwise) {
  ProgramOptions options;
  options.directories.push_back({folder.path(), "/data", Access::ReadWrite});
  start(std::move(options));
  EXPECT_TRUE(fd_prestat_get(*state, memory, 3, kResult));
  EXPECT_EQ(errno_of(fd_prestat_get(*state, memory, 4, kResult)), Errno::badf);
}

TEST_F(ProgramTest, NamesAFolderThatIsNotThere) {
  ProgramOptions options;
  options.directories.push_back({folder / "nothing", "/data", Access::ReadWrite});
  auto program = Program::create(std::move(options));
  ASSERT_FALSE(program);
  EXPECT_EQ(program.error().code, ErrorCode::NotFound);
  EXPECT_NE(program.error().message.find("nothing:/data"), std::string::npos);
}

TEST_F(ProgramTest, ListsAFolderInPieces) {
  std::map<std::string, FileType> expected{{".", FileType::directory}, {"..", FileType::directory}};
  for (int number = 0; number < 300; ++number) {
    std::string name = fmt::format("file-{}", number);
    folder.write(name, "");
    expected[name] = FileType::regular_file;
  }
  start_with_folder(Access::ReadOnly);
  std::map<std::string, FileType> seen;
  uint64_t cookie = 0;
  for (uint32_t used = 100; used == 100;) {
    ASSERT_TRUE(fd_readdir(*state, memory, 3, kBuffer, 100, cookie, kResult));
    used = result();
    for (uint32_t offset = 0; offset + sizeof(Dirent) <= used;) {
      auto entry = memory.read<Dirent>(kBuffer + offset).value();
      offset += static_cast<uint32_t>(sizeof(Dirent)) + entry.d_namlen;
      if (offset > used) break;
      std::string name = text(kBuffer + offset - entry.d_namlen, entry.d_namlen);
      EXPECT_TRUE(seen.emplace(name, entry.d_type).second) << name << " twice";
      cookie = entry.d_next;
    }
  }
  EXPECT_EQ(seen, expected);
}

TEST_F(ProgramTest, ShowsAGrantedFolderAsItsOwnParent) {
  folder.write("sub/file", "");
  start_with_folder(Access::ReadOnly);
  auto parent_inode = [&](uint32_t fd) -> uint64_t {
    EXPECT_TRUE(fd_readdir(*state, memory, fd, kBuffer, 4096, 0, kResult));
    for (uint32_t offset = kBuffer; offset < kBuffer + result();) {
      auto entry = memory.read<Dirent>(offset).value();
      offset += static_cast<uint32_t>(sizeof(Dirent));
      if (text(offset, entry.d_namlen) == "..") return entry.d_ino;
      offset += entry.d_namlen;
    }
    return 0;
  };
  struct stat status;
  ASSERT_EQ(stat(folder.path().c_str(), &status), 0);
  EXPECT_EQ(parent_inode(3), status.st_ino);
  for (const char* path : {".", "sub"}) {
    ASSERT_EQ(errno_of(open_path(path, {.base = rights::fd_readdir})), Errno::success);
    EXPECT_EQ(parent_inode(result()), status.st_ino) << path;
  }
}

TEST_F(ProgramTest, GivesUpWaitingAtASignal) {
  int ends[2];
  ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
  Fd reader(ends[0]), writer(ends[1]);
  ProgramOptions options;
  options.standard_input.fd = reader.get();
  start(std::move(options));
  struct sigaction quiet {
  }, before{};
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

TEST_F(ProgramTest, LinksNoFoldersAndLooksAtNoneOutside) {
  folder.write("sub/file", "");
  fs::create_symlink("/etc", folder / "out");
  start_with_folder(Access::ReadWrite);
  uint32_t to = put(kSecondPath, "new");
  struct {
    const char* from;
    Errno expected;
  } cases[] = {{"sub", Errno::perm},       {"sub/", Errno::perm},       {"sub/..", Errno::perm},
               {"..", Errno::notcapable},  {".", Errno::perm},          {"out/", Errno::notcapable},
               {"nothing/", Errno::noent}, {"sub/file/", Errno::notdir}};
  for (const auto& item : cases)
    EXPECT_EQ(errno_of(path_link(*state, memory, 3, 0, kFirstPath, put(kFirstPath, item.from), 3,
                                 kSecondPath, to)),
              item.expected)
        << item.from;
}

TEST_F(ProgramTest, SeeksByEitherEditionsNumbers) {
  folder.write("file", "0123456789");
  start_with_folder(Access::ReadOnly);
  Rights base = rights::fd_read | rights::fd_seek | rights::fd_tell;
  ASSERT_EQ(errno_of(open_path("file", {.base = base})), Errno::success);
  uint32_t fd = result();
  auto position = [&] { return memory.read<uint64_t>(kResult).value(); };
  ASSERT_TRUE(fd_seek<Edition::Preview1>(*state, memory, fd, 4, 0, kResult));
  EXPECT_EQ(position(), 4u);
  ASSERT_TRUE(fd_seek<Edition::Unstable>(*state, memory, fd, 1, 0, kResult));
  EXPECT_EQ(position(), 5u);
  ASSERT_TRUE(fd_seek<Edition::Unstable>(*state, memory, fd, -1, 1, kResult));
  EXPECT_EQ(position(), 9u);
  ASSERT_TRUE(fd_seek<Edition::Unstable>(*state, memory, fd, 2, 2, kResult));
  EXPECT_EQ(position(), 2u);
  ASSERT_TRUE(fd_seek<Edition::Preview1>(*state, memory, fd, 0, 2, kResult));
  EXPECT_EQ(position(), 10u);
  EXPECT_EQ(errno_of(fd_seek<Edition::Preview1>(*state, memory, fd, 0, 3, kResult)), Errno::inval);
  EXPECT_EQ(errno_of(fd_seek<Edition::Preview1>(*state, memory, fd, -1, 0, kResult)), Errno::inval);
}

TEST_F(ProgramTest, WritesEitherEditionsFilestat) {
  folder.write("file", "12345");
  start_with_folder(Access::ReadOnly);
  uint32_t size = put(kFirstPath, "file");
  ASSERT_TRUE(
      path_filestat_get<Edition::Preview1>(*state, memory, 3, 0, kFirstPath, size, kBuffer));
  EXPECT_EQ(memory.read<uint64_t>(kBuffer + 24).value(), 1u);
  EXPECT_EQ(memory.read<uint64_t>(kBuffer + 32).value(), 5u);
  bytes[kBuffer + 56] = std::byte{0xee};
  ASSERT_TRUE(
      path_filestat_get<Edition::Unstable>(*state, memory, 3, 0, kFirstPath, size, kBuffer));
  EXPECT_EQ(bytes[kBuffer + 16], std::byte{4});
  EXPECT_EQ(memory.read<uint32_t>(kBuffer + 20).value(), 1u);
  EXPECT_EQ(memory.read<uint64_t>(kBuffer + 24).value(), 5u);
  EXPECT_EQ(bytes[kBuffer + 56], std::byte{0xee});
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
  EXPECT_EQ(preview1_functions().size(), 46u);
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
}

TEST_F(ProgramTest, TellsWhatIsNoSocket) {
  folder.write("file", "");
  start_with_folder(Access::ReadOnly);
  ASSERT_EQ(errno_of(open_path("file", {})), Errno::success);
  EXPECT_EQ(errno_of(sock_shutdown(*state, memory, result(), 0)), Errno::notsock);
  EXPECT_EQ(errno_of(sock_shutdown(*state, memory, 99, 0)), Errno::badf);
}

}  // namespace
}  // namespace wherry::wasi
