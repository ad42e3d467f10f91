#include <gtest/gtest.h>

#include "policy/policy.h"

namespace wherry::policy {
namespace {

TEST(RequestJson, IsCanonical) {
  Request request{{{"/out", kReadWrite}, {"/data", kReadOnly}}, {"Z", "A"}, {64 << 20}};
  EXPECT_EQ(
      to_json(request),
      R"({"directories":[{"access":"read-only","guest":"/data"},{"access":"read-write","guest":"/out"}],)"
      R"("environment":["A","Z"],"limits":{"memory_bytes_max":67108864}})");
  EXPECT_EQ(to_json({}), "{}");
}

TEST(RequestJson, ReadsWhatItWrites) {
  const Request requests[] = {{},
                              {{{"/", kReadOnly}}, {}, {}},
                              {{}, {"A", "B"}, {}},
                              {{{"/in", FileRight::Create | FileRight::Read}}, {}, {}},
                              {{{"/a \"b\"/ä", kReadWrite}}, {"A"}, {1 << 16}}};
  for (const Request& request : requests) {
    auto parsed = parse_request(to_json(request));
    ASSERT_TRUE(parsed) << to_json(request) << ": " << parsed.error().message;
    EXPECT_EQ(*parsed, request) << to_json(request);
  }
}

TEST(RequestJson, NeverThrowsForBytesThatAreNoText) {
  EXPECT_FALSE(to_json({{{"/\xff", kReadOnly}}, {}, {}}).empty());
}

TEST(RequestJson, RejectsWhatItDoesNotKnow) {
  const std::pair<const char*, const char*> cases[] = {
      {"", "permissions of the image: not JSON: syntax error at byte 1"},
      {"[]", "permissions of the image: the request is not an object"},
      {R"({"network":true})", "permissions of the image: 'network' is not an object"},
      {R"({"directories":{}})", "permissions of the image: 'directories' is not an array"},
      {R"({"directories":["/data"]})", "permissions of the image: directory is not an object"},
      {R"({"directories":[{"access":"read-only"}]})",
       "permissions of the image: directory has no 'guest'"},
      {R"({"directories":[{"guest":"/a"}]})",
       "permissions of the image: directory '/a': no 'access'"},
      {R"({"directories":[{"guest":"/a","access":"all"}]})",
       "permissions of the image: directory '/a': access 'all' is neither 'read-only' nor "
       "'read-write' nor a list"},
      {R"({"directories":[{"guest":"/a","access":[]}]})",
       "permissions of the image: directory '/a': 'access' is empty"},
      {R"({"directories":[{"guest":"/a","access":["run"]}]})",
       "permissions of the image: directory '/a': 'run' is no right (known: read, write, create, "
       "delete)"},
      {R"({"directories":[{"guest":"/a","access":null}]})",
       "permissions of the image: directory '/a': no 'access'"},
      {R"({"directories":[{"guest":"a","access":"read-only"}]})",
       "permissions of the image: directory 'a' is not absolute (begin it with '/')"},
      {R"({"directories":[{"guest":"/a\u0000b","access":"read-only"}]})",
       "permissions of the image: directory '/a\\x00b' has a control character"},
      {R"({"directories":[{"guest":"/a","access":"read-only"},{"guest":"/a","access":"read-write"}]})",
       "permissions of the image: directory '/a' is there twice"},
      {R"({"environment":[1]})", "permissions of the image: 'environment' holds more than strings"},
      {R"({"environment":["A","A"]})",
       "permissions of the image: environment variable A is there twice"},
      {R"({"environment":["A=B"]})",
       "permissions of the image: environment variable 'A=B' is no name of an environment variable "
       "(letters, "
       "digits and '_', no digit first)"},
      {R"({"limits":{"cpu":1}})",
       "permissions of the image: limits has an unknown member 'cpu' (built by a later version?)"},
      {R"({"limits":{"memory_bytes_max":-1}})",
       "permissions of the image: 'memory_bytes_max' is not a whole number from 0 up"},
      {R"({"limits":{"memory_bytes_max":1}})",
       "permissions of the image: memory_bytes_max: 1B is out of range (64KiB to 1024GiB)"},
  };
  for (auto [json, message] : cases) {
    auto parsed = parse_request(json);
    ASSERT_FALSE(parsed) << json;
    EXPECT_EQ(parsed.error().message, message);
  }
}

TEST(RequestJson, HasAllThatCanBeAskedFor) {
  Request request{{{"/d", kReadWrite, 1 << 20}}, {}, {.open_files_max = 10}};
  request.network.connect = {parse_connect_rule("tcp://b:2").value(),
                             parse_connect_rule("tcp://a:1,in=private").value()};
  request.network.listen = {parse_listen_rule("tcp://*:80").value()};
  request.stdio = {.input = false};
  request.clock = Clock::Coarse;
  request.random_seed = UINT64_MAX;
  request.arguments = false;
  const std::string json = to_json(request);
  EXPECT_EQ(
      json,
      R"({"arguments":false,"clock":"coarse","directories":[{"access":"read-write","guest":"/d",)"
      R"("quota_bytes":1048576}],"limits":{"open_files_max":10},"network":{"connect":)"
      R"(["tcp://a:1,in=private","tcp://b:2"],"listen":["tcp://*:80"]},)"
      R"("random_seed":18446744073709551615,"stdio":["stdout","stderr"]})");
  auto parsed = parse_request(json);
  ASSERT_TRUE(parsed) << parsed.error().message;
  std::ranges::reverse(request.network.connect);
  EXPECT_EQ(*parsed, request);
  request = {};
  request.stdio = {false, false, false};
  EXPECT_EQ(parse_request(to_json(request)), request);
}

TEST(RequestJson, RejectsBadMembersOfEveryKind) {
  const std::pair<const char*, const char*> cases[] = {
      {R"({"arguments":1})", "'arguments' is not true or false"},
      {R"({"clock":"fast"})", "'fast' is no clock (known: precise, coarse)"},
      {R"({"random_seed":-1})", "'random_seed' is not a whole number from 0 up"},
      {R"({"stdio":["tty"]})", "'tty' is no standard stream (known: stdin, stdout, stderr)"},
      {R"({"stdio":[1]})", "'stdio' holds more than strings"},
      {R"({"network":{"dns":[]}})",
       "network has an unknown member 'dns' (built by a later version?)"},
      {R"({"network":{"connect":[1]}})", "'connect' holds more than strings"},
      {R"({"network":{"listen":["tcp://a:1"]}})",
       "network: listen: 'a' is no address to listen at (write 127.0.0.1, or * for all)"},
      {R"({"directories":[{"access":"read-only","guest":"/a","quota_bytes":0}]})",
       "directory '/a': a quota of 0B is out of range (1B to 1073741824GiB)"},
  };
  for (auto [json, message] : cases) {
    auto parsed = parse_request(json);
    ASSERT_FALSE(parsed) << json;
    EXPECT_EQ(parsed.error().message, std::string("permissions of the image: ") + message);
  }
}

TEST(RequestJson, HasLimits) {
  EXPECT_FALSE(parse_request("{}" + std::string(64 * 1024, ' ')));
  std::string many = R"({"environment":[)";
  for (int i = 0; i < 257; i++) many += fmt::format("{}\"A{}\"", i ? "," : "", i);
  auto parsed = parse_request(many + "]}");
  ASSERT_FALSE(parsed);
  EXPECT_EQ(parsed.error().message,
            "permissions of the image: 257 environment variables exceed the limit of 256");
}

}  // namespace
}  // namespace wherry::policy
