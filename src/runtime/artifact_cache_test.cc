#include "runtime/artifact_cache.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstring>

#include "abi/engine_id.h"

namespace wherry::runtime {
namespace {

using testing::HasSubstr;

// The artifact of an empty module: a header, and every section empty behind the first page.
Bytes empty_artifact(const Digest& module) {
  Bytes file(abi::kArtifactPageBytes);
  abi::Header header{};
  std::memcpy(header.magic, abi::kArtifactMagic, sizeof header.magic);
  header.version = abi::kArtifactVersion;
  header.header_size = sizeof header;
  header.file_size = file.size();
  std::memcpy(header.module_sha256, module.bytes.data(), sizeof header.module_sha256);
  std::memcpy(header.engine_id, abi::engine_id().bytes.data(), sizeof header.engine_id);
  header.start_function = abi::kNone;
  for (abi::Section* section = &header.types; section <= &header.landing_pads; ++section)
    section->offset = file.size();
  std::memcpy(file.data(), &header, sizeof header);
  abi::sign_artifact(file);
  return file;
}

class ArtifactCacheTest : public testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/wherry-cache-test.XXXXXX";
    ASSERT_NE(mkdtemp(name), nullptr);
    folder_ = name;
  }
  void TearDown() override { fs::remove_all(folder_); }

  ArtifactCache open() {
    auto cache = ArtifactCache::open(folder_ / "cache");
    EXPECT_TRUE(cache.has_value()) << cache.error().message;
    return *std::move(cache);
  }
  void put(const ArtifactCache& cache, ByteSpan bytes) {
    ASSERT_TRUE(write_file_atomic(cache.path_of(module_), bytes).has_value());
  }

  fs::path folder_;
  Digest module_ = sha256(as_bytes("a module"));
};

TEST_F(ArtifactCacheTest, MakesPrivateFolders) {
  ArtifactCache cache = open();
  fs::path path = cache.path_of(module_);
  EXPECT_EQ(path.filename(), module_.hex());
  for (fs::path folder = path.parent_path(); folder != folder_; folder = folder.parent_path()) {
    struct stat status;
    ASSERT_EQ(stat(folder.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 07777, 0700u) << folder;
  }
}

TEST_F(ArtifactCacheTest, FindsWhatIsThere) {
  ArtifactCache cache = open();
  auto missing = cache.find(module_);
  ASSERT_FALSE(missing.has_value());
  EXPECT_EQ(missing.error().code, ErrorCode::NotFound);
  put(cache, empty_artifact(module_));
  auto found = cache.find(module_);
  ASSERT_TRUE(found.has_value()) << found.error().message;
  EXPECT_TRUE((*found)->view().functions.empty());
  auto loaded = cache.load_or_compile(module_, "/nowhere.wasm");
  ASSERT_TRUE(loaded.has_value()) << loaded.error().message;
  EXPECT_FALSE(loaded->compiled);
}

TEST_F(ArtifactCacheTest, KeepsModesApart) {
  ArtifactCache cache = open();
  put(cache, empty_artifact(module_));
  for (uint32_t bits = 1; bits < 4; ++bits) {
    const abi::CodeMode mode = abi::CodeMode::of_bits(bits);
    EXPECT_FALSE(cache.find(module_, mode).has_value());
    fs::copy_file(cache.path_of(module_), cache.path_of(module_, mode));
    auto misplaced = cache.find(module_, mode);
    ASSERT_FALSE(misplaced.has_value());
    EXPECT_THAT(misplaced.error().message, HasSubstr("is of another mode"));
  }
}

TEST_F(ArtifactCacheTest, RefusesAFolderThatOthersMayWriteTo) {
  for (const char* folder : {"cache", "cache/artifacts"}) {
    open();
    ASSERT_EQ(chmod((folder_ / folder).c_str(), 0770), 0);
    auto cache = ArtifactCache::open(folder_ / "cache");
    ASSERT_FALSE(cache.has_value()) << folder;
    EXPECT_EQ(cache.error().code, ErrorCode::Denied);
    EXPECT_THAT(cache.error().message, HasSubstr("others may write to it (mode 770)"));
    ASSERT_EQ(chmod((folder_ / folder).c_str(), 0700), 0);
  }
}

TEST_F(ArtifactCacheTest, RefusesWhatBelongsToAnotherUser) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can give files away";
  ArtifactCache cache = open();
  put(cache, empty_artifact(module_));
  ASSERT_EQ(chown(cache.path_of(module_).c_str(), 65534, 65534), 0);
  auto found = cache.find(module_);
  ASSERT_FALSE(found.has_value());
  EXPECT_THAT(found.error().message, HasSubstr("belongs to user 65534"));
  ASSERT_EQ(chown((folder_ / "cache").c_str(), 65534, 65534), 0);
  auto reopened = ArtifactCache::open(folder_ / "cache");
  ASSERT_FALSE(reopened.has_value());
  EXPECT_EQ(reopened.error().code, ErrorCode::Denied);
}

TEST_F(ArtifactCacheTest, DoesNotTakeAFileThatOthersMayWriteTo) {
  ArtifactCache cache = open();
  put(cache, empty_artifact(module_));
  ASSERT_EQ(chmod(cache.path_of(module_).c_str(), 0666), 0);
  auto found = cache.find(module_);
  ASSERT_FALSE(found.has_value());
  EXPECT_EQ(found.error().code, ErrorCode::NotFound);
  EXPECT_THAT(found.error().message, HasSubstr("others may write to it"));
}

TEST_F(ArtifactCacheTest, DoesNotFollowALink) {
  ArtifactCache cache = open();
  put(cache, empty_artifact(module_));
  fs::rename(cache.path_of(module_), folder_ / "elsewhere");
  fs::create_symlink(folder_ / "elsewhere", cache.path_of(module_));
  EXPECT_FALSE(cache.find(module_).has_value());
}

TEST_F(ArtifactCacheTest, DoesNotTakeWhatIsDamagedOrForeign) {
  ArtifactCache cache = open();
  Bytes good = empty_artifact(module_);
  Bytes truncated(good.begin(), good.begin() + 1000), short_one(good.begin(), good.begin() + 3),
      flipped = good;
  flipped.back() = std::byte{1};
  Bytes other_module = empty_artifact(sha256(as_bytes("another module"))), other_engine = good;
  other_engine[offsetof(abi::Header, engine_id)] ^= std::byte{1};
  abi::sign_artifact(other_engine);
  Bytes older = good;
  older[offsetof(abi::Header, version)] = std::byte{0};
  struct Case {
    const char* name;
    ByteSpan bytes;
    const char* reason;
  };
  const Case cases[] = {{"truncated", truncated, "truncated"},
                        {"short", short_one, "too short"},
                        {"empty", {}, "too short"},
                        {"flipped", flipped, "damaged"},
                        {"other module", other_module, "another module"},
                        {"other engine", other_engine, "another engine"},
                        {"older", older, "version 0"}};
  for (const Case& item : cases) {
    put(cache, item.bytes);
    auto found = cache.find(module_);
    ASSERT_FALSE(found.has_value()) << item.name;
    EXPECT_EQ(found.error().code, ErrorCode::NotFound) << item.name;
    EXPECT_THAT(found.error().message, HasSubstr(item.reason)) << item.name;
  }
}

}  // namespace
}  // namespace wherry::runtime
