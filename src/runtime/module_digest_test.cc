#include "runtime/module_digest.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

namespace wherry::runtime {
namespace {

class ModuleDigestTest : public testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/wherry-digest-test.XXXXXX";
    ASSERT_NE(mkdtemp(name), nullptr);
    folder_ = name;
    write("one");
  }
  void TearDown() override { fs::remove_all(folder_); }

  fs::path file() const { return folder_ / "app.wasm"; }
  void write(std::string_view text) {
    ASSERT_TRUE(write_file_atomic(file(), as_bytes(text)).has_value());
  }
  Digest digest() {
    auto result = digest_module_file(file(), folder_, {.size_bytes_max = 100});
    EXPECT_TRUE(result.has_value());
    return result.value_or(Digest{});
  }
  // As if the file had not changed for long, and `digest` had been found for it.
  void remember(const Digest& digest) {
    struct stat status{};
    ASSERT_EQ(stat(file().c_str(), &status), 0);
    auto time = [](const timespec& at) { return fmt::format("{}{:09}", at.tv_sec, at.tv_nsec); };
    fs::path link = folder_ / fmt::format("digest.{:x}.{:x}", status.st_dev, status.st_ino);
    fs::remove(link);
    fs::create_symlink(
        fmt::format("{:x}.{:x}.{}.{}.{} {}", status.st_dev, status.st_ino, status.st_size,
                    time(status.st_mtim), time(status.st_ctim), digest.hex()),
        link);
  }
  bool remembers() const {
    for (const auto& entry : fs::directory_iterator(folder_))
      if (entry.is_symlink()) return true;
    return false;
  }

  fs::path folder_;
};

TEST_F(ModuleDigestTest, IsTheFiles) { EXPECT_EQ(digest(), sha256(as_bytes("one"))); }

TEST_F(ModuleDigestTest, AChangedFileIsReadAgain) {
  remember(sha256(as_bytes("remembered")));
  write("two");
  EXPECT_EQ(digest(), sha256(as_bytes("two")));
}

TEST_F(ModuleDigestTest, AnUnchangedFileIsNotReadAgain) {
  remember(sha256(as_bytes("remembered")));
  EXPECT_EQ(digest(), sha256(as_bytes("remembered")));
}

TEST_F(ModuleDigestTest, DamagedMemoryIsPassedOver) {
  remember({});
  for (const auto& entry : fs::directory_iterator(folder_)) {
    if (!entry.is_symlink()) continue;
    fs::path link = entry.path();
    std::string text = fs::read_symlink(link).string();
    text.pop_back();
    fs::remove(link);
    fs::create_symlink(text, link);
  }
  EXPECT_EQ(digest(), sha256(as_bytes("one")));
}

TEST_F(ModuleDigestTest, AFileThatHasSettledIsRemembered) {
  auto digest = digest_module_file("/bin/sh", folder_, {.size_bytes_max = 1 << 24});
  ASSERT_TRUE(digest.has_value());
  EXPECT_TRUE(remembers());
  EXPECT_EQ(*digest_module_file("/bin/sh", folder_, {.size_bytes_max = 1 << 24}), *digest);
}

TEST_F(ModuleDigestTest, WhatIsMissingOrTooLargeIsAnError) {
  EXPECT_FALSE(digest_module_file(folder_ / "none", folder_, {.size_bytes_max = 9}).has_value());
  EXPECT_FALSE(digest_module_file(file(), folder_, {.size_bytes_max = 1}).has_value());
}

}  // namespace
}  // namespace wherry::runtime
