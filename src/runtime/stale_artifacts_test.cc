#include "runtime/stale_artifacts.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <fstream>

#include "abi/engine_id.h"

namespace wherry::runtime {
namespace {

class StaleArtifactsTest : public ::testing::Test {
 protected:
  StaleArtifactsTest() {
    std::string pattern = (fs::temp_directory_path() / "wherry-stale.XXXXXX").string();
    cache_ = ::mkdtemp(pattern.data());
    current_ = cache_ / "artifacts" / abi::engine_id().hex().substr(0, 16);
    other_ = cache_ / "artifacts" / "0123456789abcdef";
    fs::create_directories(current_);
    fs::create_directories(other_);
  }
  ~StaleArtifactsTest() override { fs::remove_all(cache_); }

  static Digest module(const std::string& word) { return sha256(as_bytes(word)); }
  static fs::path put(const fs::path& folder, const std::string& name, int age_s) {
    std::ofstream(folder / name) << "code";
    timespec times[2] = {{::time(nullptr) - age_s, 0}, {::time(nullptr) - age_s, 0}};
    ::utimensat(AT_FDCWD, (folder / name).c_str(), times, 0);
    return folder / name;
  }

  static constexpr int kLongAgo = 30 * 24 * 3600;
  fs::path cache_, current_, other_;
};

TEST_F(StaleArtifactsTest, TakesWhatNoImageHasAndNobodyUses) {
  fs::path needed = put(current_, module("needed").hex(), kLongAgo);
  fs::path used = put(current_, module("used").hex(), 60);
  fs::path stale = put(current_, module("stale").hex() + ".checked", kLongAgo);
  fs::path replaced = put(other_, module("needed").hex(), kLongAgo);
  auto pruned = prune_artifacts(cache_, {.needed = {module("needed")}});
  EXPECT_EQ(pruned.size(), 2u);
  EXPECT_TRUE(fs::exists(needed) && fs::exists(used));
  EXPECT_FALSE(fs::exists(stale) || fs::exists(replaced));
  EXPECT_EQ(prune_artifacts(cache_, {.needed = {module("needed")}, .unused_s = 0}).size(), 1u);
  EXPECT_TRUE(fs::exists(needed));
}

TEST_F(StaleArtifactsTest, TellsOnlyWhenAskedTo) {
  fs::path stale = put(current_, module("stale").hex(), kLongAgo);
  auto planned = prune_artifacts(cache_, {.dry_run = true});
  ASSERT_EQ(planned.size(), 1u);
  EXPECT_EQ(planned[0].size_bytes, 4u);
  EXPECT_TRUE(fs::exists(stale));
}

TEST_F(StaleArtifactsTest, LeavesWhatIsBeingCompiledAndWhatIsNotOurs) {
  fs::path busy = put(current_, module("busy").hex(), kLongAgo);
  fs::path letter = put(current_, "letter.txt", kLongAgo);
  fs::create_symlink(letter, current_ / "image.0123");
  Fd lock(::open((current_ / ("lock." + module("busy").hex().substr(0, 2))).c_str(),
                 O_RDWR | O_CREAT, 0644));
  ASSERT_EQ(::flock(lock.get(), LOCK_EX), 0);
  EXPECT_TRUE(prune_artifacts(cache_, {.unused_s = 0}).empty());
  EXPECT_TRUE(fs::exists(busy) && fs::exists(letter));
  EXPECT_FALSE(fs::is_symlink(current_ / "image.0123"));
  EXPECT_TRUE(prune_artifacts(cache_ / "missing", {}).empty());
}

}  // namespace
}  // namespace wherry::runtime
