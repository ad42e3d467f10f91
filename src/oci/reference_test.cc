#include "oci/reference.h"

#include <gtest/gtest.h>

namespace wherry::oci {
namespace {

const std::string kHex(64, 'a');

TEST(Reference, ReadsItsParts) {
  struct Case {
    std::string text, registry, repository, tag;
  };
  const Case kCases[] = {
      {"primorial", "", "primorial", "latest"},
      {"primorial:1", "", "primorial", "1"},
      {"demo/primorial:v1.0-rc_2", "", "demo/primorial", "v1.0-rc_2"},
      {"localhost/a", "localhost", "a", "latest"},
      {"localhost:5000/a:1", "localhost:5000", "a", "1"},
      {"127.0.0.1:5000/demo/primorial:1", "127.0.0.1:5000", "demo/primorial", "1"},
      {"[::1]:5000/a:1", "[::1]:5000", "a", "1"},
      {"ghcr.io/Org/a", "", "", ""},  // upper case in a repository
      {"registry.example.com/a__b/c-d/e.f:A", "registry.example.com", "a__b/c-d/e.f", "A"},
      {"a---b", "", "a---b", "latest"},
      {"host:1/x", "host:1", "x", "latest"},
      {"host/x", "", "host/x", "latest"},
  };
  for (const Case& c : kCases) {
    Result<Reference> reference = parse_reference(c.text);
    ASSERT_EQ(reference.has_value(), !c.repository.empty()) << c.text;
    if (!reference) continue;
    EXPECT_EQ(reference->registry, c.registry) << c.text;
    EXPECT_EQ(reference->repository, c.repository) << c.text;
    EXPECT_EQ(reference->tag, c.tag) << c.text;
    EXPECT_EQ(parse_reference(reference->to_string()).value(), *reference) << c.text;
  }
}

TEST(Reference, ReadsDigests) {
  Result<Reference> bare = parse_reference("r.io/a@sha256:" + kHex);
  ASSERT_TRUE(bare);
  EXPECT_EQ(bare->tag, "");
  EXPECT_EQ(bare->to_string(), "r.io/a@sha256:" + kHex);
  Result<Reference> both = parse_reference("a:1@sha256:" + kHex);
  ASSERT_TRUE(both);
  EXPECT_EQ(both->to_string(), "a:1@sha256:" + kHex);
}

TEST(Reference, RefusesWhatIsNone) {
  const std::string kCases[] = {
      "",
      ":",
      ":1",
      "a:",
      "a/",
      "/a",
      "a//b",
      "A",
      "a b",
      "a\nb",
      "../../etc",
      "a/../b",
      "a..b",
      "a._b",
      "-a",
      "a-",
      "a___b",
      "a:b:c",
      "a:-x",
      "a:.x",
      "a:" + std::string(129, 'x'),
      "a@",
      "a@sha256:" + kHex + "0",
      "a@sha512:" + kHex,
      "a@sha256:" + std::string(64, 'G'),
      "a@b@sha256:" + kHex,
      "host:99999/a",
      "host:0/a",
      "host:/a",
      "h..st/a",
      "user@host.io/a",
      "host.io:80:80/a",
      "[::1/a",
      "[]:1/a",
      "[::g]/a",
      "http://host/a",
      "a%2fb",
      "a?b",
      "a#b",
      std::string(256, 'a'),
      std::string(600, 'a'),
      std::string("a\0b", 3),
      "\xc3\xa4",
  };
  for (const std::string& text : kCases) {
    Result<Reference> reference = parse_reference(text);
    ASSERT_FALSE(reference) << text;
    EXPECT_EQ(reference.error().message.find('\n'), std::string::npos) << text;
  }
}

TEST(Reference, SaysWhichPartIsWrong) {
  EXPECT_NE(parse_reference("Demo:1").error().message.find("'Demo' is no repository"),
            std::string::npos);
  EXPECT_NE(parse_reference("demo:-").error().message.find("'-' is no tag"), std::string::npos);
  EXPECT_NE(parse_reference("a.b:x/demo").error().message.find("'a.b:x' is no registry"),
            std::string::npos);
}

}  // namespace
}  // namespace wherry::oci
