#include "policy/policy_file.h"

#include <gtest/gtest.h>

namespace wherry::policy {
namespace {

TEST(PolicyFile, GrantsAndCaps) {
  auto file = parse_policy_file(R"(
[[rule]]
image = "registry.example.com/team/*"
[rule.grant]
directories = [{ host = "/srv/data", guest = "/data", access = "read-write", quota = "1GiB" }]
environment = ["TZ", { name = "MODE", value = "fast" }]
connect = ["tcp://*.example.com:443"]
limits = { memory = "64MiB" }
stdio = ["stdout"]
clock = "coarse"
random-seed = 3

[[rule]]
[rule.cap]
directories = [{ host = "/srv", access = "read-only" }]
connect = []
clock = "coarse"
random-seed = 4
[rule.cap.limits]
timeout = "30s"
)",
                                "policy.toml");
  ASSERT_TRUE(file) << file.error().message;
  ASSERT_EQ(file->rules.size(), 2u);
  const PolicyRule& rule = file->rules[0];
  EXPECT_EQ(rule.origin, "policy.toml:2");
  EXPECT_EQ(rule.grant.directories[0].host, "/srv/data");
  EXPECT_EQ(rule.grant.directories[0].quota_bytes, 1u << 30);
  EXPECT_EQ(rule.grant.directories[0].origin, "policy.toml:5");
  EXPECT_EQ(rule.inherited, std::vector<std::string>{"TZ"});
  EXPECT_EQ(rule.grant.environment[0].value, "fast");
  EXPECT_EQ(rule.grant.connect[0].origin, "policy.toml:7");
  EXPECT_EQ(rule.grant.limits.memory_bytes_max, 64u << 20);
  EXPECT_EQ(stream_words(rule.grant.stdio->form), std::vector<std::string_view>{"stdout"});
  EXPECT_EQ(rule.grant.stdio->origin, "policy.toml:9");
  EXPECT_EQ(rule.grant.clock->form, Clock::Coarse);
  EXPECT_EQ(rule.grant.random_seed->form, 3u);
  ASSERT_TRUE(file->rules[1].cap);
  const Cap& cap = *file->rules[1].cap;
  EXPECT_EQ(cap.origin, "policy.toml:14");
  EXPECT_EQ(cap.random_seed, 4u);
  EXPECT_TRUE(cap.connect && cap.connect->empty());
  EXPECT_FALSE(cap.listen);
  EXPECT_EQ(cap.clock, Clock::Coarse);
  EXPECT_EQ(cap.limits.timeout_ms, 30'000u);
}

TEST(PolicyFile, IsReadStrictly) {
  const std::pair<const char*, const char*> cases[] = {
      {"[[rules]]", "policy.toml:1: unknown key 'rules' (did you mean 'rule'?)"},
      {"rule = 1",
       "policy.toml:1: 'rule' is a whole number, expected a list of tables (a line "
       "[[rule]] and its keys below)"},
      {"[[rule]]\nimge = \"a\"", "policy.toml:2: unknown key 'rule.imge' (did you mean 'image'?)"},
      {"[[rule]]\nimage = \"\"",
       "policy.toml:2: 'rule.image' is empty (leave it out to match everything)"},
      {"[[rule]]\nimage = \"a\"\nfile = \"b\"",
       "policy.toml:1: 'rule.image' and 'rule.file' exclude each other"},
      {"[[rule]]\ndigest = \"sha256:12\"",
       "policy.toml:2: 'rule.digest': 'sha256:12' is no digest (sha256: and 64 digits)"},
      {"[[rule]]\n[rule.grant]\narguments = true",
       "policy.toml:3: unknown key 'rule.grant.arguments' (known: clock, connect, directories, "
       "environment, limits, listen, random-seed, stdio)"},
      {"[[rule]]\n[rule.grant]\ndirectories = [{ guest = \"/a\" }]",
       "policy.toml:3: 'rule.grant.directories.host' is missing"},
      {"[[rule]]\n[rule.grant]\ndirectories = [{ host = \"srv\", guest = \"/a\" }]",
       "policy.toml:3: 'rule.grant.directories.host': 'srv' is not absolute (begin it with '/')"},
      {"[[rule]]\n[rule.grant]\ndirectories = [{ host = \"/a\", guest = \"/a\" }, { host = "
       "\"/b\", guest = \"/a\" }]",
       "policy.toml:2: directory /a is granted twice (leave one --dir out)"},
      {"[[rule]]\n[rule.grant]\nenvironment = [{ name = \"A\" }]",
       "policy.toml:3: 'rule.grant.environment.value' is missing"},
      {"[[rule]]\n[rule.grant]\nenvironment = [\"A=1\"]",
       "policy.toml:3: 'rule.grant.environment': 'A=1' is no name of an environment variable "
       "(letters, digits and '_', no digit first)"},
      {"[[rule]]\n[rule.cap]\nconnect = [\"a:1\"]",
       "policy.toml:3: 'rule.cap.connect': 'a:1' has no protocol (write tcp://HOST:PORT or "
       "udp://HOST:PORT; HOST is a name, *.name, an address, a range or *)"},
      {"[[rule]]\n[rule.cap.limits]\nmemory = \"1MB\"",
       "policy.toml:3: 'rule.cap.limits.memory': '1MB' has no binary unit (write \"1MiB\")"},
  };
  for (auto [text, message] : cases) {
    auto file = parse_policy_file(text, "policy.toml");
    ASSERT_FALSE(file) << text;
    EXPECT_EQ(file.error().message, message) << text;
  }
}

TEST(PolicyRule, MatchesWhatAllOfItsPartsName) {
  const std::string digest = "sha256:" + std::string(64, 'a');
  const Subject image{
      .image = "r.example/team/app:1", .digest = digest, .module_digest = "", .file = ""};
  const Subject file{.image = "", .digest = "", .module_digest = digest, .file = "/srv/a.wasm"};
  auto rule = [](const char* img, const char* fil, std::string dig) {
    PolicyRule made;
    if (*img) made.image = img;
    if (*fil) made.file = fil;
    if (!dig.empty()) made.digest = dig;
    return made;
  };
  EXPECT_TRUE(rule("", "", "").matches(image));
  EXPECT_TRUE(rule("", "", "").matches(file));
  EXPECT_TRUE(rule("r.example/team/*", "", "").matches(image));
  EXPECT_FALSE(rule("r.example/*", "", "").matches(image));
  EXPECT_TRUE(rule("r.example/**", "", digest).matches(image));
  EXPECT_FALSE(rule("**", "", "").matches(file));
  EXPECT_TRUE(rule("", "/srv/*.wasm", digest).matches(file));
  EXPECT_FALSE(rule("", "/srv/*.wasm", "").matches(image));
  EXPECT_FALSE(rule("r.example/**", "", "sha256:" + std::string(64, 'b')).matches(image));
}

}  // namespace
}  // namespace wherry::policy
