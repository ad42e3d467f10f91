// Files and folders: what is allowed, what is refused, and what the host is told of it.
#include <fcntl.h>
#include <sys/stat.h>

#include <map>

#include "wasi/program_fixture.h"

namespace wherry::wasi {
namespace {

using FilesTest = ProgramTest;

TEST_F(FilesTest, ReadsAFileOfAGrantedFolder) {
  folder.write("sub/file", "content");
  start_with_folder(kReadOnly);
  ASSERT_EQ(errno_of(open_path("sub/file", {})), Errno::success);
  uint32_t fd = result();
  write_iovec(kBuffer, 100);
  ASSERT_TRUE(fd_read(*state, memory, fd, 0, 1, kResult));
  EXPECT_EQ(text(kBuffer, result()), "content");
  EXPECT_EQ(errno_of(fd_write(*state, memory, fd, 0, 1, kResult)), Errno::notcapable);
  ASSERT_TRUE(fd_close(*state, memory, fd));
  EXPECT_TRUE(denials.empty());
}

TEST_F(FilesTest, AnswersWritesToAReadOnlyFolderAsAReadOnlyFileSystem) {
  folder.write("file", "text");
  start_with_folder(kReadOnly);
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
                            folder.path().string() + ":/data:read+write");
  EXPECT_EQ(folder.read("file"), "text");
}

TEST_F(FilesTest, LetsAReadOnlyFileBeOpenedWithCreat) {
  folder.write("file", "text");
  start_with_folder(kReadOnly);
  EXPECT_EQ(errno_of(open_path("file", {.open_flags = oflags::creat})), Errno::success);
  EXPECT_EQ(errno_of(open_path("file", {.open_flags = oflags::creat | oflags::excl})),
            Errno::exist);
}

TEST_F(FilesTest, ProtectsReadOnlyFilesBehindTheirDescriptor) {
  folder.write("file", "text");
  start_with_folder(kReadOnly);
  Rights base = rights::fd_read | rights::fd_filestat_set_times | rights::fd_filestat_set_size;
  ASSERT_EQ(errno_of(open_path("file", {.base = base})), Errno::success);
  uint32_t fd = result();
  EXPECT_EQ(errno_of(fd_filestat_set_times(*state, memory, fd, 0, 0, fstflags::atim)), Errno::rofs);
  EXPECT_EQ(errno_of(fd_filestat_set_times(*state, memory, 3, 0, 0, fstflags::atim)), Errno::rofs);
  EXPECT_EQ(errno_of(fd_filestat_set_size(*state, memory, fd, 0)), Errno::rofs);
}

TEST_F(FilesTest, TellsEscapes) {
  fs::create_symlink("/etc/passwd", folder / "link");
  start_with_folder(kReadWrite);
  EXPECT_EQ(errno_of(open_path("../etc/passwd", {})), Errno::notcapable);
  EXPECT_EQ(errno_of(open_path("link", {})), Errno::notcapable);
  EXPECT_EQ(errno_of(open_path("/x/y", {.open_flags = oflags::creat})), Errno::notcapable);
  ASSERT_EQ(denials.size(), 3u);
  EXPECT_EQ(denials[0], "open /etc/passwd for reading; grant it with --dir HOST:/etc:ro");
  EXPECT_EQ(denials[1],
            "open /data/link for reading, which leads out of /data; "
            "grant the folder that it leads to with --dir, and open it there");
  EXPECT_EQ(denials[2], "open /x/y for writing; grant it with --dir HOST:/x:read+create");
}

TEST_F(FilesTest, ShowsAnEmptyRootWhereDenialsAreTold) {
  start_with_folder(kReadWrite);
  ASSERT_TRUE(fd_prestat_get(*state, memory, 4, kResult));
  EXPECT_EQ(memory.read<uint32_t>(kResult + 4).value(), 1u);
  EXPECT_EQ(errno_of(open_path("etc/hosts", {.fd = 4})), Errno::noent);
  EXPECT_EQ(errno_of(path_filestat_get<Edition::Preview1>(*state, memory, 4, 0, kFirstPath,
                                                          put(kFirstPath, "."), kBuffer)),
            Errno::noent);
  ASSERT_TRUE(fd_readdir(*state, memory, 4, kBuffer, 1000, 0, kResult));
  EXPECT_EQ(result(), 0u);
  ASSERT_EQ(denials.size(), 2u);
  EXPECT_EQ(denials[0], "open /etc/hosts for reading; grant it with --dir HOST:/etc:ro");
  EXPECT_EQ(errno_of(fd_prestat_get(*state, memory, 5, kResult)), Errno::badf);
}

TEST_F(FilesTest, ShowsTimesBefore1970As1970) {
  folder.write("file", "text");
  const timespec times[2] = {{-5, 1}, {5, 1}};
  ASSERT_EQ(::utimensat(AT_FDCWD, (folder.path() / "file").c_str(), times, 0), 0);
  start_with_folder(kReadOnly);
  ASSERT_TRUE(path_filestat_get<Edition::Preview1>(*state, memory, 3, 0, kFirstPath,
                                                   put(kFirstPath, "file"), kBuffer));
  const auto filestat = memory.read<Filestat>(kBuffer).value();
  EXPECT_EQ(filestat.atim, 0u);
  EXPECT_EQ(filestat.mtim, 5'000'000'001u);
}

// Typenames, rights: fd_seek implies fd_tell; fd_datasync and fd_sync those to open with the flags.
TEST_F(FilesTest, TakesRightsThatOthersImply) {
  folder.write("file", "text");
  start_with_folder(kReadWrite);
  for (Rights base : {rights::fd_seek, rights::fd_tell}) {
    ASSERT_TRUE(open_path("file", {.base = base}));
    const uint32_t fd = result();
    EXPECT_TRUE(fd_tell(*state, memory, fd, kResult));
    EXPECT_TRUE(fd_seek<Edition::Preview1>(*state, memory, fd, 0, 1, kResult));
    EXPECT_EQ(errno_of(fd_seek<Edition::Preview1>(*state, memory, fd, 1, 0, kResult)),
              base == rights::fd_seek ? Errno::success : Errno::notcapable);
  }
  ASSERT_TRUE(open_path("file", {.base = rights::fd_read}));
  EXPECT_EQ(errno_of(fd_tell(*state, memory, result(), kResult)), Errno::notcapable);

  const uint32_t size = put(kFirstPath, "file");
  auto open_synchronous = [&](uint32_t flags) {
    return errno_of(
        path_open(*state, memory, 3, 0, kFirstPath, size, 0, rights::fd_read, 0, flags, kResult));
  };
  EXPECT_EQ(open_synchronous(fdflags::dsync), Errno::success);
  ASSERT_TRUE(fd_fdstat_set_rights(*state, memory, 3, rights::kDirectory,
                                   rights::kFile & ~(rights::fd_datasync | rights::fd_sync)));
  EXPECT_EQ(open_synchronous(0), Errno::success);
  for (uint32_t flags : {fdflags::dsync, fdflags::rsync, fdflags::sync})
    EXPECT_EQ(open_synchronous(flags), Errno::notcapable);
}

TEST_F(FilesTest, ShowsNoEmptyRootOtherwise) {
  ProgramOptions options;
  options.directories.push_back({folder.path(), "/data", kReadWrite});
  start(std::move(options));
  EXPECT_TRUE(fd_prestat_get(*state, memory, 3, kResult));
  EXPECT_EQ(errno_of(fd_prestat_get(*state, memory, 4, kResult)), Errno::badf);
}

TEST_F(FilesTest, NamesAFolderThatIsNotThere) {
  ProgramOptions options;
  options.directories.push_back({folder / "nothing", "/data", kReadWrite});
  auto program = Program::create(std::move(options));
  ASSERT_FALSE(program);
  EXPECT_EQ(program.error().code, ErrorCode::NotFound);
  EXPECT_NE(program.error().message.find("nothing:/data"), std::string::npos);
}

TEST_F(FilesTest, ListsAFolderInPieces) {
  std::map<std::string, FileType> expected{{".", FileType::directory}, {"..", FileType::directory}};
  for (int number = 0; number < 300; ++number) {
    std::string name = fmt::format("file-{}", number);
    folder.write(name, "");
    expected[name] = FileType::regular_file;
  }
  start_with_folder(kReadOnly);
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

TEST_F(FilesTest, ShowsAGrantedFolderAsItsOwnParent) {
  folder.write("sub/file", "");
  start_with_folder(kReadOnly);
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

TEST_F(FilesTest, LinksNoFoldersAndLooksAtNoneOutside) {
  folder.write("sub/file", "");
  fs::create_symlink("/etc", folder / "out");
  start_with_folder(kReadWrite);
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

TEST_F(FilesTest, SeeksByEitherEditionsNumbers) {
  folder.write("file", "0123456789");
  start_with_folder(kReadOnly);
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

TEST_F(FilesTest, WritesEitherEditionsFilestat) {
  folder.write("file", "12345");
  start_with_folder(kReadOnly);
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

TEST_F(FilesTest, TellsWhatIsNoSocket) {
  folder.write("file", "");
  start_with_folder(kReadOnly);
  ASSERT_EQ(errno_of(open_path("file", {})), Errno::success);
  EXPECT_EQ(errno_of(sock_shutdown(*state, memory, result(), 0)), Errno::notsock);
  EXPECT_EQ(errno_of(sock_shutdown(*state, memory, 99, 0)), Errno::badf);
}

}  // namespace
}  // namespace wherry::wasi
