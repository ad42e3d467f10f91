#include "support/file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <cstdlib>
#include <fstream>

namespace wherry {

class FileTest : public ::testing::Test {
 protected:
  void SetUp() override {
    char pattern[] = "/tmp/wherry-file-test.XXXXXX";
    folder_ = ::mkdtemp(pattern);
  }
  void TearDown() override { fs::remove_all(folder_); }
  size_t entries() const {
    return static_cast<size_t>(
        std::distance(fs::directory_iterator(folder_), fs::directory_iterator()));
  }
  fs::path folder_;
};

TEST_F(FileTest, WritesWhatIsReadBack) {
  ASSERT_TRUE(write_file_atomic(folder_ / "a", as_bytes("hello"), 0640));
  auto bytes = read_file(folder_ / "a", {.size_bytes_max = 5});
  ASSERT_TRUE(bytes);
  EXPECT_EQ(as_text(*bytes), "hello");
  struct stat status;
  ASSERT_EQ(::stat((folder_ / "a").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777u, 0640u);
  EXPECT_EQ(entries(), 1u);
}

TEST_F(FileTest, LeavesNothingWithoutCommit) {
  {
    auto file = AtomicFile::create(folder_ / "a");
    ASSERT_TRUE(file);
    ASSERT_TRUE(file->write(as_bytes("half")));
  }
  EXPECT_EQ(entries(), 0u);
}

TEST_F(FileTest, KeepsTheOldFileUntilCommit) {
  ASSERT_TRUE(write_file_atomic(folder_ / "a", as_bytes("old")));
  auto file = AtomicFile::create(folder_ / "a");
  ASSERT_TRUE(file);
  ASSERT_TRUE(file->write(as_bytes("new")));
  EXPECT_EQ(as_text(*read_file(folder_ / "a", {.size_bytes_max = 9})), "old");
  ASSERT_TRUE(file->commit());
  EXPECT_EQ(as_text(*read_file(folder_ / "a", {.size_bytes_max = 9})), "new");
}

TEST_F(FileTest, RefusesFilesOverTheLimit) {
  ASSERT_TRUE(write_file_atomic(folder_ / "a", as_bytes("hello")));
  auto bytes = read_file(folder_ / "a", {.size_bytes_max = 4});
  ASSERT_FALSE(bytes);
  EXPECT_EQ(bytes.error().code, ErrorCode::Invalid);
  EXPECT_NE(bytes.error().message.find("limit of 4 bytes"), std::string::npos)
      << bytes.error().message;
}

TEST_F(FileTest, NamesWhatIsMissing) {
  auto bytes = read_file(folder_ / "none", {.size_bytes_max = 4});
  ASSERT_FALSE(bytes);
  EXPECT_EQ(bytes.error().code, ErrorCode::NotFound);
  EXPECT_EQ(bytes.error().message, (folder_ / "none").string() + ": no such file or directory");
}

TEST_F(FileTest, RefusesFoldersAndDevices) {
  EXPECT_EQ(map_file(folder_, {.size_bytes_max = 4}).error().code, ErrorCode::Invalid);
  EXPECT_EQ(map_file("/dev/zero", {.size_bytes_max = 4}).error().code, ErrorCode::Invalid);
}

TEST_F(FileTest, ReplacesNoDevice) {
  fs::create_symlink("/dev/null", folder_ / "link");
  auto written = write_file_atomic(folder_ / "link", as_bytes("text"));
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, ErrorCode::Invalid);
  EXPECT_TRUE(fs::is_symlink(folder_ / "link"));
}

TEST_F(FileTest, MapsAnEmptyFile) {
  ASSERT_TRUE(write_file_atomic(folder_ / "a", {}));
  auto mapping = map_file(folder_ / "a", {.size_bytes_max = 4});
  ASSERT_TRUE(mapping);
  EXPECT_EQ(mapping->size_bytes(), 0u);
}

TEST_F(FileTest, MakesFoldersOnceAndAgain) {
  ASSERT_TRUE(make_directories(folder_ / "x/y/z", 0700));
  ASSERT_TRUE(make_directories(folder_ / "x/y/z", 0700));
  EXPECT_TRUE(fs::is_directory(folder_ / "x/y/z"));
  ASSERT_TRUE(write_file_atomic(folder_ / "file", {}));
  EXPECT_FALSE(make_directories(folder_ / "file"));
  EXPECT_FALSE(make_directories(folder_ / "file/below"));
}

TEST_F(FileTest, MakesDurableFoldersOnceAndAgain) {
  EXPECT_TRUE(make_durable_directories(folder_ / "a" / "b" / "c"));
  EXPECT_TRUE(make_durable_directories(folder_ / "a" / "b" / "c"));
  EXPECT_TRUE(fs::is_directory(folder_ / "a" / "b" / "c"));
  std::ofstream(folder_ / "file") << "x";
  EXPECT_FALSE(make_durable_directories(folder_ / "file"));
  EXPECT_FALSE(sync_folder(folder_ / "missing"));
}

TEST_F(FileTest, LocksExcludeEachOther) {
  auto first = FileLock::acquire(folder_ / "lock");
  ASSERT_TRUE(first);
  Fd other(::open((folder_ / "lock").c_str(), O_RDWR | O_CLOEXEC));
  EXPECT_NE(::flock(other.get(), LOCK_EX | LOCK_NB), 0);
  {
    auto dropped = std::move(*first);
  }
  EXPECT_EQ(::flock(other.get(), LOCK_EX | LOCK_NB), 0);
}

}  // namespace wherry
