#include "policy/decision.h"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>

namespace wherry::policy {
namespace {

struct Decided : Effective {
  std::vector<std::string> refusals;
};

// The refusals are what is worth telling.
Decided decided(Decision decision) {
  Decided result{std::move(decision.effective), {}};
  for (const Line& line : decision.lines)
    if (line.verdict != Line::Verdict::Given) result.refusals.push_back(to_string(line));
  return result;
}

Decided intersect(const Request& request, const Grant& grant, std::span<const Cap> caps = {}) {
  return decided(decide(request, grant, caps));
}
Decided without_request(const Grant& grant, std::span<const Cap> caps = {}) {
  return decided(decide(std::nullopt, grant, caps));
}

TEST(Intersect, GivesWhatWasBothAskedForAndGranted) {
  Request request{{{"/data", kReadOnly}, {"/out", kReadWrite}}, {"TOKEN"}, {1 << 20}};
  Grant grant{{{"./out", "/out", kReadWrite}, {"./d", "/data", kReadOnly}}, {{"TOKEN", "x"}}};
  Decided effective = intersect(request, grant);
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
  Decided effective = intersect({{{"/data", kReadOnly}, {"/out", kReadWrite}}, {"TOKEN"}, {}}, {});
  EXPECT_TRUE(effective.directories.empty());
  EXPECT_TRUE(effective.environment.empty());
  EXPECT_EQ(
      effective.refusals,
      (std::vector<std::string>{
          "directory /data (read-only): asked for by the image, not granted (grant it with --dir "
          "HOST:/data:ro)",
          "directory /out (read-write): asked for by the image, not granted (grant it with --dir "
          "HOST:/out:rw)",
          "environment variable TOKEN: asked for by the image, not granted (grant it with --env "
          "TOKEN=VALUE)"}));
}

TEST(Intersect, GivesNothingThatWasNotAskedFor) {
  Decided effective = intersect({}, {{{"/etc", "/etc", kReadOnly}}, {{"HOME", "/root"}}});
  EXPECT_TRUE(effective.directories.empty());
  EXPECT_TRUE(effective.environment.empty());
  EXPECT_EQ(
      effective.refusals,
      (std::vector<std::string>{
          "directory /etc: granted, but the image does not ask for it (give it anyway with "
          "--grant-unrequested, or add it to permissions.directories in wherry.toml and build "
          "again)",
          "environment variable HOME: granted, but the image does not ask for it (give it anyway "
          "with --grant-unrequested, or add it to permissions.environment in wherry.toml and build "
          "again)"}));
}

TEST(Intersect, MatchesGuestPathsExactly) {
  Decided effective =
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
    Decided effective = intersect({{{"/d", c.asked}}, {}, {}}, {{{"h", "/d", c.granted}}, {}});
    ASSERT_EQ(effective.directories.size(), 1u);
    EXPECT_EQ(effective.directories[0].access, kReadOnly);
    EXPECT_EQ(effective.refusals, c.lines);
  }
}

TEST(Intersect, SaysWhichLimitIsSmallerThanAskedFor) {
  Decided effective = intersect({{}, {}, {.cpu_time_ms = 2000}},
                                {{}, {}, {.stack_bytes_max = 1 << 20, .cpu_time_ms = 1000}});
  EXPECT_EQ(effective.limits.cpu_time_ms, 1000u);
  EXPECT_EQ(effective.limits.stack_bytes_max, 1u << 20);
  EXPECT_EQ(effective.refusals,
            (std::vector<std::string>{
                "limit cpu-time: asked for 2s, granted 1s (grant it with --cpu-time 2s)"}));
}

TEST(WithoutRequest, TheGrantAloneDecides) {
  Decided effective = without_request({{{"h", "/d", kReadWrite}}, {{"A", "1"}}});
  EXPECT_EQ(effective.directories.size(), 1u);
  EXPECT_EQ(effective.directories[0].access, kReadWrite);
  EXPECT_EQ(effective.environment.size(), 1u);
  EXPECT_TRUE(effective.refusals.empty());
  EXPECT_EQ(effective.limits.memory_bytes_max, 4ull << 30);
}

TEST(Decide, GivesWhatWasNotAskedForOnlyWhenTold) {
  Grant grant{.directories = {{"h", "/d"}}, .environment = {{"A", "1"}}};
  grant.connect = {{parse_connect_rule("tcp://a:443").value()}};
  EXPECT_EQ(intersect({}, grant).refusals.size(), 3u);
  grant.grant_unrequested = true;
  Decided effective = intersect({}, grant);
  EXPECT_TRUE(effective.refusals.empty());
  EXPECT_EQ(effective.directories.size(), 1u);
  EXPECT_EQ(effective.environment.size(), 1u);
  EXPECT_EQ(effective.network.connect.size(), 1u);
}

TEST(Decide, AllowsWhatIsRequestedOfNetworkAndVariables) {
  ::setenv("WHERRY_TEST_VARIABLE", "here", 1);
  ::unsetenv("WHERRY_TEST_UNSET");
  Request request{.directories = {{"/data"}},
                  .environment = {"WHERRY_TEST_VARIABLE", "WHERRY_TEST_UNSET"},
                  .limits = {}};
  request.network.connect = {parse_connect_rule("tcp://a:443").value()};
  request.network.listen = {parse_listen_rule("tcp://*:80").value()};
  Decided effective = intersect(request, {.allow_requested = true});
  EXPECT_EQ(effective.network, request.network);
  ASSERT_EQ(effective.environment.size(), 1u);
  EXPECT_EQ(effective.environment[0].value, "here");
  EXPECT_TRUE(effective.directories.empty());
  EXPECT_EQ(effective.refusals.size(), 2u);  // the folder, and the variable that is not set
}

TEST(Decide, GivesTheNetworkThatBothAllow) {
  Request request{};
  request.network.connect = {parse_connect_rule("tcp://*.example.com:443").value(),
                             parse_connect_rule("udp://10.0.0.1:53").value()};
  Grant grant;
  grant.connect = {{parse_connect_rule("tcp://a.example.com:*").value()}};
  Decided effective = intersect(request, grant);
  ASSERT_EQ(effective.network.connect.size(), 1u);
  EXPECT_EQ(to_string(effective.network.connect[0]), "tcp://a.example.com:443");
  EXPECT_EQ(effective.refusals,
            (std::vector<std::string>{
                "connect: not all of it is granted (grant it with --connect "
                "tcp://*.example.com:443)",
                "connect udp://10.0.0.1:53: asked for by the image, not granted (grant it with "
                "--connect udp://10.0.0.1:53)"}));
}

TEST(Decide, TakesTheLesserFormOfWhatEveryProgramHas) {
  Request request{};
  request.stdio = {.input = false};
  request.random_seed = 1;
  request.arguments = false;
  Grant grant{.stdio = {{{.error = false}}}, .clock = {{Clock::Coarse}}};
  Decided effective = intersect(request, grant);
  EXPECT_EQ(stream_words(effective.stdio), (std::vector<std::string_view>{"stdout"}));
  EXPECT_EQ(effective.clock, Clock::Coarse);
  EXPECT_EQ(effective.random_seed, 1u);
  EXPECT_FALSE(effective.arguments);
  grant.random_seed = {{2}};
  EXPECT_EQ(intersect(request, grant).random_seed, 2u);
}

TEST(Decide, SaysWhoLeavesALesserForm) {
  Request request{};
  request.stdio = {.input = false};
  const Grant grant{.clock = {{Clock::Coarse, "--clock coarse"}}};
  const Cap cap{.stdio = {{.input = true, .output = true, .error = false}},
                .random_seed = 5,
                .origin = "p.toml:2"};
  auto line = [&](const Decision& decision, std::string_view resource) {
    auto found = std::ranges::find(decision.lines, resource, &Line::resource);
    return found == decision.lines.end()
               ? std::string("none")
               : fmt::format("{}; {}; {}; {}", found->granted, found->effective, found->reason,
                             found->way_out);
  };
  Decision decision = decide(request, grant);
  EXPECT_EQ(line(decision, "stdio"),
            "stdin, stdout, stderr; stdout, stderr; the image asks for no more; to change that, "
            "take permissions.stdio out of wherry.toml and build again");
  EXPECT_EQ(line(decision, "clock"),
            "coarse, by --clock coarse; coarse; granted in a lesser form; give it whole with "
            "--clock precise");
  decision = decide(request, grant, {&cap, 1});
  EXPECT_EQ(line(decision, "stdio"),
            "stdin, stdout, stderr; stdout; p.toml:2 allows stdout; only who may write p.toml:2 "
            "can change that");
  EXPECT_EQ(line(decision, "random numbers"),
            "real; seeded with 5; p.toml:2 allows seeded with 5; only who may write p.toml:2 can "
            "change that");
  for (const Line& told : decision.lines) EXPECT_FALSE(is_for_operator(told)) << told.resource;
}

TEST(Decide, TakesTheSmallerQuota) {
  Grant grant{.directories = {{"h", "/d", kReadWrite, 2 << 20}}};
  Request request{.directories = {{"/d", kReadWrite, 1 << 20}}, .environment = {}, .limits = {}};
  EXPECT_EQ(intersect(request, grant).directories[0].quota_bytes, 1u << 20);
  request.directories[0].quota_bytes = {};
  EXPECT_EQ(intersect(request, grant).directories[0].quota_bytes, 2u << 20);
}

TEST(Cap, HoldsWhateverIsGranted) {
  Cap cap{.origin = "policy.toml:3"};
  cap.directories = {{{.host = "/srv", .access = kReadOnly, .quota_bytes = {}}}};
  cap.environment = {{"TZ"}};
  cap.connect = {{parse_connect_rule("tcp://10.0.0.0/8:*").value()}};
  cap.clock = Clock::Coarse;
  cap.limits.memory_bytes_max = 1 << 20;
  Grant grant{.directories = {{"/srv/a", "/a"}, {"/srvb", "/b"}, {"/srv/../etc", "/c"}},
              .environment = {{"TZ", "UTC"}, {"HOME", "/"}},
              .grant_unrequested = true};
  grant.connect = {{parse_connect_rule("tcp://10.0.0.1:80").value()},
                   {parse_connect_rule("tcp://*:443").value()},
                   {parse_connect_rule("tcp://11.0.0.1:80").value()}};
  Decided effective = without_request(grant, std::span(&cap, 1));
  ASSERT_EQ(effective.directories.size(), 1u);
  EXPECT_EQ(effective.directories[0].access, kReadOnly);
  ASSERT_EQ(effective.environment.size(), 1u);
  EXPECT_EQ(effective.environment[0].name, "TZ");
  ASSERT_EQ(effective.network.connect.size(), 2u);
  EXPECT_EQ(to_string(effective.network.connect[1]), "tcp://10.0.0.0/8:443");
  EXPECT_EQ(effective.clock, Clock::Coarse);
  EXPECT_EQ(effective.limits.memory_bytes_max, 1u << 20);
  EXPECT_EQ(effective.refusals[0],
            "directory /a: policy.toml:3 allows read-only (only who may write policy.toml:3 can "
            "change that)");
}

const Line& limit_line(const Decision& decision, std::string_view resource) {
  return *std::ranges::find(decision.lines, resource, &Line::resource);
}

TEST(Decide, NamesWhereALimitIsFrom) {
  Grant grant;
  grant.limits = {.stack_bytes_max = 1 << 20, .cpu_time_ms = 3000};
  grant.limit_origins = {{"stack", "--stack-max 1MiB"}, {"cpu-time", "/p.toml:7"}};
  Cap caps[2] = {{.origin = "/m.toml:1"}, {.origin = "/m.toml:9"}};
  caps[0].limits = {.cpu_time_ms = 2000, .fuel = 5};
  caps[1].limits = {.cpu_time_ms = 1000};
  Request request;
  request.limits.memory_bytes_max = 1 << 20;
  const Decision decision = decide(request, grant, caps);
  struct Case {
    std::string_view resource, granted, effective, reason;
    Line::Verdict verdict;
  };
  using Verdict = Line::Verdict;
  for (const Case& c :
       {Case{"limit memory", "4GiB, by default", "1MiB", "the image asks for no more",
             Verdict::Given},
        Case{"limit stack", "1MiB, by --stack-max 1MiB", "1MiB", "as it is granted",
             Verdict::Given},
        Case{"limit cpu-time", "3s, by /p.toml:7", "1s", "/m.toml:9 allows 1s", Verdict::Capped},
        Case{"limit fuel", "", "5", "/m.toml:1 allows 5", Verdict::Given},
        Case{"limit threads", "64, by default", "64", "every program has it", Verdict::Given}}) {
    const Line& line = limit_line(decision, c.resource);
    EXPECT_EQ(line.granted, c.granted) << c.resource;
    EXPECT_EQ(line.effective, c.effective) << c.resource;
    EXPECT_EQ(line.reason, c.reason) << c.resource;
    EXPECT_EQ(line.verdict, c.verdict) << c.resource;
  }
}

TEST(Decide, SaysHowArgumentsAreGiven) {
  Request request;
  request.arguments = false;
  EXPECT_EQ(limit_line(decide(request, {}), kArgumentsResource).way_out,
            "give them with --grant-unrequested, or set permissions.arguments = true in "
            "wherry.toml and build again");
  Cap cap{.origin = "/m.toml:1"};
  cap.arguments = false;
  const Decision capped = decide({}, {}, std::span(&cap, 1));
  const Line& line = limit_line(capped, kArgumentsResource);
  EXPECT_EQ(line.way_out, "only who may write /m.toml:1 can change that");
  EXPECT_FALSE(is_for_operator(line));  // at every start, with or without arguments
  EXPECT_FALSE(capped.effective.arguments);
}

TEST(Cap, SeesThroughLinks) {
  const fs::path folder = fs::temp_directory_path() / fmt::format("wherry-cap-{}", ::getpid());
  fs::create_directories(folder / "in");
  fs::create_symlink("/etc", folder / "in/link");
  Cap cap{.origin = "p:1"};
  cap.directories = {{{.host = folder / "in", .access = kReadWrite, .quota_bytes = {}}}};
  Grant grant{.directories = {{folder / "in/link", "/a"}, {folder / "in", "/b"}}};
  Decided effective = without_request(grant, std::span(&cap, 1));
  fs::remove_all(folder);
  ASSERT_EQ(effective.directories.size(), 1u);
  EXPECT_EQ(effective.directories[0].guest, "/b");
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
