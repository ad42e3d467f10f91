// What is granted of folders in part, and of what every program has in a lesser form.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <atomic>
#include <thread>

#include "wasi/program_fixture.h"

namespace wherry::wasi {
namespace {

using policy::FileRight;

constexpr uint32_t kCreate = oflags::creat, kExclusive = oflags::creat | oflags::excl;

class Permissions : public ProgramTest {
 protected:
  Errno open_for(std::string_view path, Rights base, uint32_t flags = 0) {
    return errno_of(open_path(path, {.base = base, .open_flags = flags}));
  }
  Errno unlink(std::string_view path) {
    return errno_of(path_unlink_file(*state, memory, 3, kFirstPath, put(kFirstPath, path)));
  }
  Errno rename(std::string_view from, std::string_view to) {
    const uint32_t from_size = put(kFirstPath, from);
    return errno_of(path_rename(*state, memory, 3, kFirstPath, from_size, 3, kSecondPath,
                                put(kSecondPath, to)));
  }
};

TEST_F(Permissions, CreateAloneIsALetterBox) {
  folder.write("old", "text");
  start_with_folder(FileRight::Create);
  EXPECT_EQ(open_for("new", rights::fd_write, kCreate), Errno::success);
  write_iovec(kBuffer, put(kBuffer, "letter"));
  EXPECT_EQ(errno_of(fd_write(*state, memory, result(), 0, 1, kResult)), Errno::success);
  EXPECT_EQ(folder.read("new"), "letter");
  EXPECT_EQ(open_for("new", rights::fd_write, kCreate), Errno::acces);
  EXPECT_EQ(open_for("new", rights::fd_write, kExclusive), Errno::exist);
  EXPECT_EQ(open_for("old", rights::fd_write), Errno::acces);
  EXPECT_EQ(open_for("old", rights::fd_write, oflags::trunc), Errno::acces);
  EXPECT_EQ(open_for("old", rights::fd_read), Errno::acces);
  EXPECT_EQ(unlink("old"), Errno::acces);
  EXPECT_EQ(rename("old", "other"), Errno::acces);
  EXPECT_EQ(errno_of(fd_readdir(*state, memory, 3, kBuffer, 64, 0, kResult)), Errno::acces);
  EXPECT_EQ(folder.read("old"), "text");
}

TEST_F(Permissions, WriteAloneMakesAndRemovesNothing) {
  folder.write("old", "text");
  start_with_folder(FileRight::Read | FileRight::Write);
  EXPECT_EQ(open_for("old", rights::fd_read | rights::fd_write, kCreate), Errno::success);
  EXPECT_EQ(open_for("new", rights::fd_write, kCreate), Errno::acces);
  EXPECT_EQ(unlink("old"), Errno::acces);
  EXPECT_EQ(errno_of(path_create_directory(*state, memory, 3, kFirstPath, put(kFirstPath, "d"))),
            Errno::acces);
  EXPECT_EQ(denials.back(), "create /data/d for writing; grant it with --dir " +
                                folder.path().string() + ":/data:read+write+create");
}

TEST_F(Permissions, AFullTableMakesAndCutsNothing) {
  folder.write("old", "text");
  ProgramOptions options;
  options.directories.push_back({folder.path(), "/data", kReadWrite});
  options.descriptors_max = 5;
  std::vector<Lack> lacks;
  options.on_lack = [&](Lack lack, uint32_t) { lacks.push_back(lack); };
  start(std::move(options));
  ASSERT_EQ(open_for("old", rights::fd_read), Errno::success);
  EXPECT_TRUE(lacks.empty());
  EXPECT_EQ(open_for("new", rights::fd_write, kCreate), Errno::mfile);
  EXPECT_EQ(open_for("old", rights::fd_write, oflags::trunc), Errno::mfile);
  EXPECT_EQ(lacks, (std::vector{Lack::Descriptor, Lack::Descriptor}));
  EXPECT_FALSE(fs::exists(folder.path() / "new"));
  EXPECT_EQ(folder.read("old"), "text");
}

TEST_F(Permissions, ClosedStreamsAndVariablesAreLacksWhenTheyAreUsed) {
  ProgramOptions options;
  std::vector<std::pair<Lack, uint32_t>> lacks;
  options.on_lack = [&](Lack lack, uint32_t which) { lacks.emplace_back(lack, which); };
  start(std::move(options));
  write_iovec(kBuffer, 1);
  EXPECT_EQ(errno_of(fd_fdstat_get(*state, memory, 1, kBuffer)), Errno::badf);  // libc's isatty
  EXPECT_TRUE(lacks.empty());
  EXPECT_EQ(errno_of(fd_read(*state, memory, 0, 0, 1, kResult)), Errno::badf);
  EXPECT_EQ(errno_of(fd_write(*state, memory, 2, 0, 1, kResult)), Errno::badf);
  EXPECT_EQ(errno_of(fd_write(*state, memory, 3, 0, 1, kResult)), Errno::badf);
  EXPECT_EQ(errno_of(environ_sizes_get(*state, memory, kResult, kResult)), Errno::success);
  EXPECT_EQ(lacks,
            (std::vector<std::pair<Lack, uint32_t>>{
                {Lack::StandardStream, 0}, {Lack::StandardStream, 2}, {Lack::Variables, 0}}));
}

TEST_F(Permissions, AFolderGivesNoDevices) {
  if (::mknod((folder.path() / "disk").c_str(), S_IFBLK | 0600, makedev(7, 0)) != 0 ||
      ::mknod((folder.path() / "log").c_str(), S_IFCHR | 0600, makedev(1, 11)) != 0 ||
      ::mknod((folder.path() / "null").c_str(), S_IFCHR | 0600, makedev(1, 3)) != 0)
    GTEST_SKIP() << "only root makes devices";
  if (!Fd(::open((folder.path() / "log").c_str(), O_RDONLY)).valid())
    GTEST_SKIP() << "this machine does not open them anyway";
  start_with_folder(kReadWrite);
  EXPECT_EQ(open_for("disk", rights::fd_read), Errno::acces);
  EXPECT_EQ(open_for("log", rights::fd_read), Errno::acces);
  EXPECT_EQ(open_for("log", rights::fd_write), Errno::acces);
  EXPECT_EQ(denials.back(),
            "open the device /data/log; no folder gives a device, but null, zero, full, random and "
            "urandom");
  EXPECT_EQ(open_for("null", rights::fd_read | rights::fd_write), Errno::success);
}

TEST_F(Permissions, DeleteIsNeededToReplaceAndToMoveAway) {
  folder.write("a", "1");
  folder.write("b", "2");
  start_with_folder(FileRight::Read | FileRight::Create);
  EXPECT_EQ(rename("a", "c"), Errno::acces);
  start_with_folder(FileRight::Read | FileRight::Delete);
  EXPECT_EQ(rename("a", "c"), Errno::acces);
  EXPECT_EQ(unlink("a"), Errno::success);
}

TEST_F(Permissions, AFileGetsNoMoreRightsByAnotherName) {
  TestFolder other;
  folder.write("a", "1");
  ProgramOptions options;
  options.directories.push_back({folder.path(), "/in", FileRight::Read | FileRight::Delete});
  options.directories.push_back({other.path(), "/out", policy::kReadWrite});
  start(std::move(options));
  const uint32_t size = put(kFirstPath, "a");
  EXPECT_EQ(errno_of(path_link(*state, memory, 3, 0, kFirstPath, size, 4, kFirstPath, size)),
            Errno::acces);
  EXPECT_EQ(errno_of(path_rename(*state, memory, 3, kFirstPath, size, 4, kFirstPath, size)),
            Errno::acces);
}

TEST_F(Permissions, CoarseClocksShowMilliseconds) {
  ProgramOptions options;
  options.clock = policy::Clock::Coarse;
  start(std::move(options));
  for (uint32_t clock : {clockid::realtime, clockid::monotonic}) {
    ASSERT_TRUE(clock_time_get(*state, memory, clock, 0, kResult));
    EXPECT_EQ(memory.read<uint64_t>(kResult).value() % 1'000'000, 0u);
    ASSERT_TRUE(clock_res_get(*state, memory, clock, kResult));
    EXPECT_EQ(memory.read<uint64_t>(kResult).value(), 1'000'000u);
  }
}

TEST_F(Permissions, CoarseClocksHoldForTimesOfFiles) {
  folder.write("file", "text");
  const timespec times[2] = {{1, 123'456'789}, {2, 987'654'321}};
  ASSERT_EQ(::utimensat(AT_FDCWD, (folder.path() / "file").c_str(), times, 0), 0);
  ProgramOptions options;
  options.clock = policy::Clock::Coarse;
  options.directories.push_back({folder.path(), "/data", kReadOnly});
  start(std::move(options));
  const uint32_t size = put(kFirstPath, "file");
  ASSERT_TRUE(
      path_filestat_get<Edition::Preview1>(*state, memory, 3, 0, kFirstPath, size, kBuffer));
  auto filestat = memory.read<Filestat>(kBuffer).value();
  EXPECT_EQ(filestat.atim, 1'123'000'000u);
  EXPECT_EQ(filestat.mtim, 2'987'000'000u);
  EXPECT_EQ(filestat.ctim % 1'000'000, 0u);
  ASSERT_TRUE(open_path("file", {.base = rights::fd_filestat_get}));
  ASSERT_TRUE(fd_filestat_get<Edition::Unstable>(*state, memory, result(), kBuffer));
  EXPECT_EQ(memory.read<UnstableFilestat>(kBuffer).value().mtim, 2'987'000'000u);
}

TEST_F(Permissions, SeededRandomNumbersAreTheSameInEveryRun) {
  std::string runs[2];
  for (std::string& run : runs) {
    ProgramOptions options;
    options.random_seed = 42;
    start(std::move(options));
    ASSERT_TRUE(random_get(*state, memory, kBuffer, 100));
    run = text(kBuffer, 100);
  }
  EXPECT_EQ(runs[0], runs[1]);
  start({});
  ASSERT_TRUE(random_get(*state, memory, kBuffer, 100));
  EXPECT_NE(text(kBuffer, 100), runs[0]);
}

TEST_F(Permissions, DescriptorsAreLimited) {
  folder.write("a", "1");
  ProgramOptions options;
  options.directories.push_back({folder.path(), "/data", policy::kReadOnly});
  options.descriptors_max = 5;
  start(std::move(options));
  EXPECT_EQ(open_for("a", rights::fd_read), Errno::success);
  EXPECT_EQ(open_for("a", rights::fd_read), Errno::mfile);
}

class Quota : public Permissions {
 protected:
  void start_with_quota(uint64_t quota_bytes) {
    ProgramOptions options;
    options.directories.push_back({folder.path(), "/data", policy::kReadWrite, quota_bytes});
    options.on_denial = [this](const Denial& denial) { denials.push_back(denial.resource); };
    start(std::move(options));
  }
  uint32_t make(std::string_view path, uint32_t flags = kCreate) {
    EXPECT_EQ(open_for(path, rights::kFile, flags), Errno::success);
    return result();
  }
  Errno write(uint32_t fd, uint32_t size_bytes) {
    write_iovec(kBuffer, size_bytes);
    return errno_of(fd_write(*state, memory, fd, 0, 1, kResult));
  }
};

TEST_F(Quota, CountsHowMuchLongerFilesBecome) {
  folder.write("old", std::string(100, 'x'));
  start_with_quota(1000);
  const uint32_t a = make("a"), old = make("old");
  EXPECT_EQ(write(old, 100), Errno::success);  // over what is there
  EXPECT_EQ(write(a, 600), Errno::success);
  EXPECT_EQ(write(a, 401), Errno::dquot);
  EXPECT_EQ(write(old, 400), Errno::success);
  EXPECT_EQ(write(old, 1), Errno::dquot);
  EXPECT_EQ(denials.back(), "write beyond the quota of 1000B for /data");
  EXPECT_EQ(folder.read("a").size(), 600u);
}

TEST_F(Quota, HoldsForEveryWayToGrow) {
  start_with_quota(1000);
  const uint32_t a = make("a");
  EXPECT_EQ(errno_of(fd_filestat_set_size(*state, memory, a, 1001)), Errno::dquot);
  EXPECT_EQ(errno_of(fd_allocate(*state, memory, a, 900, 200)), Errno::dquot);
  write_iovec(kBuffer, 10);
  EXPECT_EQ(errno_of(fd_pwrite(*state, memory, a, 0, 1, 995, kResult)), Errno::dquot);
  EXPECT_EQ(errno_of(fd_pwrite(*state, memory, a, 0, 1, 990, kResult)), Errno::success);
  EXPECT_EQ(errno_of(fd_filestat_set_size(*state, memory, a, 1000)), Errno::success);
}

TEST_F(Quota, GivesBackWhatIsTakenOff) {
  start_with_quota(1000);
  uint32_t a = make("a");
  for (int round = 0; round < 3; ++round) {  // a file that is written anew each time
    EXPECT_EQ(write(a, 900), Errno::success);
    ASSERT_TRUE(fd_close(*state, memory, a));
    a = make("a", kCreate | oflags::trunc);
  }
  EXPECT_EQ(write(a, 900), Errno::success);
  EXPECT_EQ(unlink("a"), Errno::success);  // still open, so it takes its room
  EXPECT_EQ(write(make("b"), 900), Errno::dquot);
  EXPECT_EQ(errno_of(fd_filestat_set_size(*state, memory, a, 0)), Errno::success);
  const uint32_t c = make("c");
  EXPECT_EQ(write(c, 900), Errno::success);
  ASSERT_TRUE(fd_close(*state, memory, c));
  EXPECT_EQ(rename("b", "c"), Errno::success);  // replaces what filled it
  EXPECT_EQ(write(make("d"), 900), Errno::success);
}

// Nothing is replaced, so nothing is given back.
TEST_F(Quota, OfAFileMovedOntoItselfStays) {
  start_with_quota(1000);
  const uint32_t a = make("a");
  EXPECT_EQ(write(a, 900), Errno::success);
  ASSERT_TRUE(fd_close(*state, memory, a));
  EXPECT_EQ(rename("a", "a"), Errno::success);
  EXPECT_EQ(rename("a", "./a"), Errno::success);
  EXPECT_EQ(write(make("b"), 900), Errno::dquot);
}

TEST_F(Quota, OfOthersIsNoCredit) {
  folder.write("old", std::string(5000, 'x'));
  start_with_quota(1000);
  EXPECT_EQ(unlink("old"), Errno::success);
  EXPECT_EQ(write(make("a"), 1001), Errno::dquot);
}

// One thread writes over what is there, while others move to the end and begin to append.
TEST_F(Quota, HoldsWhileOtherThreadsMoveTheFile) {
  start_with_quota(1000);
  state->descriptors.allow_threads();
  const uint32_t a = make("a");
  ASSERT_EQ(write(a, 1000), Errno::success);
  std::atomic<bool> is_over = false;
  auto repeat = [&](auto call) {
    return std::thread([&, call] {
      while (!is_over) {
        call();
        state->descriptors.end_call();
      }
    });
  };
  constexpr uint32_t kSet = 0, kEnd = 2, kElsewhere = 4096;
  std::thread seeks = repeat([&] {
    (void)fd_seek<Edition::Preview1>(*state, memory, a, 0, kEnd, kElsewhere);
    (void)fd_seek<Edition::Preview1>(*state, memory, a, 0, kSet, kElsewhere);
  });
  std::thread appends = repeat([&] {
    (void)fd_fdstat_set_flags(*state, memory, a, fdflags::append);
    (void)fd_fdstat_set_flags(*state, memory, a, 0);
  });
  write_iovec(kBuffer, 1000);
  for (int round = 0; round < 20'000; ++round) {
    (void)fd_write(*state, memory, a, 0, 1, kResult);
    state->descriptors.end_call();
  }
  is_over = true;
  seeks.join();
  appends.join();
  EXPECT_EQ(folder.read("a").size(), 1000u);
}

TEST_F(Permissions, UsesAreTold) {
  folder.write("a", "1");
  policy::FileRights used;
  ProgramOptions options;
  options.directories.push_back({folder.path(), "/data", policy::kReadWrite});
  options.on_use = [&](const Use& use) { used = used | use.rights; };
  start(std::move(options));
  EXPECT_EQ(open_for("a", rights::fd_read), Errno::success);
  EXPECT_EQ(used, FileRight::Read);
  EXPECT_EQ(unlink("a"), Errno::success);
  EXPECT_EQ(used, FileRight::Read | FileRight::Delete);
}

}  // namespace
}  // namespace wherry::wasi
