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
      {R"({"network":true})",
       "permissions of the image: the request has an unknown member 'network' (built by a later "
       "version?)"},
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
