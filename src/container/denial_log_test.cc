#include "container/denial_log.h"

#include <gtest/gtest.h>

namespace wherry::container {
namespace {

struct Told {
  std::vector<std::string> resources;
  DenialLog log;
  explicit Told(const DenialLog::Options& options)
      : log([this](const wasi::Denial& denial) { resources.push_back(denial.resource); }, options) {
  }
};

TEST(DenialLog, TellsOnceForEachWayOut) {
  Told told({});
  for (const char* resource : {"write /a/1", "write /a/2"}) told.log.add({resource, "--dir a:rw"});
  told.log.add({"write /b/1", "--dir b:rw"});
  EXPECT_EQ(told.resources, (std::vector<std::string>{"write /a/1", "write /b/1"}));
  EXPECT_EQ(told.log.finish(true), 0u);
}

TEST(DenialLog, KeepsLooksBackUntilTheProgramFails) {
  Told told({});
  told.log.add({"open /a/1", "--dir a:ro", true});
  EXPECT_TRUE(told.resources.empty());
  EXPECT_EQ(told.log.finish(true), 0u);
  EXPECT_EQ(told.resources, std::vector<std::string>{"open /a/1"});
  Told good({});
  good.log.add({"open /a/1", "--dir a:ro", true});
  EXPECT_EQ(good.log.finish(false), 0u);
  EXPECT_TRUE(good.resources.empty());
}

TEST(DenialLog, CountsWhatIsTooMuch) {
  Told told({.told_max = 2});
  for (int i = 0; i < 10'000; ++i) told.log.add({"write", fmt::format("--dir {}", i)});
  for (int i = 0; i < 3; ++i) told.log.add({"open", fmt::format("--dir x{}", i), true});
  EXPECT_EQ(told.resources.size(), 2u);
  EXPECT_EQ(told.log.finish(true), 254u);  // of 256 that are remembered
}

TEST(DenialLog, TellsEverythingWhenVerbose) {
  Told told({.is_verbose = true});
  for (int i = 0; i < 20; ++i) told.log.add({"open", "--dir", i % 2 == 0});
  EXPECT_EQ(told.resources.size(), 20u);
}

}  // namespace
}  // namespace wherry::container
