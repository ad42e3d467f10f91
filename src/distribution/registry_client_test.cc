#include "distribution/registry_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "distribution/registry_protocol.h"
#include "oci/image_documents.h"
#include "oci/image_format.h"

namespace wherry::distribution {
namespace {

using ::testing::HasSubstr;

const std::string kModule("\0asm\1\0\0\0", 8);

// A registry in memory: answers by "METHOD URL", and remembers what it was asked.
class FakeRegistry : public Transport {
 public:
  Result<HttpResponse> send(const HttpRequest& request) override {
    std::lock_guard lock(mutex);
    std::string asked = request.method + " " + request.url;
    log.push_back(asked + (request.authorization.empty() ? "" : " as " + request.authorization));
    bodies[asked] = TRY(body_of(request));
    if (!wanted_token.empty() && request.authorization != "Bearer " + wanted_token &&
        !asked.starts_with("GET https://auth/"))
      return HttpResponse{.status = 401, .headers = {{"www-authenticate", challenge}}};
    auto found = answers.find(asked);
    if (found == answers.end() && request.method == "HEAD" && asked.contains("/manifests/")) {
      found = answers.find("GET " + request.url);
      if (found != answers.end())
        return HttpResponse{.status = 200,
                            .headers = {{"docker-content-digest",
                                         sha256(as_bytes(found->second.body)).to_string()}}};
    }
    if (found == answers.end()) return HttpResponse{.status = 404};
    HttpResponse response = found->second;
    if (request.sink && response.status == 200) {
      // In pieces, as a network brings them.
      ByteSpan rest = as_bytes(response.body);
      for (; rest.size() > 3; rest = rest.subspan(3))
        TRY(request.sink(found->second, rest.first(3)));
      TRY(request.sink(found->second, rest));
      response.body.clear();
    }
    return response;
  }

  static Result<std::string> body_of(const HttpRequest& request) {
    if (!request.streamed_body.read) return std::string(as_text(request.body));
    Bytes body(request.streamed_body.size_bytes);
    for (size_t at = 0; at < body.size();)
      at += TRY(request.streamed_body.read(at, std::span(body).subspan(at).first(1)));
    return std::string(as_text(body));
  }

