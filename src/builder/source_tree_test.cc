#include "builder/source_tree.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "builder/temporary_folder.h"

namespace wherry::builder {
namespace {

class SourceTreeTest : public testing::Test {
 protected:
  void write(const std::string& path, std::string_view content) {
    fs::create_directories((folder() / path).parent_path());
    ASSERT_TRUE(write_file_atomic(folder() / path, as_bytes(content)));
  }

  fs::path folder() const { return temporary_.path() / "app"; }

  std::vector<std::string> names() const {
    auto files = SourceTree::open(folder())->files();
    std::vector<std::string> names;
    for (const SourceFile& file : *files)
      names.push_back(file.path + (file.leads_out ? " leads out" : ""));
    return names;
  }

  void SetUp() override { fs::create_directory(folder()); }

  TemporaryFolder temporary_ = std::move(*TemporaryFolder::create());
};

TEST_F(SourceTreeTest, ListsFilesSortedWithoutHiddenOnes) {
  write("b.c", "x");
  write("a/z.c", "x");
  write("a.c", "x");
  write(".hidden.c", "x");
  write(".git/config.c", "x");
  EXPECT_EQ(names(), (std::vector<std::string>{"a.c", "a/z.c", "b.c"}));
}

TEST_F(SourceTreeTest, DoesNotFollowLinksOut) {
  ASSERT_TRUE(write_file_atomic(temporary_.path() / "secret.c", as_bytes("x")));
  write("in.c", "x");
  fs::create_symlink("in.c", folder() / "linked.c");
  fs::create_symlink("../secret.c", folder() / "out.c");
  fs::create_symlink("nowhere", folder() / "broken.c");
  fs::create_symlink("/", folder() / "root");
  fs::create_symlink(".", folder() / "loop");
  EXPECT_EQ(names(), (std::vector<std::string>{"broken.c leads out", "in.c", "linked.c",
                                               "out.c leads out", "root leads out"}));
}

TEST_F(SourceTreeTest, IgnoresWhatIsNoRegularFile) {
  ASSERT_EQ(::mkfifo((folder() / "pipe.c").c_str(), 0600), 0);
  EXPECT_TRUE(names().empty());
}

TEST_F(SourceTreeTest, StopsAtItsLimits) {
  std::string deep;
  for (int i = 0; i < 34; i++) deep += "d/";
  write(deep + "a.c", "x");
  auto files = SourceTree::open(folder())->files();
  ASSERT_FALSE(files);
  EXPECT_NE(files.error().message.find("folders are nested deeper than 32"), std::string::npos);
}

TEST_F(SourceTreeTest, OpensNothingButFolders) {
  auto missing = SourceTree::open(folder() / "missing");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ErrorCode::NotFound);
  EXPECT_EQ(missing.error().message,
            (folder() / "missing").string() + ": no such file or directory");
  write("a.c", "x");
  auto file = SourceTree::open(folder() / "a.c");
  ASSERT_FALSE(file);
  EXPECT_EQ(file.error().message,
            (folder() / "a.c").string() + ": is no folder (give the folder that holds the source)");
}

TEST_F(SourceTreeTest, ChecksFilesThatAreNamed) {
  ASSERT_TRUE(write_file_atomic(temporary_.path() / "secret.c", as_bytes("x")));
  // A sibling whose name begins like the folder's is outside as well.
  fs::create_directory(temporary_.path() / "app2");
  ASSERT_TRUE(write_file_atomic(temporary_.path() / "app2/a.c", as_bytes("x")));
  write("src/a.c", "x");
  fs::create_symlink("../secret.c", folder() / "out.c");
  fs::create_symlink("../app2", folder() / "sibling");
  auto tree = SourceTree::open(folder());
  EXPECT_TRUE(tree->check_file("src/a.c"));
  const std::pair<const char*, const char*> cases[] = {
      {"../secret.c", "source '../secret.c' has a '..' (write the path without)"},
      {"/etc/passwd", "source '/etc/passwd' is absolute (name it from the folder)"},
      {"out.c",
       "source 'out.c' is a symbolic link that leads out of the folder (copy the file into it)"},
      {"sibling/a.c",
       "source 'sibling/a.c' is a symbolic link that leads out of the folder (copy the file into "
       "it)"},
      {"src", "source 'src' is no regular file"},
  };
  for (auto [path, message] : cases) {
    auto checked = tree->check_file(path);
    ASSERT_FALSE(checked) << path;
    EXPECT_EQ(checked.error().message, message);
  }
  auto missing = tree->check_file("b.c");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ErrorCode::NotFound);
}

TEST_F(SourceTreeTest, ReadsNoMoreThanTheBeginning) {
  write("big.c", std::string(10'000, 'x'));
  write("small.c", "int x;");
  auto tree = SourceTree::open(folder());
  EXPECT_EQ(tree->read_beginning("big.c")->size(), 4096u);
  EXPECT_EQ(*tree->read_beginning("small.c"), "int x;");
  EXPECT_FALSE(tree->read_beginning("missing.c"));
}

}  // namespace
}  // namespace wherry::builder
