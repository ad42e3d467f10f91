#include "policy/policy.h"

#include <gtest/gtest.h>

namespace wherry::policy {
namespace {

std::vector<std::string> refusal_lines(const Effective& effective) {
  std::vector<std::string> lines;
  for (const Refusal& refusal : effective.refusals) lines.push_back(to_string(refusal));
  return lines;
}

TEST(Intersect, GivesWhatWasBothAskedForAndGranted) {
  Request request{{{"/data", kReadOnly}, {"/out", kReadWrite}}, {"TOKEN"}, {1 << 20}};
  Grant grant{{{"./out", "/out", kReadWrite}, {"./d", "/data", kReadOnly}}, {{"TOKEN", "x"}}};
  Effective effective = intersect(request, grant);
  EXPECT_TRUE(effective.refusals.empty());
  ASSERT_EQ(effective.directories.size(), 2u);
  EXPECT_EQ(effective.directories[0].guest, "/data");
  EXPECT_EQ(effective.directories[0].host, "./d");
  EXPECT_EQ(effective.directories[0].access, kReadOnly);
  EXPECT_EQ(effective.directories[1].access, kReadWrite);
  ASSERT_EQ(effective.environment.size(), 1u);
  EXPECT_EQ(effective.environment[0].value, "x");
  EXPECT_EQ(effective.limits.memory_bytes_max, 1u << 20);
}

TEST(Intersect, DeniesByDefault) {
  Effective effective =
      intersect({{{"/data", kReadOnly}, {"/out", kReadWrite}}, {"TOKEN"}, {}}, {});
  EXPECT_TRUE(effective.directories.empty());
  EXPECT_TRUE(effective.environment.empty());
  EXPECT_EQ(
      refusal_lines(effective),
      (std::vector<std::string>{
          "directory /data (read-only): asked for by the image, not granted (grant it with --dir "
          "HOST:/data:ro)",
          "directory /out (read-write): asked for by the image, not granted (grant it with --dir "
          "HOST:/out:rw)",
          "environment variable TOKEN: asked for by the image, not granted (grant it with --env "
          "TOKEN=VALUE)"}));
}

TEST(Intersect, GivesNothingThatWasNotAskedFor) {
  Effective effective = intersect({}, {{{"/etc", "/etc", kReadOnly}}, {{"HOME", "/root"}}});
  EXPECT_TRUE(effective.directories.empty());
  EXPECT_TRUE(effective.environment.empty());
  EXPECT_EQ(
      refusal_lines(effective),
      (std::vector<std::string>{
          "directory /etc: granted, but the image does not ask for it (to change that, add it to "
          "permissions.directories in wherry.toml and build again)",
          "environment variable HOME: granted, but the image does not ask for it (to change that, "
          "add "
          "it to permissions.environment in wherry.toml and build again)"}));
}

TEST(Intersect, MatchesGuestPathsExactly) {
  Effective effective =
      intersect({{{"/data/sub", kReadOnly}}, {}, {}}, {{{"d", "/data", kReadOnly}}, {}});
  EXPECT_TRUE(effective.directories.empty());
  EXPECT_EQ(effective.refusals.size(), 2u);
}

TEST(Intersect, TakesTheNarrowerAccess) {
  struct Case {
    FileRights asked, granted;
    std::vector<std::string> lines;
  };
  const Case cases[] = {
      {kReadOnly, kReadOnly, {}},
      {kReadWrite,
       kReadOnly,
       {"directory /d: asked for read-write, granted read-only, so it is read-only (grant it with "
        "--dir "
        "h:/d:rw)"}},
      {kReadOnly,
       kReadWrite,
       {"directory /d: asked for read-only, granted read-write, so it is read-only (to change "
        "that, ask for "
        "access = \"read-write\" in wherry.toml and build again)"}},
  };
  for (const Case& c : cases) {
    Effective effective = intersect({{{"/d", c.asked}}, {}, {}}, {{{"h", "/d", c.granted}}, {}});
    ASSERT_EQ(effective.directories.size(), 1u);
    EXPECT_EQ(effective.directories[0].access, kReadOnly);
    EXPECT_EQ(refusal_lines(effective), c.lines);
  }
}

TEST(Intersect, SaysWhichLimitIsSmallerThanAskedFor) {
  Effective effective = intersect({{}, {}, {.cpu_time_ms = 2000}},
                                  {{}, {}, {.stack_bytes_max = 1 << 20, .cpu_time_ms = 1000}});
  EXPECT_EQ(effective.limits.cpu_time_ms, 1000u);
  EXPECT_EQ(effective.limits.stack_bytes_max, 1u << 20);
  EXPECT_EQ(refusal_lines(effective),
            (std::vector<std::string>{
                "limit cpu-time: asked for 2s, granted 1s (grant it with --cpu-time 2s)"}));
}

TEST(WithoutRequest, TheGrantAloneDecides) {
  Effective effective = without_request({{{"h", "/d", kReadWrite}}, {{"A", "1"}}});
  EXPECT_EQ(effective.directories.size(), 1u);
  EXPECT_EQ(effective.directories[0].access, kReadWrite);
  EXPECT_EQ(effective.environment.size(), 1u);
  EXPECT_TRUE(effective.refusals.empty());
  EXPECT_EQ(effective.limits.memory_bytes_max, 4ull << 30);
}

TEST(CheckGrant, RejectsWhatIsGrantedTwice) {
  EXPECT_TRUE(check_grant({{{"a", "/a", kReadOnly}, {"a", "/b", kReadOnly}}, {{"A", "1"}}}));
  EXPECT_EQ(check_grant({{{"a", "/a", kReadOnly}, {"b", "/a", kReadOnly}}, {}}).error().message,
            "directory /a is granted twice (leave one --dir out)");
  EXPECT_EQ(check_grant({{}, {{"A", "1"}, {"A", "1"}}}).error().message,
            "environment variable A is granted twice (leave one --env out)");
}

}  // namespace
}  // namespace wherry::policy
