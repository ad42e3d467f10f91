#include "wasi/path.h"

#include <fcntl.h>
#include <unistd.h>

#include "wasi/test_folder.h"

namespace wherry::wasi {
namespace {

// Everything is asked of the kernel's lookup and of ours: they must agree.
class PathTest : public testing::TestWithParam<PathLookup> {
 protected:
  void SetUp() override {
    folder_.write("outside/secret", "secret");
    folder_.write("root/file", "text");
    folder_.write("root/sub/deep/file", "deep");
    link("root/to_file", "file");
    link("root/to_sub", "sub/");
    link("root/sub/up_and_down", "../sub/deep/../../file");
    link("root/escape", "../outside/secret");
    link("root/escape_folder", "../outside");
    link("root/absolute", (folder_ / "root/file").string());
    link("root/absolute_folder", (folder_ / "outside").string());
    link("root/loop", "loop");
    link("root/dangling", "nothing");
    link("root/magic", "/proc/self/cwd");
    link("root/chained_escape", "sub/chain");
    link("root/sub/chain", "../../outside/secret");
    root_.reset(open((folder_ / "root").c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    ASSERT_TRUE(root_.valid());
  }

  void link(const std::string& name, const std::string& target) {
    fs::create_symlink(target, folder_ / name);
  }

  Errno open_path(const std::string& path, int flags, mode_t mode = 0) {
    PathLookup lookup = GetParam();
    auto opened = open_beneath(lookup, root_.get(), path, {.flags = flags, .mode = mode});
    return opened ? Errno::success : opened.error();
  }

  TestFolder folder_;
  Fd root_;
};

struct OpenCase {
  const char* path;
  int flags;
  Errno expected;
};

constexpr OpenCase kOpenCases[] = {
    {"file", O_RDONLY, Errno::success},
    {"./sub/.//deep/../deep/file", O_RDONLY, Errno::success},
    {"sub/../file", O_RDONLY, Errno::success},
    {".", O_RDONLY, Errno::success},
    {"sub/..", O_RDONLY, Errno::success},
    {"sub/", O_RDONLY, Errno::success},
    {"to_file", O_RDONLY, Errno::success},
    {"to_sub/deep/file", O_RDONLY, Errno::success},
    {"sub/up_and_down", O_RDONLY, Errno::success},
    {"", O_RDONLY, Errno::noent},
    {"nothing", O_RDONLY, Errno::noent},
    {"file/", O_RDONLY, Errno::notdir},
    {"file/x", O_RDONLY, Errno::notdir},
    {"file", O_RDONLY | O_DIRECTORY, Errno::notdir},
    {"to_file", O_RDONLY | O_NOFOLLOW, Errno::loop},
    {"to_file", O_PATH | O_NOFOLLOW, Errno::success},
    {"to_sub/", O_PATH | O_NOFOLLOW, Errno::success},
    {"loop", O_RDONLY, Errno::loop},
    {"loop/x", O_RDONLY, Errno::loop},
    {"dangling", O_RDONLY, Errno::noent},
    {"dangling", O_WRONLY | O_CREAT | O_EXCL, Errno::exist},
    {"new/", O_WRONLY | O_CREAT, Errno::isdir},
    {"sub", O_WRONLY, Errno::isdir},
    // The ways out.
    {"..", O_RDONLY, Errno::notcapable},
    {"../root/file", O_RDONLY, Errno::notcapable},
    {"sub/../../outside/secret", O_RDONLY, Errno::notcapable},
    {"/etc/passwd", O_RDONLY, Errno::notcapable},
    {"/", O_RDONLY, Errno::notcapable},
    {"escape", O_RDONLY, Errno::notcapable},
    {"escape", O_WRONLY | O_CREAT, Errno::notcapable},
    {"escape", O_PATH, Errno::notcapable},
    {"escape_folder/secret", O_RDONLY, Errno::notcapable},
    {"escape_folder/new", O_WRONLY | O_CREAT, Errno::notcapable},
    {"absolute", O_RDONLY, Errno::notcapable},
    {"absolute_folder/secret", O_RDONLY, Errno::notcapable},
    {"chained_escape", O_RDONLY, Errno::notcapable},
    {"magic", O_RDONLY, Errno::notcapable},
};

TEST_P(PathTest, OpensWhatIsBelowAndNothingElse) {
  for (const OpenCase& item : kOpenCases) {
    mode_t mode = (item.flags & O_CREAT) ? 0600 : 0;
    EXPECT_EQ(open_path(item.path, item.flags, mode), item.expected)
        << item.path << " with " << std::oct << item.flags;
  }
  EXPECT_FALSE(fs::exists(folder_ / "outside/new"));
  EXPECT_EQ(folder_.read("outside/secret"), "secret");
}

TEST_P(PathTest, CreatesThroughADanglingLinkThatStaysBelow) {
  EXPECT_EQ(open_path("dangling", O_WRONLY | O_CREAT, 0600), Errno::success);
  EXPECT_TRUE(fs::exists(folder_ / "root/nothing"));
}

TEST_P(PathTest, FindsTheParentOfALastName) {
  PathLookup lookup = GetParam();
  auto parent = open_parent(lookup, root_.get(), "to_sub/deep/new///");
  ASSERT_TRUE(parent);
  EXPECT_EQ(parent->name, "new///");
  EXPECT_EQ(mkdirat(parent->fd, parent->name.c_str(), 0700), 0);
  EXPECT_TRUE(fs::is_directory(folder_ / "root/sub/deep/new"));
  auto here = open_parent(lookup, root_.get(), "name");
  ASSERT_TRUE(here);
  EXPECT_EQ(here->fd, root_.get());
}

TEST_P(PathTest, RefusesParentsOutside) {
  for (const char* path : {"../x", "sub/../../x", "/x", "escape_folder/x", "absolute_folder/x"}) {
    PathLookup lookup = GetParam();
    auto parent = open_parent(lookup, root_.get(), path);
    ASSERT_FALSE(parent) << path;
    EXPECT_EQ(parent.error(), Errno::notcapable) << path;
  }
}

TEST_P(PathTest, FollowsAsManyLinksAsTheKernel) {
  link("root/link_0", "file");
  for (int number = 1; number <= 45; ++number)
    link(fmt::format("root/link_{}", number), fmt::format("link_{}", number - 1));
  EXPECT_EQ(open_path("link_39", O_RDONLY), Errno::success);
  EXPECT_EQ(open_path("link_40", O_RDONLY), Errno::loop);
}

TEST_P(PathTest, LeavesNoDescriptorOpen) {
  int before = dup(root_.get());
  close(before);
  open_path("to_sub/deep/../deep/file", O_RDONLY);
  open_path("sub/deep/../../../x", O_RDONLY);
  int after = dup(root_.get());
  close(after);
  EXPECT_EQ(before, after);
}

INSTANTIATE_TEST_SUITE_P(Lookups, PathTest, testing::Values(PathLookup::Kernel, PathLookup::Walk),
                         [](const auto& instance) {
                           return instance.param == PathLookup::Kernel ? "Kernel" : "Walk";
                         });

}  // namespace
}  // namespace wherry::wasi
