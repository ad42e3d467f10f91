#include "oci/image_format.h"
#include "oci/image_documents.h"

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

TEST(ImageFormat, FindsTheOneModuleOfASpinApplication) {
  const Manifest manifest = manifest_of(
      "application/vnd.oci.image.config.v1+json",
      {"application/vnd.wasm.content.layer.v1+data", "application/vnd.wasm.content.layer.v1+wasm",
       "application/vnd.wasm.content.bundle.v1.tar+gzip",
       "application/vnd.fermyon.spin.application.v1+config"});
  Result<const Descriptor*> layer = find_module_layer(manifest);
  ASSERT_TRUE(layer) << layer.error().message;
  EXPECT_EQ(*layer, &manifest.layers[1]);
}

TEST(ImageFormat, LooksForTheModuleInLayersOfFiles) {
  for (const char* type :
       {"application/vnd.oci.image.layer.v1.tar+gzip", "application/vnd.oci.image.layer.v1.tar",
        "application/vnd.docker.image.rootfs.diff.tar.gzip"}) {
    const Manifest manifest = manifest_of("application/vnd.oci.image.config.v1+json", {type, type});
    Result<const Descriptor*> layer = find_module_layer(manifest);
    ASSERT_TRUE(layer) << layer.error().message;
    EXPECT_EQ(*layer, nullptr) << type;
  }
}

TEST(ImageFormat, TellsModulesFromWhatIsNone) {
  const std::string module("\0asm\1\0\0\0", 8), component("\0asm\x0d\0\1\0", 8);
  EXPECT_TRUE(check_module_beginning(as_bytes(module)));
  const std::pair<std::string, const char*> kCases[] = {{component, "is a component"},
                                                        {"", "it is empty"},
                                                        {"\x7f"
                                                         "ELF",
                                                         "program for Linux"},
                                                        {"#!/bin/sh", "it is a script"},
                                                        {"hello", "does not begin with"}};
  for (const auto& [bytes, message] : kCases)
    EXPECT_NE(check_module_beginning(as_bytes(bytes)).error().message.find(message),
              std::string::npos)
        << message;
}

TEST(ImageFormat, RefusesOtherPlatformsByTheConfigAlone) {
  const Manifest manifest = manifest_of("application/vnd.oci.image.config.v1+json",
                                        {"application/vnd.oci.image.layer.v1.tar+gzip"});
  const std::pair<const char*, bool> kCases[] = {
      {R"({"architecture":"wasm","os":"wasi","config":{"Entrypoint":["/app"]}})", true},
      {R"({"architecture":"wasm32","os":"wasi","config":null})", true},
      {R"({"architecture":"amd64","os":"linux","config":{"Entrypoint":["/app.wasm"]}})", true},
      {R"({"architecture":"amd64","os":"linux","config":{"Cmd":["app.wasm","x"]}})", true},
      {R"({"architecture":"amd64","os":"linux","config":{"Env":null,"Cmd":null}})", true},
      {R"({"architecture":"amd64","os":"linux","config":{"Cmd":["/bin/bash"]}})", false},
      {R"({"architecture":"amd64","os":"linux","config":{"Cmd":"/bin/bash"}})", false},
      {R"({"architecture":"wasm","os":"wasi","config":{"Entrypoint":[1]}})", false},
      {R"({"architecture":"wasm","os":"wasi","config":{"Env":["novalue"]}})", false},
      {R"({"architecture":"wasm","os":"wasi","config":{"Env":["A=\u0000"]}})", false},
      {"[]", false},
  };
  for (const auto& [config, is_good] : kCases)
    EXPECT_EQ(check_config(manifest, config).has_value(), is_good) << config;
}

TEST(ImageFormat, TakesWordsAndVariablesOfAnOrdinaryImage) {
  const Manifest manifest = manifest_of("application/vnd.oci.image.config.v1+json", {"x"});
  auto read = [&](const char* process) {
    return read_image_config(manifest, std::string(R"({"config":)") + process + "}").value();
  };
  ImageConfig both = read(R"({"Entrypoint":["/a.wasm","-v"],"Cmd":["x","y"],"Env":["A=1=2"]})");
  EXPECT_EQ(both.arguments, std::vector<std::string>{"-v"});
  EXPECT_EQ(both.default_arguments, (std::vector<std::string>{"x", "y"}));
  EXPECT_EQ(both.environment[0], (std::pair<std::string, std::string>("A", "1=2")));
  ImageConfig command = read(R"({"Cmd":["/a.wasm","x"]})");
  EXPECT_TRUE(command.arguments.empty());
  EXPECT_EQ(command.default_arguments, std::vector<std::string>{"x"});
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
                   {"application/vnd.fermyon.spin.application.v1+config", "application/wasm",
                    "application/vnd.wasm.content.layer.v1+wasm"}),
       ErrorCode::Unsupported, "has 2 modules (a Spin application of several components)"},
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

TEST(ImageFormat, WritesTheLegacyFormToTheByte) {
  Descriptor module = describe("\0asm", "x");
  ImageDocuments documents = encode_legacy_image({.module = module, .config = {}});
  EXPECT_EQ(documents.config_json, "{}");
  EXPECT_EQ(sha256(as_bytes(documents.config_json)).hex(),
            "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a");
  const Manifest manifest = parse_manifest(documents.manifest_json).value();
  EXPECT_EQ(manifest.config.media_type, "application/vnd.wasm.config.v1+json");
  EXPECT_EQ(manifest.layers[0].media_type, "application/vnd.wasm.content.layer.v1+wasm");
}

TEST(ImageFormat, ReadsItsOwnTimesBack) {
  for (std::optional<uint64_t> time :
       {std::optional<uint64_t>(), std::optional<uint64_t>(1700000000)}) {
    const auto documents =
        encode_wasm_artifact({.module = describe("x", "x"), .config = {}, .created_s = time});
    EXPECT_EQ(created_at(documents.config_json), time);
  }
  for (const char* config : {"{}", "[]", "", R"({"created":"yesterday"})", R"({"created":7})"})
    EXPECT_EQ(created_at(config), std::nullopt) << config;
}

TEST(ImageFormat, WritesTheArtifactToTheByte) {
  ImageDocuments artifact = encode_wasm_artifact(
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
  ImageDocuments artifact = encode_wasm_artifact({.module = describe("x", "x"), .config = config});
  Result<Manifest> manifest = parse_manifest(artifact.manifest_json);
  ASSERT_TRUE(manifest) << manifest.error().message;
  EXPECT_TRUE(check_config(*manifest, artifact.config_json));
  Result<ImageConfig> read = read_image_config(*manifest, "{}");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->request_json, config.request_json);
  EXPECT_EQ(read->trigger, config.trigger);
  EXPECT_EQ(read->title, config.title);
}

TEST(ImageFormat, TitlesThatAreNoUtf8StayJson) {
  ImageDocuments artifact =
      encode_wasm_artifact({.module = describe("x", "x"),
                            .config = {.request_json = "", .trigger = "", .title = "\xff"}});
  EXPECT_TRUE(parse_manifest(artifact.manifest_json));
}

TEST(ImageFormat, RefusesTriggersThatAreNoWord) {
  Manifest manifest = manifest_of("x", {"y"});
  manifest.annotations["dev.wherry.trigger"] = "\x1b[2J";
  EXPECT_FALSE(read_image_config(manifest, "{}"));
}

TEST(ImageFormat, HonoursSourceDateEpoch) {
  ImageDocuments artifact =
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