  std::mutex mutex;
  std::map<std::string, HttpResponse> answers;
  std::map<std::string, std::string> bodies;
  std::vector<std::string> log;
  std::string wanted_token, challenge;
};

class RegistryClientTest : public ::testing::Test {
 protected:
  RegistryClientTest() {
    std::string pattern = (fs::temp_directory_path() / "wherry-client.XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
    store_ = std::make_unique<oci::ImageStore>(oci::ImageStore::open(folder_ / "store").value());
    artifact_ = oci::encode_wasm_artifact(
        {.module = oci::describe(kModule, "application/wasm"), .config = {}});
    offer(artifact_.manifest_json, std::string(oci::media_type::kManifest), "1");
    offer_blob(artifact_.config_json);
    offer_blob(kModule);
  }
  ~RegistryClientTest() override { fs::remove_all(folder_); }

  void offer(const std::string& json, const std::string& type, const std::string& tag) {
    HttpResponse answer{.status = 200, .headers = {{"content-type", type}}, .body = json};
    registry_.answers["GET https://r.io/v2/demo/manifests/" + tag] = answer;
    registry_.answers["GET https://r.io/v2/demo/manifests/" + sha256(as_bytes(json)).to_string()] =
        answer;
  }
  void offer_blob(const std::string& content) {
    registry_.answers[blob_url(content)] = {.status = 200, .headers = {}, .body = content};
  }
  static std::string blob_url(const std::string& content) {
    return "GET https://r.io/v2/demo/blobs/" + sha256(as_bytes(content)).to_string();
  }
  Result<oci::Image> pull(const std::string& source = "r.io/demo:1") {
    oci::Reference reference = oci::parse_reference(source).value();
    RegistryClient client(registry_, reference.registry, {});
    return client.pull(*store_, reference, reference);
  }
  Result<Pushed> push(const std::string& target = "r.io/demo:1") {
    Result<oci::Image> image =
        store_->add({.module = as_bytes(kModule), .name = "demo", .config = {}});
    oci::Reference reference = oci::parse_reference(target).value();
    RegistryClient client(registry_, reference.registry, {});
    return client.push(*store_, image.value(), reference);
  }
  // What was asked for the images themselves, and not for what may belong to them.
  size_t image_requests() const {
    return static_cast<size_t>(std::ranges::count_if(registry_.log, [](const std::string& line) {
      return !line.contains("/referrers/") && !line.contains("/manifests/sha256-");
    }));
  }
  void expect_empty_store() {
    EXPECT_TRUE(store_->list().value().empty());
    EXPECT_TRUE(fs::is_empty(folder_ / "store" / "blobs" / "sha256"));
    EXPECT_TRUE(fs::is_empty(folder_ / "store" / "staging"));
  }

  fs::path folder_;
  FakeRegistry registry_;
  std::unique_ptr<oci::ImageStore> store_;
  oci::ImageDocuments artifact_;
};

TEST_F(RegistryClientTest, Pulls) {
  Result<oci::Image> image = pull();
  ASSERT_TRUE(image) << image.error().message;
  EXPECT_EQ(image->name, "r.io/demo:1");
  EXPECT_EQ(image->manifest_json, artifact_.manifest_json);
  EXPECT_EQ(image_requests(), 3u);
}

TEST_F(RegistryClientTest, WhatIsThereCostsOneHead) {
  ASSERT_TRUE(pull());
  registry_.log.clear();
  ASSERT_TRUE(pull());
  EXPECT_THAT(registry_.log, ::testing::ElementsAre("HEAD https://r.io/v2/demo/manifests/1"));
}

TEST_F(RegistryClientTest, FetchesReferrersAnewWhereItIsAsked) {
  ASSERT_TRUE(pull());
  registry_.log.clear();
  oci::Reference reference = oci::parse_reference("r.io/demo:1").value();
  oci::Reference other = oci::parse_reference("other:1").value();
  RegistryClient client(registry_, reference.registry, {});
  Result<oci::Image> image =
      client.pull(*store_, reference, other, {.known_as = reference, .refreshes_referrers = true});
  ASSERT_TRUE(image) << image.error().message;
  EXPECT_EQ(image->name, "r.io/demo:1");
  EXPECT_FALSE(store_->find(other));
  EXPECT_EQ(image_requests(), 1u);
  EXPECT_GT(registry_.log.size(), 1u);
}

TEST_F(RegistryClientTest, NobodyRemovesWhatAPullCountsOn) {
  ASSERT_TRUE(store_->add({.module = as_bytes(kModule), .name = "demo", .config = {}}));
  oci::Reference reference = oci::parse_reference("r.io/demo:1").value();
  auto remove_it = [&](BlobStep step, const oci::Descriptor& blob, uint64_t) {
    EXPECT_EQ(step, BlobStep::ThereAlready);
    if (blob.digest != sha256(as_bytes(kModule))) return;
    EXPECT_TRUE(store_->remove(oci::parse_reference("demo").value()));
    EXPECT_TRUE(store_->prune({.grace_s = 0}));
  };
  RegistryClient client(registry_, reference.registry, {.on_blob = remove_it});
  Result<oci::Image> image = client.pull(*store_, reference, reference);
  ASSERT_TRUE(image) << image.error().message;
  EXPECT_TRUE(store_->map_module(*image));
}

TEST_F(RegistryClientTest, PullsByDigest) {
  std::string digest = sha256(as_bytes(artifact_.manifest_json)).to_string();
  EXPECT_TRUE(pull("r.io/demo@" + digest));
  EXPECT_TRUE(pull("r.io/demo:whatever@" + digest));
}

// An index of the artifact and of an image for Linux, whose digest is of `digit`s.
std::string index_with(const oci::ImageDocuments& artifact, char digit) {
  const oci::IndexEntry entries[] = {
      {.descriptor = {.media_type = std::string(oci::media_type::kManifest),
                      .digest = parse_digest("sha256:" + std::string(64, digit)).value(),
                      .size_bytes = 1},
       .platform = {.os = "linux", .architecture = "amd64"}},
      {.descriptor = oci::describe(artifact.manifest_json, oci::media_type::kManifest),
       .platform = {.os = "wasip1", .architecture = "wasm"}}};
  return oci::encode_index(entries);
}

TEST_F(RegistryClientTest, FollowsAnIndexToItsWasmEntry) {
  const std::string index = index_with(artifact_, '1');
  offer(index, std::string(oci::media_type::kIndex), "1");
  Result<oci::Image> image = pull();
  ASSERT_TRUE(image) << image.error().message;
  EXPECT_EQ(image->manifest.digest, sha256(as_bytes(artifact_.manifest_json)));
  EXPECT_EQ(image->named().digest, sha256(as_bytes(index)));
  EXPECT_EQ(image_requests(), 4u);  // index, manifest, config, module
  registry_.log.clear();
  ASSERT_TRUE(pull());
  EXPECT_THAT(registry_.log, ::testing::ElementsAre("HEAD https://r.io/v2/demo/manifests/1"));
}

TEST_F(RegistryClientTest, FetchesNothingAnewOfAnIndexThatChangedElsewhere) {
  offer(index_with(artifact_, '1'), std::string(oci::media_type::kIndex), "1");
  ASSERT_TRUE(pull());
  const std::string changed = index_with(artifact_, '2');
  offer(changed, std::string(oci::media_type::kIndex), "1");
  registry_.log.clear();
  Result<oci::Image> image = pull();
  ASSERT_TRUE(image) << image.error().message;
  EXPECT_EQ(image->named().digest, sha256(as_bytes(changed)));
  EXPECT_EQ(image_requests(), 2u);  // HEAD and GET of the index
}

TEST_F(RegistryClientTest, RefusesAnIndexThatLiesAboutSizes) {
  std::string index = index_with(artifact_, '1');
  const std::string true_size = fmt::format("\"size\":{},", artifact_.manifest_json.size());
  ASSERT_NE(index.find(true_size), index.npos);
  index.replace(index.find(true_size), true_size.size(), "\"size\":7,");
  offer(index, std::string(oci::media_type::kIndex), "1");
  EXPECT_THAT(pull().error().message, HasSubstr("instead of 7"));
  expect_empty_store();
}

TEST_F(RegistryClientTest, RefusesOtherContentThanTheDigests) {
  std::string other = kModule;
  other[4] = 2;
  const std::string kCases[] = {other, kModule + "x", kModule.substr(0, 7), ""};
  for (const std::string& content : kCases) {
    registry_.answers[blob_url(kModule)].body = content;
    Result<oci::Image> image = pull();
    ASSERT_FALSE(image);
    EXPECT_EQ(image.error().code, ErrorCode::Malformed) << image.error().message;
    expect_empty_store();
  }
}

TEST_F(RegistryClientTest, RefusesAManifestOfAnotherDigest) {
  Result<oci::Image> image = pull("r.io/demo@sha256:" + std::string(64, '0'));
  EXPECT_EQ(image.error().code, ErrorCode::NotFound);
  registry_.answers["GET https://r.io/v2/demo/manifests/sha256:" + std::string(64, '0')] =
      registry_.answers["GET https://r.io/v2/demo/manifests/1"];
  image = pull("r.io/demo@sha256:" + std::string(64, '0'));
  ASSERT_FALSE(image);
  EXPECT_EQ(image.error().code, ErrorCode::Malformed);
  registry_.answers["GET https://r.io/v2/demo/manifests/1"].headers["docker-content-digest"] =
      "sha256:0";
  EXPECT_EQ(pull().error().code, ErrorCode::Malformed);
  expect_empty_store();
}

TEST_F(RegistryClientTest, RefusesManifestsThatAreNotWhatTheyClaim) {
  struct Case {
    std::string json, type;
    ErrorCode code;
  };
  const Case kCases[] = {
      {"", "application/json", ErrorCode::Malformed},
      {"<html>", "text/html", ErrorCode::Malformed},
      {artifact_.manifest_json, std::string(oci::media_type::kIndex), ErrorCode::Malformed},
      {R"({"schemaVersion":2,"manifests":[]})", std::string(oci::media_type::kIndex),
       ErrorCode::Unsupported},
      {R"({"schemaVersion":1,"fsLayers":[]})", "application/json", ErrorCode::Unsupported},
  };
  for (const Case& c : kCases) {
    offer(c.json, c.type, "bad");
    Result<oci::Image> image = pull("r.io/demo:bad");
    ASSERT_FALSE(image) << c.json;
    EXPECT_EQ(image.error().code, c.code) << image.error().message;
    EXPECT_THAT(image.error().message, HasSubstr("r.io/demo:bad"));
    expect_empty_store();
  }
}

TEST_F(RegistryClientTest, RefusesOtherPlatformsBeforeFetchingTheirLayers) {
  const std::string config =
      R"({"architecture":"amd64","os":"linux","config":{"Cmd":["/bin/bash"]}})";
  offer_blob(config);
  const oci::Descriptor described =
      oci::describe(config, "application/vnd.oci.image.config.v1+json");
  offer(fmt::format(R"({{"schemaVersion":2,"config":{{"mediaType":"{}","digest":"{}","size":{}}},)"
                    R"("layers":[{{"mediaType":"application/vnd.oci.image.layer.v1.tar+gzip",)"
                    R"("digest":"sha256:{}","size":9}}]}})",
                    described.media_type, described.digest.to_string(), described.size_bytes,
                    std::string(64, '2')),
        std::string(oci::media_type::kManifest), "tar");
  Result<oci::Image> image = pull("r.io/demo:tar");
  ASSERT_FALSE(image);
  EXPECT_EQ(image.error().code, ErrorCode::Unsupported);
  EXPECT_EQ(image_requests(), 2u);  // the manifest and the config
}

TEST_F(RegistryClientTest, RefusesArtifactsForOtherSystems) {
  const std::string config =
      fmt::format(R"({{"architecture":"wasm","os":"wasip2","layerDigests":["{}"]}})",
                  sha256(as_bytes(kModule)).to_string());
  offer_blob(config);
  std::string manifest = artifact_.manifest_json;
  const oci::Descriptor described = oci::describe(config, oci::media_type::kWasmConfig);
  const oci::Descriptor replaced = oci::describe(artifact_.config_json, described.media_type);
  for (const auto& [from, to] :
       {std::pair(replaced.digest.to_string(), described.digest.to_string()),
        std::pair(fmt::format("\"size\":{}", replaced.size_bytes),
                  fmt::format("\"size\":{}", described.size_bytes))}) {
    ASSERT_NE(manifest.find(from), manifest.npos) << from;
    manifest.replace(manifest.find(from), from.size(), to);
  }
  offer(manifest, std::string(oci::media_type::kManifest), "component");
  Result<oci::Image> image = pull("r.io/demo:component");
  ASSERT_FALSE(image);
  EXPECT_EQ(image.error().code, ErrorCode::Unsupported) << image.error().message;
  expect_empty_store();
}

TEST_F(RegistryClientTest, KeepsNoImageWithoutWhatBelongsToIt) {
  std::string digest = sha256(as_bytes(artifact_.manifest_json)).to_string();
  registry_.answers["GET https://r.io/v2/demo/referrers/" + digest] = {
      .status = 200, .headers = {}, .body = "{"};
  EXPECT_EQ(pull().error().code, ErrorCode::Malformed);
  expect_empty_store();
}

TEST_F(RegistryClientTest, PushesAnIndexWhereTheRegistryHasWhatTheStoreLacks) {
  const std::string index = index_with(artifact_, '1');
  const std::string tag = "PUT https://r.io/v2/demo/manifests/1";
  const std::string by_digest =
      "PUT https://r.io/v2/demo/manifests/" + sha256(as_bytes(artifact_.manifest_json)).to_string();
  offer(index, std::string(oci::media_type::kIndex), "1");
  Result<oci::Image> image = pull();
  ASSERT_TRUE(image) << image.error().message;
  for (const std::string& content : {artifact_.config_json, kModule})
    registry_.answers["HEAD " + blob_url(content).substr(4)] = {.status = 200};
  registry_.answers[tag] = registry_.answers[by_digest] = {.status = 201};
  RegistryClient client(registry_, "r.io", {});
  Result<Pushed> pushed = client.push(*store_, *image, oci::parse_reference("r.io/demo:1").value());
  ASSERT_TRUE(pushed) << pushed.error().message;
  EXPECT_EQ(pushed->platforms_left_out, 1u);
  EXPECT_EQ(pushed->digest(), image->manifest.digest);
  EXPECT_EQ(registry_.bodies[tag], artifact_.manifest_json);

  registry_.answers["HEAD https://r.io/v2/demo/manifests/sha256:" + std::string(64, '1')] = {
      .status = 200, .headers = {{"docker-content-digest", "sha256:" + std::string(64, '1')}}};
  pushed = client.push(*store_, *image, oci::parse_reference("r.io/demo:1").value());
  ASSERT_TRUE(pushed) << pushed.error().message;
  EXPECT_EQ(pushed->platforms_left_out, 0u);
  EXPECT_EQ(pushed->digest(), image->named().digest);
  EXPECT_EQ(registry_.bodies[by_digest], artifact_.manifest_json);
  EXPECT_EQ(registry_.bodies[tag], index);
}

TEST_F(RegistryClientTest, PushesWhatIsMissing) {
  std::string config_digest = sha256(as_bytes(artifact_.config_json)).to_string();
  std::string module_digest = sha256(as_bytes(kModule)).to_string();
  registry_.answers["HEAD https://r.io/v2/demo/blobs/" + config_digest] = {.status = 200};
  registry_.answers["POST https://r.io/v2/demo/blobs/uploads/"] = {
      .status = 202, .headers = {{"location", "/up/1?state=x"}}};
  std::string put = "PUT https://r.io/up/1?state=x&digest=sha256%3A" + module_digest.substr(7);
  registry_.answers[put] = {.status = 201};
  std::string manifest = "PUT https://r.io/v2/demo/manifests/1";
  registry_.answers[manifest] = {.status = 201};
  Result<Pushed> pushed = push();
  ASSERT_TRUE(pushed) << pushed.error().message;
  EXPECT_EQ(registry_.bodies[put], kModule);
  EXPECT_EQ(registry_.bodies[manifest], artifact_.manifest_json);
  EXPECT_EQ(image_requests(), 5u);
}

TEST_F(RegistryClientTest, PushSaysWhatTheRegistryRefused) {
  registry_.answers["POST https://r.io/v2/demo/blobs/uploads/"] = {
      .status = 403,
      .headers = {},
      .body = R"({"errors":[{"code":"DENIED","message":"read only"}]})"};
  Result<Pushed> pushed = push();
  ASSERT_FALSE(pushed);
  EXPECT_EQ(pushed.error().code, ErrorCode::Denied);
  EXPECT_THAT(pushed.error().message,
              HasSubstr("pushing r.io/demo:1: the registry answered HTTP 403: read only"));
}

TEST_F(RegistryClientTest, LoopbackIsSpokenToWithoutTls) {
  EXPECT_FALSE(pull("127.0.0.1:5000/demo:1"));
  EXPECT_THAT(registry_.log[0], HasSubstr("http://127.0.0.1:5000/"));
}

TEST_F(RegistryClientTest, FetchesATokenForTheRegistryAlone) {
  registry_.wanted_token = "T";
  registry_.challenge =
      R"(Bearer realm="https://auth/token",service="r",scope="repository:demo:pull")";
  std::string token_request = "GET https://auth/token?service=r&scope=repository%3Ademo%3Apull";
  registry_.answers[token_request] = {.status = 200, .headers = {}, .body = R"({"token":"T"})"};
  ASSERT_TRUE(pull());
  // Refused, token, then three with it.
  ASSERT_EQ(image_requests(), 5u);
  EXPECT_EQ(registry_.log[1], token_request);
  EXPECT_THAT(registry_.log[4], HasSubstr(" as Bearer T"));
}

TEST_F(RegistryClientTest, ATokenThatDoesNotHelpIsDenied) {
  registry_.wanted_token = "T";
  registry_.challenge = R"(Bearer realm="https://auth/token")";
  registry_.answers["GET https://auth/token?scope=repository%3Ademo%3Apull"] = {
      .status = 200, .headers = {}, .body = R"({"token":"other"})"};
  EXPECT_EQ(pull().error().code, ErrorCode::Denied);
  registry_.challenge = R"(Bearer realm="http://auth/token")";
  EXPECT_EQ(pull().error().code, ErrorCode::Denied);
  registry_.challenge = R"(Basic realm="x")";
  Result<oci::Image> image = pull();
  EXPECT_THAT(image.error().message, HasSubstr("wants a login"));
}

}  // namespace
}  // namespace wherry::distribution
