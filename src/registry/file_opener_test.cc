#include "registry/file_opener.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

namespace wherry::registry {
namespace {

TEST(FileOpener, ReadsWhatHasTheNameNow) {
  std::string name = (fs::temp_directory_path() / "wherry-opener.XXXXXX").string();
  ASSERT_NE(::mkdtemp(name.data()), nullptr);
  const fs::path folder = name;
  std::ofstream(folder / "users") << "first";
  ASSERT_EQ(::mkfifo((folder / "fifo").c_str(), 0600), 0);
  FileOpener opener =
      *FileOpener::start({folder / "users", folder / "missing", folder / "fifo", folder});
  EXPECT_EQ(*opener.read(0, 100), "first");
  std::ofstream(folder / "new") << "second";
  fs::rename(folder / "new", folder / "users");
  EXPECT_EQ(*opener.read(0, 100), "second");
  EXPECT_EQ(opener.read(0, 5).error().code, ErrorCode::Invalid);
  EXPECT_EQ(opener.read(1, 5).error().code, ErrorCode::NotFound);
  EXPECT_EQ(opener.read(2, 5).error().code, ErrorCode::Invalid);
  EXPECT_EQ(opener.read(3, 5).error().code, ErrorCode::Invalid);
  EXPECT_EQ(*opener.read(0, 100), "second");
  fs::remove_all(folder);
}

}  // namespace
}  // namespace wherry::registry
