#include "registry/pushed_manifest.h"

#include <gtest/gtest.h>

namespace wherry::registry {
namespace {

constexpr const char* kType = "application/vnd.oci.image.manifest.v1+json";
constexpr const char* kIndexType = "application/vnd.oci.image.index.v1+json";

std::string descriptor(char digit, const char* more = "") {
  return R"({"mediaType":"x/y","size":1,"digest":"sha256:)" + std::string(64, digit) + "\"" + more +
         "}";
}

std::string manifest(const std::string& more = "") {
  return R"({"schemaVersion":2,"config":)" + descriptor('a') + R"(,"layers":[)" + descriptor('b') +
         "," + descriptor('c', R"(,"urls":["https://example.org/"])") + "]" + more + "}";
}

Answer<PushedManifest> parse(const std::string& json, std::string_view type = kType) {
  return parse_pushed_manifest(json, type, sha256(as_bytes(json)));
}

TEST(PushedManifest, NamesWhatHasToBeThere) {
  const auto parsed = parse(manifest());
  ASSERT_TRUE(parsed) << parsed.error().message;
  EXPECT_EQ(parsed->media_type, kType);
  ASSERT_EQ(parsed->blobs.size(), 2u);  // without the layer that is elsewhere
  EXPECT_FALSE(parsed->subject);
  const auto index =
      parse(R"({"schemaVersion":2,"manifests":[)" + descriptor('d') + "]}", kIndexType);
  ASSERT_TRUE(index) << index.error().message;
  EXPECT_EQ(index->manifests.size(), 1u);
}

TEST(PushedManifest, IsDescribedToItsSubject) {
  const std::string json = manifest(R"(,"annotations":{"k":"v"},"subject":)" + descriptor('e'));
  const auto parsed = parse(json);
  ASSERT_TRUE(parsed) << parsed.error().message;
  EXPECT_EQ(parsed->subject->hex(), std::string(64, 'e'));
  EXPECT_EQ(parsed->referrer_descriptor,
            fmt::format(R"({{"mediaType":"{}","digest":"{}","size":{},"artifactType":"x/y",)"
                        R"("annotations":{{"k":"v"}}}})",
                        kType, sha256(as_bytes(json)).to_string(), json.size()));
  const auto typed = parse(manifest(R"(,"artifactType":"a/b","subject":)" + descriptor('e')));
  EXPECT_NE(typed->referrer_descriptor.find(R"("artifactType":"a/b")"), std::string::npos);
}

TEST(PushedManifest, TakesItsTypeFromEither) {
  const std::string own = fmt::format(R"(,"mediaType":"{}")", kType);
  EXPECT_TRUE(parse(manifest(own), ""));
  EXPECT_TRUE(parse(manifest(own), fmt::format("{}; charset=utf-8", kType)));
  EXPECT_FALSE(parse(manifest(), ""));
  EXPECT_FALSE(parse(manifest(own), kIndexType));
  const auto other = parse(manifest(), "application/json");
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().status, 415u);
}

TEST(PushedManifest, RefusesWhatIsNone) {
  for (const std::string& json :
       {std::string(), std::string("null"), std::string("[]"), std::string("{"),
        std::string(R"({"schemaVersion":2})"), std::string(R"({"schemaVersion":1})"),
        std::string(R"({"schemaVersion":2,"layers":[]})"),
        std::string(R"({"schemaVersion":2,"config":{},"layers":[]})"),
        manifest(R"(,"manifests":[])"), manifest(R"(,"subject":{})"), manifest(R"(,"subject":7)"),
        std::string(100'000, '[')}) {
    const auto parsed = parse(json);
    ASSERT_FALSE(parsed) << json.substr(0, 80);
    EXPECT_EQ(parsed.error().code, code::kManifestInvalid);
  }
  EXPECT_FALSE(parse(manifest(fmt::format(R"(,"annotations":{{"k":"{}"}},"subject":{})",
                                          std::string(70'000, 'x'), descriptor('e')))));
}

}  // namespace
}  // namespace wherry::registry
