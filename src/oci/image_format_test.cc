#include "oci/image_format.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "oci/limits.h"
#include "support/json.h"

namespace wherry::oci {
namespace {

Manifest manifest_of(const std::string& config_type, const std::vector<std::string>& layer_types) {
  Manifest manifest{.media_type = std::string(media_type::kManifest),
                    .config = describe("{}", config_type),
                    .layers = {},
                    .annotations = {}};
  for (const std::string& type : layer_types) manifest.layers.push_back(describe("layer", type));
  return manifest;
}

TEST(ImageFormat, FindsTheModuleInEveryFormOfOneLayer) {
  const Manifest kCases[] = {
      manifest_of("application/vnd.wasm.config.v0+json", {"application/wasm"}),
      manifest_of("application/vnd.wasm.config.v1+json",
                  {"application/vnd.wasm.content.layer.v1+wasm"}),
      manifest_of("application/vnd.oci.image.config.v1+json",
                  {"application/vnd.bytecodealliance.wasm.component.layer.v0+wasm"}),
      manifest_of("application/vnd.module.wasm.config.v1+json",
                  {"application/vnd.module.wasm.content.layer.v1+wasm"}),
      manifest_of("application/vnd.oci.image.config.v1+json", {"application/octet-stream"}),
  };
  for (const Manifest& manifest : kCases) {
    Result<const Descriptor*> layer = find_module_layer(manifest);
    ASSERT_TRUE(layer) << layer.error().message;
    EXPECT_EQ(*layer, &manifest.layers[0]);
  }
}

TEST(ImageFormat, RefusesOtherFormsByName) {
  struct Case {
    Manifest manifest;
    ErrorCode code;
    const char* named;
  };
  const Case kCases[] = {
      {manifest_of("application/vnd.wasm.config.v0+json", {"application/wasm", "application/wasm"}),
       ErrorCode::Malformed, "exactly one layer"},
      {manifest_of("application/vnd.wasm.config.v0+json", {}), ErrorCode::Malformed,
       "exactly one layer"},
      {manifest_of("application/vnd.oci.image.config.v1+json",
                   {"application/vnd.oci.image.layer.v1.tar+gzip"}),
       ErrorCode::Unsupported, "ordinary container image"},
      {manifest_of("application/vnd.docker.container.image.v1+json",
                   {"application/vnd.docker.image.rootfs.diff.tar.gzip"}),
       ErrorCode::Unsupported, "ordinary container image"},
      {manifest_of("application/vnd.oci.image.config.v1+json",
                   {"application/vnd.fermyon.spin.application.v1+config", "application/wasm"}),
       ErrorCode::Unsupported, "Spin application"},
      {manifest_of("x", {"y", "z"}), ErrorCode::Unsupported, "2 layers"},
  };
  for (const Case& c : kCases) {
    Result<const Descriptor*> layer = find_module_layer(c.manifest);
    ASSERT_FALSE(layer) << c.named;
    EXPECT_EQ(layer.error().code, c.code) << c.named;
    EXPECT_NE(layer.error().message.find(c.named), std::string::npos) << layer.error().message;
  }
}

TEST(ImageFormat, RefusesModulesBeyondTheLimit) {
  Manifest manifest = manifest_of("application/vnd.wasm.config.v0+json", {"application/wasm"});
  manifest.layers[0].size_bytes = limits::kModuleBytes + 1;
  EXPECT_FALSE(find_module_layer(manifest));
}

TEST(ImageFormat, ChecksTheConfigOfAnArtifact) {
  Manifest manifest = manifest_of("application/vnd.wasm.config.v0+json", {"application/wasm"});
  std::string digests = R"("layerDigests":[")" + manifest.layers[0].digest.to_string() + R"("])";
  const std::pair<std::string, bool> kCases[] = {
      {R"({"architecture":"wasm","os":"wasip1",)" + digests + "}", true},
      {R"({"created":"2024-01-01T00:00:00Z","author":null,"architecture":"wasm","os":"wasip1",)"
       R"("component":null,)" +
           digests + "}",
       true},
      {R"({"architecture":"wasm","os":"wasip1"})", true},
      {R"({"architecture":"wasm","os":"wasip1","layerDigests":[]})", false},
      {R"({"architecture":"wasm","os":"wasip1","layerDigests":["sha256:x"]})", false},
      {R"({"architecture":"wasm","os":"wasip2","component":{}})", false},
      {R"({"architecture":"amd64","os":"linux"})", false},
      {"{}", false},
      {"[]", false},
      {"", false},
  };
  for (const auto& [config, is_good] : kCases)
    EXPECT_EQ(check_config(manifest, config).has_value(), is_good) << config;
  EXPECT_TRUE(check_config(manifest_of("application/vnd.wasm.config.v1+json", {"x"}), "{}"));
}

TEST(ImageFormat, WritesTheArtifactToTheByte) {
  WasmArtifact artifact = encode_wasm_artifact(
      {.module = describe(std::string_view("\0asm\1\0\0\0", 8), "x"),
       .config = {.request_json = R"({"env":[]})", .trigger = "http", .title = "demo"}});
  EXPECT_EQ(
      artifact.config_json,
      R"({"created":"1980-01-01T00:00:01Z","architecture":"wasm","os":"wasip1","layerDigests":)"
      R"(["sha256:93a44bbb96c751218e4c00d479e4c14358122a389acca16205b1e4d0dc5f9476"]})");
  EXPECT_EQ(
      artifact.manifest_json,
      R"({"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json",)"
      R"("config":{"mediaType":"application/vnd.wasm.config.v0+json","digest":")" +
          sha256(as_bytes(artifact.config_json)).to_string() + R"(","size":)" +
          std::to_string(artifact.config_json.size()) +
          R"(},"layers":[{"mediaType":"application/wasm",)"
          R"("digest":"sha256:93a44bbb96c751218e4c00d479e4c14358122a389acca16205b1e4d0dc5f9476",)"
          R"("size":8}],)"
          R"("annotations":{"dev.wherry.request":"{\"env\":[]}","dev.wherry.trigger":"http",)"
          R"("org.opencontainers.image.title":"demo"}})");
}

