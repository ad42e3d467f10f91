#include "oci/spin_application.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wherry::oci {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

const Digest kModule = sha256(as_bytes(std::string_view("module")));
const Digest kOther = sha256(as_bytes(std::string_view("other")));

std::string component(const Digest& module, const std::string& members) {
  return fmt::format(
      R"({{"id":"a","source":{{"content_type":"application/wasm","digest":"{}"}}{}}})",
      module.to_string(), members);
}
Result<SpinApplication> parse(const std::string& components) {
  return parse_spin_application(
      R"({"spin_lock_version":1,"triggers":[],"components":[)" + components + "]}", kModule);
}

TEST(SpinApplication, ReadsTheComponentOfTheModule) {
  const std::string files = fmt::format(
      R"(,"env":{{"B":"2","A":"1"}},"files":[{{"path":"a/b","digest":"{0}"}},)"
      R"({{"path":"c","inline":"aGk=","digest":"{1}"}},{{"path":"empty","inline":""}}])",
      kOther.to_string(), sha256(as_bytes(std::string_view("hi"))).to_string());
  Result<SpinApplication> read = parse(component(kOther, "") + "," + component(kModule, files));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_THAT(read->environment, ElementsAre(Pair("A", "1"), Pair("B", "2")));
  ASSERT_EQ(read->files.size(), 3u);
  EXPECT_EQ(read->files[0].path, "a/b");
  EXPECT_EQ(read->files[0].digest, kOther);
  EXPECT_FALSE(read->files[0].content);
  EXPECT_EQ(read->files[1].content, "hi");
  EXPECT_EQ(read->files[2].content, "");
}

TEST(SpinApplication, RefusesWhatSaysNothingClear) {
  const std::pair<std::string, const char*> kCases[] = {
      {"", "no component of the image's module"},
      {component(kOther, ""), "no component of the image's module"},
      {component(kModule, "") + "," + component(kModule, ""), "several components"},
      {component(kModule, R"(,"files":[{"path":"a"}])"), "file 0: it has neither"},
      {component(kModule, R"(,"files":[{"inline":"aGk="}])"), "needs a path"},
      {component(kModule, R"(,"files":[{"path":"a","inline":"?"}])"), "base64"},
      {component(kModule, R"(,"files":[{"path":"a","inline":"aGk=","digest":")" +
                              kOther.to_string() + "\"}]"),
       "another digest"},
      {component(kModule, R"(,"env":{"A=B":"1"})"), "no variable"},
      {component(kModule, R"(,"env":{"A":"1\u0000"})"), "no variable"},
      {component(kModule, R"(,"env":[])"), "env"},
  };
  for (const auto& [components, message] : kCases) {
    Result<SpinApplication> read = parse(components);
    ASSERT_FALSE(read) << components;
    EXPECT_THAT(read.error().message, HasSubstr(message)) << components;
  }
  EXPECT_FALSE(parse_spin_application("{}", kModule));
  EXPECT_FALSE(parse_spin_application("[]", kModule));
  EXPECT_FALSE(parse_spin_application("", kModule));
}

TEST(SpinApplication, IsALayerOrAnOldImagesConfig) {
  Manifest manifest;
  manifest.config.media_type = "application/vnd.oci.image.config.v1+json";
  EXPECT_EQ(find_spin_application(manifest), nullptr);
  manifest.layers = {{.media_type = "application/wasm", .digest = kModule},
                     {.media_type = std::string(media_type::kSpinApplication), .digest = kOther}};
  EXPECT_EQ(find_spin_application(manifest), &manifest.layers[1]);
  manifest.layers.pop_back();
  manifest.config.media_type = media_type::kSpinApplication;
  EXPECT_EQ(find_spin_application(manifest), &manifest.config);
}

}  // namespace
}  // namespace wherry::oci
