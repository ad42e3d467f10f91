#include "policy/application_file.h"

#include <gtest/gtest.h>

namespace wherry::policy {
namespace {

TEST(ApplicationFile, ReadsEveryKey) {
  auto file = parse_application_file(R"(# all there is
name = "primorial"
trigger = "http"

[build]
language = "c"
sources = ["main.c", "src/bignum.c"]
flags = ["-O3", "-DN=1"]
snapshot = "prepare"

[permissions]
directories = [
  { guest = "/data" },
  { guest = "/out", access = "read-write" },
]
environment = ["TOKEN", "_X1"]

[limits]
memory = "64MiB"
)",
                                     "wherry.toml");
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_EQ(file->name, "primorial");
  EXPECT_EQ(file->trigger, Trigger::Http);
  EXPECT_EQ(file->build.language, Language::C);
  EXPECT_EQ(file->build.sources, (std::vector<std::string>{"main.c", "src/bignum.c"}));
  EXPECT_EQ(file->build.flags, (std::vector<std::string>{"-O3", "-DN=1"}));
  EXPECT_EQ(file->build.snapshot, "prepare");
  EXPECT_EQ(
      file->request,
      (Request{{{"/data", kReadOnly}, {"/out", kReadWrite}}, {"TOKEN", "_X1"}, {64ull << 20}}));
}

TEST(ApplicationFile, AsksForNothingByDefault) {
  for (const char* text : {"", "# nothing\n", "[build]\n[permissions]\n[limits]\n"}) {
    auto file = parse_application_file(text, "wherry.toml");
    ASSERT_TRUE(file) << file.error().message;
    EXPECT_FALSE(file->name);
    EXPECT_EQ(file->trigger, Trigger::Command);
    EXPECT_FALSE(file->build.language);
    EXPECT_TRUE(file->build.sources.empty());
    EXPECT_EQ(file->request, Request{});
  }
}

TEST(ApplicationFile, TakesTablesInEveryNotationOfToml) {
  auto file = parse_application_file(
      "permissions.environment = [\"A\"]\n[[permissions.directories]]\nguest = \"/a\"\n",
      "wherry.toml");
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_EQ(file->request.directories.size(), 1u);
  EXPECT_EQ(file->request.environment.size(), 1u);
}

struct BadFile {
  const char* text;
  const char* message;
};

void expect_messages(std::initializer_list<BadFile> cases) {
  for (const BadFile& c : cases) {
    auto file = parse_application_file(c.text, "wherry.toml");
    ASSERT_FALSE(file) << c.text;
    EXPECT_EQ(file.error().message, c.message) << c.text;
    EXPECT_EQ(file.error().code, ErrorCode::Invalid) << c.text;
  }
}

TEST(ApplicationFile, NamesUnknownKeysWithTheirLine) {
  expect_messages({
      {"name = \"a\"\n\n[permisions]\nx = 1\n",
       "wherry.toml:3: unknown key 'permisions' (did you mean 'permissions'?)"},
      {"port = 80\n",
       "wherry.toml:1: unknown key 'port' (known: assets, build, claims, limits, name, "
       "permissions, "
       "trigger)"},
      {"zzz = 1\naaa = 1\n",
       "wherry.toml:1: unknown key 'zzz' (known: assets, build, claims, limits, name, permissions, "
       "trigger)"},
      {"[build]\nsource = [\"a.c\"]\n",
       "wherry.toml:2: unknown key 'build.source' (did you mean 'sources'?)"},
      {"[build]\ncompiler = 1\n",
       "wherry.toml:2: unknown key 'build.compiler' (known: flags, language, snapshot, "
       "sources)"},
      {"[permissions]\nnetwork = true\n",
       "wherry.toml:2: unknown key 'permissions.network' (known: arguments, clock, connect, "
       "directories, environment, listen, random-seed, stdio)"},
      {"[permissions]\ndirectories = [\n  { guest = \"/a\", acess = \"read-only\" },\n]\n",
       "wherry.toml:3: unknown key 'permissions.directories.acess' (did you mean 'access'?)"},
      {"[limits]\nMemory = \"1MiB\"\n",
       "wherry.toml:2: unknown key 'limits.Memory' (did you mean 'memory'?)"},
      {"\"a\\u001b[31m\\nb\" = 1\n",
       "wherry.toml:1: unknown key 'a\\x1b[31m\\nb' (known: assets, build, claims, limits, name, "
       "permissions, trigger)"},
  });
}

TEST(ApplicationFile, ReadsAssets) {
  auto file = parse_application_file(
      "assets = [{ path = \"public\", guest = \"/static\" }, { path = \"a/b.json\", guest = "
      "\"/etc/b.json\" }]\n",
      "wherry.toml");
  ASSERT_TRUE(file) << file.error().message;
  ASSERT_EQ(file->assets.size(), 2u);
  EXPECT_EQ(file->assets[1].path, "a/b.json");
  EXPECT_EQ(file->assets[1].guest, "/etc/b.json");
  expect_messages({
      {"assets = [{ path = \"../x\", guest = \"/x\" }]\n",
       "wherry.toml:1: 'assets.path': '../x' has a '..' (write the path without)"},
      {"assets = [{ path = \"x\", guest = \"x\" }]\n",
       "wherry.toml:1: 'assets.guest': 'x' is not absolute (begin it with '/')"},
      {"assets = [{ guest = \"/x\" }]\n", "wherry.toml:1: 'assets.path' is missing"},
      {"assets = [{ path = \"x\", to = \"/x\" }]\n",
       "wherry.toml:1: unknown key 'assets.to' (known: guest, path)"},
      {"assets = [{ path = \"x\", guest = \"/x\" }, { path = \"y\", guest = \"/x\" }]\n",
       "wherry.toml:1: 'assets': '/x' is there twice"},
  });
}

TEST(ApplicationFile, NamesWrongTypes) {
  expect_messages({
      {"name = 3\n", "wherry.toml:1: 'name' is a whole number, expected a string"},
      {"trigger = true\n",
       "wherry.toml:1: 'trigger' is true or false, expected one of \"command\", \"http\""},
      {"build = \"c\"\n",
       "wherry.toml:1: 'build' is a string, expected a table (a line [build] and its keys below)"},
      {"[[limits]]\n",
       "wherry.toml:1: 'limits' is a list, expected a table (a line [limits] and its keys below)"},
      {"[build]\nsources = \"main.c\"\n",
       "wherry.toml:2: 'build.sources' is a string, expected a list of file names, [\"main.c\"]"},
      {"[build]\nflags = [\n\"-O2\",\n1.5]\n",
       "wherry.toml:4: an entry of 'build.flags' is a number with a point, expected a list of "
       "strings, "
       "[\"-O3\"]"},
      {"[permissions]\ndirectories = [\"/data\"]\n",
       "wherry.toml:2: an entry of 'permissions.directories' is a string, expected a list of "
       "tables, "
       "[{ guest = \"/data\", access = \"read-only\" }]"},
      {"[permissions]\nenvironment = 2026-01-01\n",
       "wherry.toml:2: 'permissions.environment' is a date or a time, expected a list of names, "
       "[\"HOME\"]"},
      {"[limits]\ntable = \"10\"\n",
       "wherry.toml:2: 'limits.table' is a string, expected a whole number"},
      {"[limits]\ntimeout = 30\n",
       "wherry.toml:2: 'limits.timeout' is a whole number, expected a time in quotes, like "
       "\"30s\""},
      {"[limits]\nmemory = 67108864\n",
       "wherry.toml:2: 'limits.memory' is a whole number, expected a size in quotes, like "
       "\"64MiB\""},
  });
}

TEST(ApplicationFile, NamesValuesOutOfRange) {
  expect_messages({
      {"name = \"Hello World\"\n",
       "wherry.toml:1: 'name': 'Hello World' is no name (lower-case letters and digits, with "
       "single '.', '_' "
       "or '-' between them)"},
      {"trigger = \"cron\"\n",
       "wherry.toml:1: 'trigger' is 'cron', expected one of \"command\", \"http\""},
      {"[build]\nlanguage = \"C\"\n",
       "wherry.toml:2: 'build.language' is 'C', expected one of \"c\", \"wat\", \"wasm\""},
      {"[build]\nsources = []\n",
       "wherry.toml:2: 'build.sources' is empty (leave it out to take all of the language)"},
      {"[build]\nsources = [\"../a.c\"]\n",
       "wherry.toml:2: 'build.sources': '../a.c' has a '..' (write the path without)"},
      {"[build]\nsources = [\"a.c\",\n\"a.c\"]\n",
       "wherry.toml:3: 'build.sources': 'a.c' is there twice"},
      {"[build]\nsnapshot = \"\"\n", "wherry.toml:2: 'build.snapshot': '' is empty"},
      {"[build]\nflags = [\"\"]\n", "wherry.toml:2: 'build.flags': '' is empty"},
      {"[build]\nflags = [\"-D\\u0000\"]\n",
       "wherry.toml:2: 'build.flags': '-D\\x00' has a control character"},
      {"[permissions]\ndirectories = [{ guest = \"data\" }]\n",
       "wherry.toml:2: 'permissions.directories.guest': 'data' is not absolute (begin it with "
       "'/')"},
      {"[permissions]\ndirectories = [{ guest = \"/a/../etc\" }]\n",
       "wherry.toml:2: 'permissions.directories.guest': '/a/../etc' has a '..' (write the path "
       "without)"},
      {"[permissions]\ndirectories = [{ access = \"read-only\" }]\n",
       "wherry.toml:2: 'permissions.directories.guest' is missing"},
      {"[permissions]\ndirectories = [{ guest = \"/a\", access = \"rw\" }]\n",
       "wherry.toml:2: 'permissions.directories.access' is 'rw', expected \"read-only\", "
       "\"read-write\" or a list, [\"read\", \"create\"]"},
      {"[permissions]\ndirectories = [{ guest = \"/a\" },\n { guest = \"/a\" }]\n",
       "wherry.toml:3: 'permissions.directories': '/a' is there twice"},
      {"[permissions]\nenvironment = [\"A=B\"]\n",
       "wherry.toml:2: 'permissions.environment': 'A=B' is no name of an environment variable "
       "(letters, "
       "digits and '_', no digit first)"},
      {"[permissions]\nenvironment = [\"A\", \"A\"]\n",
       "wherry.toml:2: 'permissions.environment': 'A' is there twice"},
      {"[limits]\nmemory = \"64MB\"\n",
       "wherry.toml:2: 'limits.memory': '64MB' has no binary unit (write \"64MiB\")"},
      {"[limits]\nmemory = \"5KiB\"\n",
       "wherry.toml:2: 'limits.memory': 5KiB is out of range (64KiB to 1024GiB)"},
      {"[limits]\ntable = -1\n", "wherry.toml:2: 'limits.table': -1 is negative"},
      {"[limits]\ncpu-time = \"2 s\"\n",
       "wherry.toml:2: 'limits.cpu-time': '2 s' is no time (as in 30s, 500ms, 2m)"},
  });
}

TEST(ApplicationFile, NamesTheLineOfASyntaxError) {
  const std::pair<const char*, const char*> cases[] = {
      {"name = \"a\"\nname = \"b\"\n", "wherry.toml:2: "},  // a key that is there twice
      {"[build]\n[build]\n", "wherry.toml:2: "},
      {"\n\nname = \n", "wherry.toml:3: "},
      {"name = \"a", "wherry.toml:1: "},
      {"name = \"\xff\"\n", "wherry.toml:1: "},
      {"{\"name\":\"json\"}\n", "wherry.toml:1: "},
      {"[\nbuild]\n", "wherry.toml:1: "},
  };
  for (auto [text, prefix] : cases) {
    auto file = parse_application_file(text, "wherry.toml");
    ASSERT_FALSE(file) << text;
    EXPECT_EQ(file.error().code, ErrorCode::Malformed) << text;
    EXPECT_TRUE(file.error().message.starts_with(prefix)) << file.error().message;
    EXPECT_EQ(file.error().message.find('\n'), std::string::npos) << file.error().message;
  }
}

// The characters for which toml++ 3.3 alone has undefined behaviour.
TEST(ApplicationFile, TakesAnyTextWhereTextMayBe) {
  auto file =
      parse_application_file("# § ä\nbuild.flags = [\"\"\"-D\\\n§ä\"\"\"] # ä\n", "wherry.toml");
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_EQ(file->build.flags, std::vector<std::string>{"-D§ä"});
  for (const char* text : {"ä = 1\n", "name = ä\n", "name = \"a\"ä\n", "§\n", "\xcc\xaa"})
    EXPECT_FALSE(parse_application_file(text, "wherry.toml")) << text;
}

TEST(ApplicationFile, HasLimits) {
  auto message = [](const std::string& text) {
    auto file = parse_application_file(text, "wherry.toml");
    return file ? std::string() : file.error().message;
  };
  EXPECT_EQ(message(std::string(64 * 1024 + 1, '\n')),
            "wherry.toml: 65537 bytes exceed the limit of 65536");
  std::string deep_key = "a";
  for (int i = 0; i < 30'000; i++) deep_key += ".a";
  EXPECT_EQ(message(deep_key + " = 1\n"), "wherry.toml: more than 2048 dots");
  EXPECT_NE(message("a = " + std::string(1000, '[') + "\n"), "");
  std::string many = "[permissions]\nenvironment = [";
  for (int i = 0; i < 257; i++) many += fmt::format("\"A{}\",", i);
  EXPECT_EQ(message(many + "]\n"),
            "wherry.toml:2: 'permissions.environment' has 257 entries, more than the limit of 256");
}

TEST(ApplicationFile, AsksForAllThatCanBeGranted) {
  auto file = parse_application_file(R"([permissions]
directories = [{ guest = "/in", access = ["read", "create"], quota = "64MiB" }]
listen = ["tcp://*:8080"]
connect = ["tcp://*.example.com:443", "tcp://db:5432,in=private"]
stdio = ["stderr"]
clock = "coarse"
random-seed = 42
arguments = false
[limits]
open-files = 32
instances = 2
)",
                                     "wherry.toml");
  ASSERT_TRUE(file) << file.error().message;
  const Request& request = file->request;
  EXPECT_EQ(request.directories[0].access, FileRight::Read | FileRight::Create);
  EXPECT_EQ(request.directories[0].quota_bytes, 64u << 20);
  EXPECT_EQ(to_string(request.network.connect[1]), "tcp://db:5432,in=private");
  EXPECT_EQ(to_string(request.network.listen[0]), "tcp://*:8080");
  EXPECT_EQ(stream_words(request.stdio), std::vector<std::string_view>{"stderr"});
  EXPECT_EQ(request.clock, Clock::Coarse);
  EXPECT_EQ(request.random_seed, 42u);
  EXPECT_FALSE(request.arguments);
  EXPECT_EQ(request.limits.open_files_max, 32u);
  EXPECT_EQ(request.limits.instances_max, 2u);
}

TEST(ApplicationFile, NamesWhatIsWrongWithPermissions) {
  const std::pair<const char*, const char*> cases[] = {
      {"directories = [{ guest = \"/a\", access = [] }]",
       "'permissions.directories.access' is empty, expected \"read-only\", \"read-write\" or a "
       "list, [\"read\", \"create\"]"},
      {"directories = [{ guest = \"/a\", access = [\"run\"] }]",
       "'permissions.directories.access': 'run' is no right (known: read, write, create, delete)"},
      {"directories = [{ guest = \"/a\", quota = \"0B\" }]",
       "'permissions.directories.quota': a quota of 0B is out of range (1B to 1073741824GiB)"},
      {"connect = \"tcp://a:1\"",
       "'permissions.connect' is a string, expected a list of strings, "
       "[\"tcp://example.com:443\"]"},
      {"connect = [\"tcp://a:1\", \"tcp://A:1\"]",
       "'permissions.connect': 'tcp://A:1' is there twice"},
      {"listen = [\"tcp://a:1\"]",
       "'permissions.listen': 'a' is no address to listen at (write "
       "127.0.0.1, or * for all)"},
      {"stdio = [\"tty\"]",
       "'permissions.stdio': 'tty' is no standard stream (known: stdin, stdout, stderr)"},
      {"clock = \"slow\"",
       "'permissions.clock' is 'slow', expected one of \"precise\", \"coarse\""},
      {"random-seed = -1", "'permissions.random-seed': -1 is negative"},
      {"arguments = \"no\"", "'permissions.arguments' is a string, expected true or false"},
  };
  for (auto [line, message] : cases) {
    auto file = parse_application_file(fmt::format("[permissions]\n{}\n", line), "wherry.toml");
    ASSERT_FALSE(file) << line;
    EXPECT_EQ(file.error().message, std::string("wherry.toml:2: ") + message);
  }
}

TEST(ApplicationFile, ReadsClaims) {
  auto file = parse_application_file(
      "[claims]\nmodule = \"app\"\ncapabilities = [\"wascc:logging\"]\ntags = [\"a b\"]\n"
      "version = \"1.0\"\nrevision = 7\nvalid-days = 90\n",
      "wherry.toml");
  ASSERT_TRUE(file) << file.error().message;
  ASSERT_TRUE(file->claims);
  EXPECT_EQ(file->claims->module, "app");
  EXPECT_EQ(file->claims->capabilities, std::vector<std::string>{"wascc:logging"});
  EXPECT_EQ(file->claims->tags, std::vector<std::string>{"a b"});
  EXPECT_EQ(file->claims->version, "1.0");
  EXPECT_EQ(file->claims->revision, 7);
  EXPECT_EQ(file->claims->valid_days, 90);
  expect_messages({
      {"[claims]\ntags = []\n", "wherry.toml:1: 'claims.module' is missing"},
      {"[claims]\nmodule = \"app\"\nrevision = -1\n",
       "wherry.toml:3: 'claims.revision': -1 is negative"},
      {"[claims]\nmodule = \"app\"\nvalid-days = \"90d\"\n",
       "wherry.toml:3: 'claims.valid-days' is a string, expected a whole number"},
      {"[claims]\nmodule = \"app\"\nvalid-days = 40000\n",
       "wherry.toml:3: 'claims.valid-days' is more than 36500"},
      {"[claims]\nmodule = \"app\"\ncapabilities = [\"\"]\n",
       "wherry.toml:3: 'claims.capabilities': '' is empty"},
  });
}

}  // namespace
}  // namespace wherry::policy
