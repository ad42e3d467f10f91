#include "policy/policy_files.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

namespace wherry::policy {
namespace {

class PolicyFiles : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() / fmt::format("wherry-policy-{}", ::getpid());
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }

  fs::path write(const char* name, const char* text) {
    std::ofstream(folder_ / name) << text;
    ::chmod((folder_ / name).c_str(), 0644);
    return folder_ / name;
  }

  fs::path folder_;
};

TEST_F(PolicyFiles, NeedNotBeThere) {
  auto rules = load_policies({.machine = folder_ / "none", .user = folder_ / "no/ne"});
  ASSERT_TRUE(rules) << rules.error().message;
  EXPECT_TRUE(rules->empty());
  auto named = load_policies({.machine = "", .user = folder_ / "none", .user_is_named = true});
  ASSERT_FALSE(named);
  EXPECT_EQ(named.error().code, ErrorCode::Io);
}

TEST_F(PolicyFiles, ThatOthersCanWriteAreRefused) {
  const fs::path path = write("open.toml", "");
  for (mode_t mode : {0666u, 0664u, 0646u}) {
    ::chmod(path.c_str(), mode);
    auto rules = load_policies({.machine = "", .user = path});
    ASSERT_FALSE(rules) << mode;
    EXPECT_EQ(rules.error().code, ErrorCode::Denied);
    EXPECT_EQ(
        rules.error().message,
        fmt::format("policy file: {} can be written by others (chmod go-w it)", path.string()));
  }
  ::chmod(path.c_str(), 0644);
  EXPECT_TRUE(load_policies({.machine = "", .user = path}));
  EXPECT_FALSE(load_policies({.machine = "", .user = folder_}));  // no file at all
}

TEST_F(PolicyFiles, OfAStrangerAreRefused) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give files away";
  const fs::path path = write("strange.toml", "");
  ASSERT_EQ(::chown(path.c_str(), 12345, 12345), 0);
  auto rules = load_policies({.machine = path, .user = ""});
  ASSERT_FALSE(rules);
  EXPECT_EQ(rules.error().message,
            fmt::format("policy file: {} belongs to user 12345, who could grant anything (chown it "
                        "to root)",
                        path.string()));
}

TEST_F(PolicyFiles, AddUpBehindTheFlags) {
  const fs::path user = write("user.toml", R"([[rule]]
image = "app:*"
[rule.grant]
directories = [{ host = "/user", guest = "/d" }]
limits = { memory = "2MiB" }
clock = "precise"
)");
  const fs::path machine = write("machine.toml", R"([[rule]]
[rule.grant]
environment = [{ name = "A", value = "1" }]
limits = { memory = "1MiB", fuel = 5 }
clock = "coarse"
stdio = []
random-seed = 1
[rule.cap]
clock = "coarse"
[[rule]]
image = "other"
[rule.cap]
connect = []
)");
  if (::geteuid() != 0) GTEST_SKIP() << "a machine's file belongs to root";
  auto rules = load_policies({.machine = machine, .user = user});
  ASSERT_TRUE(rules) << rules.error().message;
  Grant flags{.directories = {{"/flag", "/d"}}, .random_seed = {{2, "--random-seed 2"}}};
  AppliedPolicies applied = apply_policies(
      *rules, {.image = "app:1", .digest = "", .module_digest = "", .file = ""}, flags);
  ASSERT_EQ(applied.grant.directories.size(), 2u);
  EXPECT_EQ(applied.grant.directories[0].host, "/flag");  // what stands in front holds
  EXPECT_EQ(applied.grant.environment[0].value, "1");
  EXPECT_EQ(applied.grant.limits.memory_bytes_max, 2u << 20);
  EXPECT_EQ(applied.grant.limits.fuel, 5u);
  EXPECT_EQ(applied.grant.clock->form, Clock::Precise);
  EXPECT_TRUE(stream_words(applied.grant.stdio->form).empty());
  EXPECT_EQ(applied.grant.random_seed->form, 2u);
  ASSERT_EQ(applied.caps.size(), 1u);
  EXPECT_EQ(applied.caps[0].clock, Clock::Coarse);
}

}  // namespace
}  // namespace wherry::policy
