#include <gtest/gtest.h>

#include <cstdlib>

#include "policy/grant_flags.h"
#include "policy/names.h"
#include "policy/policy.h"

namespace wherry::policy {
namespace {

TEST(DirectoryGrant, ReadsHostGuestAndAccess) {
  struct Case {
    const char* text;
    const char* host;
    const char* guest;
    FileRights access;
  };
  const Case cases[] = {
      {"data:/data", "data", "/data", kReadWrite},
      {"data:/data:rw", "data", "/data", kReadWrite},
      {"/srv/data:/data:ro", "/srv/data", "/data", kReadOnly},
      {"../data:/a/b", "../data", "/a/b", kReadWrite},
      {".:/", ".", "/", kReadWrite},
      {"a:b:/c", "a:b", "/c", kReadWrite},  // a host path with a colon
      {"data", "data", "/data", kReadWrite},
      {"data:ro", "data", "/data", kReadOnly},
      {"data/sub/", "data/sub/", "/data/sub", kReadWrite},
      {"./data", "./data", "/data", kReadWrite},
      {".", ".", "/", kReadWrite},
      {"/srv/data", "/srv/data", "/srv/data", kReadWrite},
  };
  for (const Case& c : cases) {
    auto grant = parse_directory_grant(c.text);
    ASSERT_TRUE(grant) << c.text << ": " << grant.error().message;
    EXPECT_EQ(grant->host, c.host) << c.text;
    EXPECT_EQ(grant->guest, c.guest) << c.text;
    EXPECT_EQ(grant->access, c.access) << c.text;
  }
}

TEST(DirectoryGrant, RejectsWithTheForm) {
  const std::pair<std::string, const char*> cases[] = {
      {"",
       "--dir '': no host folder (write HOST:GUEST[:ro|:rw][,quota=SIZE], or HOST alone for "
       "/HOST)"},
      {":/data",
       "--dir ':/data': no host folder (write HOST:GUEST[:ro|:rw][,quota=SIZE], or HOST alone for "
       "/HOST)"},
      {std::string("a\0b:/data", 9),
       "--dir 'a\\x00b:/data': no host folder (write HOST:GUEST[:ro|:rw][,quota=SIZE], or HOST "
       "alone for "
       "/HOST)"},
      {"data:",
       "--dir 'data:': guest path '' is empty; the form is HOST:GUEST[:ro|:rw][,quota=SIZE], or "
       "HOST alone for "
       "/HOST"},
      {"data:data",
       "--dir 'data:data': guest path 'data' is not absolute (begin it with '/'); the form is "
       "HOST:GUEST[:ro|:rw][,quota=SIZE], or HOST alone for /HOST"},
      {"data:/a/../b",
       "--dir 'data:/a/../b': guest path '/a/../b' has a '..' (write the path without); the "
       "form is HOST:GUEST[:ro|:rw][,quota=SIZE], or HOST alone for /HOST"},
      {"data:/data:rx",
       "--dir 'data:/data:rx': guest path 'rx' is not absolute (begin it with '/'); the "
       "form is HOST:GUEST[:ro|:rw][,quota=SIZE], or HOST alone for /HOST"},
      {"data:/d\nx",
       "--dir 'data:/d\\nx': guest path '/d\\nx' has a control character; the form is "
       "HOST:GUEST[:ro|:rw][,quota=SIZE], or HOST alone for /HOST"},
      {"../data", "--dir '../data': a path with '..' has no guest path (write ../data:/GUEST)"},
  };
  for (const auto& [text, message] : cases) {
    auto grant = parse_directory_grant(text);
    ASSERT_FALSE(grant) << text;
    EXPECT_EQ(grant.error().message, message);
    EXPECT_EQ(grant.error().code, ErrorCode::Invalid) << text;
  }
}

TEST(DirectoryGrant, ReadsRightsAndQuota) {
  auto grant = parse_directory_grant("data:/data:read+create,quota=64MiB");
  ASSERT_TRUE(grant) << grant.error().message;
  EXPECT_EQ(grant->access, FileRight::Read | FileRight::Create);
  EXPECT_EQ(grant->quota_bytes, 64u << 20);
  EXPECT_EQ(parse_directory_grant("data,quota=1B")->guest, "/data");
  EXPECT_EQ(parse_directory_grant("d:/d,quota=64MB").error().message,
            "--dir 'd:/d,quota=64MB': '64MB' has no binary unit (write \"64MiB\")");
  EXPECT_EQ(parse_directory_grant("d:/d,quota=0B").error().message,
            "--dir 'd:/d,quota=0B': a quota of 0B is out of range (1B to 1073741824GiB)");
}

TEST(GrantFlags, NameTheFlagThatIsWrong) {
  struct Case {
    GrantFlags flags;
    const char* message;
  };
  std::vector<Case> cases(6);
  cases[0].flags.connect = {"a:1"};
  cases[0].message =
      "--connect: 'a:1' has no protocol (write tcp://HOST:PORT or udp://HOST:PORT; "
      "HOST is a name, *.name, an address, a range or *)";
  cases[1].flags.listen = {"tcp://a:1"};
  cases[1].message = "--listen: 'a' is no address to listen at (write 127.0.0.1, or * for all)";
  cases[2].flags.stdio = "stdin,tty";
  cases[2].message = "--stdio: 'tty' is no standard stream (known: stdin, stdout, stderr)";
  cases[3].flags.clock = "slow";
  cases[3].message = "--clock: 'slow' is no clock (known: precise, coarse)";
  cases[4].flags.random_seed = "-1";
  cases[4].message = "--random-seed: '-1' is no whole number";
  cases[5].flags.directories = {"a", "a"};
  cases[5].message = "directory /a is granted twice (leave one --dir out)";
  for (const Case& c : cases) EXPECT_EQ(parse_grant(c.flags).error().message, c.message);
}

TEST(GrantFlags, GrantWhatTheySay) {
  GrantFlags flags;
  flags.stdio = "none";
  flags.clock = "coarse";
  flags.random_seed = "18446744073709551615";
  flags.listen = {"tcp://127.0.0.1:80"};
  auto grant = parse_grant(flags);
  ASSERT_TRUE(grant) << grant.error().message;
  EXPECT_TRUE(stream_words(grant->stdio->form).empty());
  EXPECT_EQ(grant->stdio->origin, "--stdio none");
  EXPECT_EQ(grant->clock->form, Clock::Coarse);
  EXPECT_EQ(grant->random_seed->form, UINT64_MAX);
  EXPECT_EQ(grant->listen[0].origin, "--listen tcp://127.0.0.1:80");
  EXPECT_FALSE(parse_grant({})->stdio);
}

TEST(EnvironmentGrant, ReadsNameAndValue) {
  auto grant = parse_environment_grant("KEY=a=b c");
  ASSERT_TRUE(grant);
  EXPECT_EQ(grant->name, "KEY");
  EXPECT_EQ(grant->value, "a=b c");
  EXPECT_EQ(parse_environment_grant("_x1=")->value, "");
}

TEST(EnvironmentGrant, TakesOurOwnValueForABareName) {
  ::setenv("WHERRY_TEST_VARIABLE", "here", 1);
  ::unsetenv("WHERRY_TEST_UNSET");
  auto grant = parse_environment_grant("WHERRY_TEST_VARIABLE");
  ASSERT_TRUE(grant);
  EXPECT_EQ(grant->value, "here");
  auto missing = parse_environment_grant("WHERRY_TEST_UNSET");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ErrorCode::NotFound);
  EXPECT_EQ(missing.error().message,
            "--env WHERRY_TEST_UNSET: it is not set here (write WHERRY_TEST_UNSET=VALUE)");
}

TEST(EnvironmentGrant, RejectsBadNamesWithoutShowingTheValue) {
  auto grant = parse_environment_grant("1KEY=secret");
  ASSERT_FALSE(grant);
  EXPECT_EQ(
      grant.error().message,
      "--env '1KEY': it is no name of an environment variable (letters, digits and '_', no digit "
      "first); the form is NAME=VALUE or NAME");
  for (const char* text : {"", "=x", "A-B=1", "A B", "ä=1"})
    EXPECT_FALSE(parse_environment_grant(text)) << text;
  EXPECT_FALSE(parse_environment_grant(std::string_view("A=x\0y", 5)));
}

TEST(Names, CheckGuestPaths) {
  for (const char* good : {"/", "/data", "/a/b.c/...", "/ä", "/a b"})
    EXPECT_TRUE(check_guest_path(good)) << good;
  for (const char* bad :
       {"", "data", "//", "/a//b", "/a/", "/.", "/..", "/a/../b", "/a/.", "/a:b", "/a\x7f"})
    EXPECT_FALSE(check_guest_path(bad)) << bad;
  EXPECT_FALSE(check_guest_path(std::string_view("/a\0b", 4)));
  EXPECT_FALSE(check_guest_path("/" + std::string(1024, 'a')));
}

TEST(Names, CheckRelativePaths) {
  for (const char* good : {"main.c", "src/a.c", "..a"})
    EXPECT_TRUE(check_relative_path(good)) << good;
  for (const char* bad : {"", "/a", ".", "..", "../a", "a/../../b", "a//b", "a/"})
    EXPECT_FALSE(check_relative_path(bad)) << bad;
}

TEST(Names, CheckApplicationNames) {
  for (const char* good : {"a", "primorial", "hello-wat", "a.b_c-1", "1"})
    EXPECT_TRUE(check_application_name(good)) << good;
  for (const char* bad : {"", "A", "a-", "-a", "a--b", "a b", "a/b", "ä", "a:1"})
    EXPECT_FALSE(check_application_name(bad)) << bad;
  EXPECT_FALSE(check_application_name(std::string(129, 'a')));
}

}  // namespace
}  // namespace wherry::policy
