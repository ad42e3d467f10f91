#include "oci/manifest.h"

#include <gtest/gtest.h>

#include "oci/limits.h"

namespace wherry::oci {
namespace {

const std::string kDigest = "sha256:" + std::string(64, 'a');
const std::string kConfig = R"("config":{"mediaType":"c","digest":")" + kDigest + R"(","size":2})";
const std::string kLayers =
    R"("layers":[{"mediaType":"l","digest":")" + kDigest + R"(","size":8}])";

TEST(Manifest, ReadsConfigLayersAnnotations) {
  Result<Manifest> manifest = parse_manifest(R"({"schemaVersion":2,)" + kConfig + "," + kLayers +
                                             R"(,"annotations":{"k":"v"},"unknown":[1]})");
  ASSERT_TRUE(manifest) << manifest.error().message;
  EXPECT_EQ(manifest->media_type, media_type::kManifest);
  EXPECT_EQ(manifest->config.media_type, "c");
  ASSERT_EQ(manifest->layers.size(), 1u);
  EXPECT_EQ(manifest->layers[0].digest.to_string(), kDigest);
  EXPECT_EQ(manifest->layers[0].size_bytes, 8u);
  EXPECT_EQ(manifest->annotations.at("k"), "v");
}

TEST(Manifest, TakesNullsForAbsent) {
  EXPECT_TRUE(parse_manifest(R"({"schemaVersion":2,"mediaType":null,"annotations":null,)" +
                             kConfig + "," + kLayers + "}"));
}

TEST(Manifest, ReadsDockersNotation) {
  Result<Manifest> manifest = parse_manifest(
      R"({"schemaVersion":2,"mediaType":"application/vnd.docker.distribution.manifest.v2+json",)" +
      kConfig + "," + kLayers + "}");
  ASSERT_TRUE(manifest);
  EXPECT_EQ(manifest->media_type, media_type::kDockerManifest);
}

TEST(Manifest, RefusesMalformedDocuments) {
  auto descriptor = [](const std::string& members) {
    return R"({"schemaVersion":2,)" + kConfig + R"(,"layers":[{)" + members + "}]}";
  };
  const std::string kCases[] = {
      "",
      "{",
      "[]",
      "null",
      "42",
      "{}",
      "\xff\xfe",
      R"({"schemaVersion":2})",
      R"({"schemaVersion":"2"})",
      R"({"schemaVersion":3,)" + kConfig + "," + kLayers + "}",
      R"({"schemaVersion":2,)" + kConfig + "}",
      R"({"schemaVersion":2,)" + kLayers + "}",
      R"({"schemaVersion":2,)" + kConfig + R"(,"layers":{}})",
      R"({"schemaVersion":2,)" + kConfig + R"(,"layers":[null]})",
      R"({"schemaVersion":2,)" + kConfig + R"(,"layers":["x"]})",
      R"({"schemaVersion":2,)" + kConfig + "," + kLayers + R"(,"annotations":{"k":1}})",
      R"({"schemaVersion":2,)" + kConfig + "," + kLayers + R"(,"annotations":["k"]})",
      R"({"schemaVersion":2,)" + kConfig + "," + kLayers + R"(,"manifests":[]})",
      descriptor(R"("mediaType":"l","size":1)"),
      descriptor(R"("mediaType":"l","digest":")" + kDigest + '"'),
      descriptor(R"("digest":")" + kDigest + R"(","size":1)"),
      descriptor(R"("mediaType":"","digest":")" + kDigest + R"(","size":1)"),
      descriptor(R"("mediaType":"l","digest":")" + kDigest + R"(","size":-1)"),
      descriptor(R"("mediaType":"l","digest":")" + kDigest + R"(","size":1.5)"),
      descriptor(R"("mediaType":"l","digest":")" + kDigest + R"(","size":18446744073709551615)"),
      descriptor(R"("mediaType":"l","digest":"sha256:../../etc/passwd","size":1)"),
      descriptor(R"("mediaType":"l","digest":"../../etc/passwd","size":1)"),
      std::string(100'000, '['),
  };
  for (const std::string& json : kCases) EXPECT_FALSE(parse_manifest(json)) << json.substr(0, 200);
}

TEST(Manifest, RefusesTooManyLayersAndBytes) {
  std::string layers;
  for (size_t i = 0; i <= limits::kLayers; i++)
    layers += (i ? "," : "") + (R"({"mediaType":"l","digest":")" + kDigest + R"(","size":8})");
  EXPECT_FALSE(
      parse_manifest(R"({"schemaVersion":2,)" + kConfig + R"(,"layers":[)" + layers + "]}"));
  std::string padded = R"({"schemaVersion":2,)" + kConfig + "," + kLayers + "}";
  padded.append(limits::kManifestBytes, ' ');
  EXPECT_FALSE(parse_manifest(padded));
}

TEST(Manifest, NamesWhatIsNotSupported) {
  Result<Manifest> old = parse_manifest(R"({"schemaVersion":1,"name":"x","fsLayers":[]})");
  ASSERT_FALSE(old);
  EXPECT_EQ(old.error().code, ErrorCode::Unsupported);
  Result<Manifest> index = parse_manifest(R"({"schemaVersion":2,"manifests":[]})");
  ASSERT_FALSE(index);
  EXPECT_EQ(index.error().code, ErrorCode::Unsupported);
}

TEST(Manifest, ErrorsAreOneLineWhateverTheDocument) {
  Result<Manifest> manifest =
      parse_manifest(R"({"schemaVersion":2,"layers":[],)"
                     R"("config":{"mediaType":"c","digest":"sha256:\u001b[2J\n","size":2}})");
  ASSERT_FALSE(manifest);
  for (char c : manifest.error().message) EXPECT_GE(c, ' ');
}

std::string index_of(const std::string& entries) {
  return R"({"schemaVersion":2,"manifests":[)" + entries + "]}";
}
std::string entry(const std::string& digit, const std::string& more) {
  return R"({"mediaType":"m","size":1,"digest":"sha256:)" + std::string(63, 'a') + digit + '"' +
         more + "}";
}
std::string platform(const std::string& os, const std::string& architecture) {
  return R"(,"platform":{"os":")" + os + R"(","architecture":")" + architecture + R"("})";
}

TEST(Index, SelectsTheEntryForWasm) {
  const std::string kAttestation = entry("0", platform("unknown", "unknown"));
  struct Case {
    std::string entries;
    char chosen;  // the last digit of its digest; 0 where there is none
  };
  const Case kCases[] = {
      {entry("1", platform("linux", "amd64")) + "," + entry("2", platform("wasip1", "wasm")), '2'},
      {entry("1", platform("wasi", "wasm32")), '1'},
      {entry("1", "") + "," + kAttestation, '1'},
      {kAttestation + "," + entry("3", platform("wasi", "wasm")), '3'},
      {entry("1", platform("wasip2", "wasm")) + "," + entry("2", platform("wasip1", "wasm")), '2'},
      {entry("1", platform("linux", "arm64")) + "," + entry("2", platform("wasip2", "wasm")), '2'},
      // What docker builds by default says linux/amd64 whatever it holds.
      {entry("1", platform("linux", "amd64")) + "," + kAttestation, '1'},
      {entry("1", platform("linux", "amd64")) + "," + entry("2", platform("linux", "arm64")), 0},
      {entry("1", "") + "," + entry("2", ""), 0},
      {"", 0},
  };
  for (const Case& c : kCases) {
    Result<Index> index = parse_index(index_of(c.entries));
    ASSERT_TRUE(index) << c.entries;
    Result<const IndexEntry*> selected = select_wasm_entry(*index);
    ASSERT_EQ(selected.has_value(), c.chosen != 0) << c.entries;
    if (!selected) continue;
    EXPECT_EQ((*selected)->descriptor.digest.hex().back(), c.chosen) << c.entries;
  }
}

TEST(Index, NamesThePlatformsThereAre) {
  Result<Index> index = parse_index(index_of(entry("1", platform("linux", "amd64")) + "," +
                                             entry("2", platform("linux", "arm64"))));
  ASSERT_TRUE(index);
  Result<const IndexEntry*> selected = select_wasm_entry(*index);
  ASSERT_FALSE(selected);
  EXPECT_EQ(selected.error().code, ErrorCode::Unsupported);
  EXPECT_NE(selected.error().message.find("linux/amd64, linux/arm64"), std::string::npos);
}

}  // namespace
}  // namespace wherry::oci