TEST(ImageFormat, ReadsBackWhatItWrites) {
  ImageConfig config{
      .request_json = R"({"a":"\u001b"})", .trigger = "command", .title = "t \"q\" \n \xc3\xa4"};
  WasmArtifact artifact = encode_wasm_artifact({.module = describe("x", "x"), .config = config});
  Result<Manifest> manifest = parse_manifest(artifact.manifest_json);
  ASSERT_TRUE(manifest) << manifest.error().message;
  EXPECT_TRUE(check_config(*manifest, artifact.config_json));
  Result<ImageConfig> read = read_image_config(*manifest);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->request_json, config.request_json);
  EXPECT_EQ(read->trigger, config.trigger);
  EXPECT_EQ(read->title, config.title);
}

TEST(ImageFormat, TitlesThatAreNoUtf8StayJson) {
  WasmArtifact artifact =
      encode_wasm_artifact({.module = describe("x", "x"),
                            .config = {.request_json = "", .trigger = "", .title = "\xff"}});
  EXPECT_TRUE(parse_manifest(artifact.manifest_json));
}

TEST(ImageFormat, RefusesTriggersThatAreNoWord) {
  Manifest manifest = manifest_of("x", {"y"});
  manifest.annotations["dev.wherry.trigger"] = "\x1b[2J";
  EXPECT_FALSE(read_image_config(manifest));
}

TEST(ImageFormat, HonoursSourceDateEpoch) {
  WasmArtifact artifact =
      encode_wasm_artifact({.module = describe("x", "x"), .config = {}, .created_s = 1700000000});
  EXPECT_NE(artifact.config_json.find("2023-11-14T22:13:20Z"), std::string::npos);

  const std::pair<const char*, bool> kCases[] = {
      {"", true},     {"0", true},    {"1700000000", true},     {"-1", false},
      {"1e9", false}, {"12x", false}, {"99999999999999", false}};
  for (auto [value, is_good] : kCases) {
    ::setenv("SOURCE_DATE_EPOCH", value, 1);
    EXPECT_EQ(source_date_epoch().has_value(), is_good) << value;
  }
  ::unsetenv("SOURCE_DATE_EPOCH");
  EXPECT_EQ(source_date_epoch().value(), std::nullopt);
}

}  // namespace
}  // namespace wherry::oci
