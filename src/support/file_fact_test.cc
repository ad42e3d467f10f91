#include "support/file_fact.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <functional>

namespace wherry {
namespace {

class FileFactTest : public testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/wherry-fact-test.XXXXXX";
    ASSERT_NE(mkdtemp(name), nullptr);
    folder_ = name;
    write("one");
  }
  void TearDown() override { fs::remove_all(folder_); }

  fs::path file() const { return folder_ / "file"; }
  fs::path link() const { return folder_ / "link"; }
  void write(std::string_view text) {
    ASSERT_TRUE(write_file_atomic(file(), as_bytes(text)).has_value());
  }
  // As if the file had not changed for long, and `text` had been remembered of it.
  void plant(std::string_view text) {
    struct stat status{};
    ASSERT_EQ(stat(file().c_str(), &status), 0);
    auto time = [](const timespec& at) { return fmt::format("{}{:09}", at.tv_sec, at.tv_nsec); };
    fs::remove(link());
    fs::create_symlink(
        fmt::format("{:x}.{:x}.{}.{}.{} {}", status.st_dev, status.st_ino, status.st_size,
                    time(status.st_mtim), time(status.st_ctim), text),
        link());
  }
  std::optional<std::string> recall() const { return FileFact(file(), link()).recall(); }

  fs::path folder_;
};

TEST_F(FileFactTest, NothingIsKnownAtFirst) { EXPECT_EQ(recall(), std::nullopt); }

TEST_F(FileFactTest, AFileThatJustChangedIsNotRemembered) {
  FileFact(file(), link()).remember("fact");
  EXPECT_EQ(recall(), std::nullopt);
}

TEST_F(FileFactTest, AFileThatHasSettledIsRemembered) {
  FileFact fact("/bin/sh", link());
  fact.remember("fact");
  EXPECT_EQ(fact.recall(), "fact");
  EXPECT_EQ(FileFact("/bin/ls", link()).recall(), std::nullopt);
}

TEST_F(FileFactTest, WhatIsTooLongForALinkIsNotRemembered) {
  FileFact fact("/bin/sh", link());
  fact.remember(std::string(5000, 'x'));
  EXPECT_EQ(fact.recall(), std::nullopt);
  EXPECT_FALSE(fs::is_symlink(link()));
}

TEST_F(FileFactTest, AnUnchangedFileIsRecalled) {
  plant("fact");
  EXPECT_EQ(recall(), "fact");
}

TEST_F(FileFactTest, AChangedFileIsNot) {
  struct Case {
    const char* name;
    std::function<void()> change;
  };
  const Case cases[] = {
      {"replaced", [&] { write("two"); }},
      {"written over, and its time set back",
       [&] {
         struct stat status{};
         ASSERT_EQ(stat(file().c_str(), &status), 0);
         Fd fd(open(file().c_str(), O_WRONLY | O_CLOEXEC));
         ASSERT_TRUE(write_all(fd.get(), as_bytes("two")).has_value());
         const timespec times[2] = {status.st_atim, status.st_mtim};
         ASSERT_EQ(futimens(fd.get(), times), 0);
       }},
      {"longer", [&] { write("twos"); }},
      {"removed", [&] { fs::remove(file()); }},
  };
  for (const Case& item : cases) {
    plant("fact");
    usleep(20'000);  // more than a step of the file's times
    item.change();
    EXPECT_EQ(recall(), std::nullopt) << item.name;
  }
}

}  // namespace
}  // namespace wherry
