#include "builder/sbom.h"

#include <openssl/sha.h>

#include <array>
#include <ctime>

#include "support/digest.h"
#include "support/json.h"
#include "wasm/decoder.h"
#include "wasm/limits.h"
#include "wasm/tool_sections.h"

namespace wherry::builder {

namespace {

constexpr const char* kImageId = "SPDXRef-Image";
constexpr const char* kNowhere = "NOASSERTION";

// SPDX 2.3 §8.4 wants one of each file, whatever it is worth.
std::string sha1_hex(ByteSpan bytes) {
  std::array<unsigned char, SHA_DIGEST_LENGTH> digest;
  SHA1(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), digest.data());
  std::string text;
  for (unsigned char byte : digest) text += fmt::format("{:02x}", byte);
  return text;
}

std::string time_text(uint64_t seconds) {
  const time_t time = static_cast<time_t>(seconds);
  struct tm parts;
  std::array<char, 32> text;
  gmtime_r(&time, &parts);
  return std::string(text.data(),
                     std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts));
}

OrderedJson checksum(const char* algorithm, std::string value) {
  return {{"algorithm", algorithm}, {"checksumValue", std::move(value)}};
}

OrderedJson package(const std::string& id, const std::string& name, const char* purpose) {
  return {{"name", name},
          {"SPDXID", id},
          {"downloadLocation", kNowhere},
          {"filesAnalyzed", false},
          {"primaryPackagePurpose", purpose}};
}

OrderedJson relationship(const std::string& from, const char* type, const std::string& to) {
  return {{"spdxElementId", from}, {"relationshipType", type}, {"relatedSpdxElement", to}};
}

// "clang 22.1.0" and the like, as the module's producers section has them.
void add_tools(const wasm::Module& module, OrderedJson& packages, OrderedJson& relationships) {
  const OrderedJson producers = wasm::read_producers(module);
  const auto tools = producers.find("processed-by");
  if (tools == producers.end()) return;
  for (const OrderedJson& tool : *tools) {
    const std::string& text = tool.get_ref<const std::string&>();
    const std::string id = fmt::format("SPDXRef-Tool-{}", packages.size());
    const size_t space = text.find(' ');
    OrderedJson entry = package(id, text.substr(0, space), "APPLICATION");
    if (space != text.npos) entry["versionInfo"] = text.substr(space + 1);
    packages.push_back(std::move(entry));
    relationships.push_back(relationship(id, "BUILD_TOOL_OF", kImageId));
  }
}

// `name` is relative to the source tree, or to the image's root.
Result<OrderedJson> describe_file(const fs::path& path, const std::string& name,
                                  const std::string& id) {
  const Mapping content = TRY(map_file(path, {.size_bytes_max = wasm::limits::kModuleBytes}));
  const ByteSpan bytes = content.bytes();
  return OrderedJson{
      {"fileName", "./" + name},
      {"SPDXID", id},
      {"checksums", {checksum("SHA1", sha1_hex(bytes)), checksum("SHA256", sha256(bytes).hex())}},
      {"licenseConcluded", kNowhere},
      {"copyrightText", kNowhere}};
}

// What the module was made of, and what lies beside it.
Result<> add_files(const SourceTree& tree, const SbomInput& input, OrderedJson& files,
                   OrderedJson& relationships) {
  const auto add = [&](const fs::path& path, const std::string& name,
                       const char* type) -> Result<> {
    const std::string id = fmt::format("SPDXRef-File-{}", files.size() + 1);
    files.push_back(TRY(describe_file(path, name, id)));
    relationships.push_back(relationship(kImageId, type, id));
    return {};
  };
  for (const std::string& source : input.sources) {
    TRY(tree.check_file(source));
    TRY(add(tree.folder() / source, source, "GENERATED_FROM"));
  }
  for (const oci::AssetFile& asset : input.assets) TRY(add(asset.source, asset.path, "CONTAINS"));
  return {};
}

}  // namespace

Result<std::string> make_sbom(const SourceTree& tree, const SbomInput& input) {
  const std::string digest = sha256(input.module).hex();
  OrderedJson packages = OrderedJson::array({package(kImageId, input.name, "APPLICATION")});
  packages.front()["checksums"] = OrderedJson::array({checksum("SHA256", digest)});
  OrderedJson relationships =
      OrderedJson::array({relationship("SPDXRef-DOCUMENT", "DESCRIBES", kImageId)});
  add_tools(TRY(wasm::decode_module(input.module)), packages, relationships);
  OrderedJson files = OrderedJson::array();
  TRY(add_files(tree, input, files, relationships));
  return OrderedJson{
      {"spdxVersion", "SPDX-2.3"},
      {"dataLicense", "CC0-1.0"},
      {"SPDXID", "SPDXRef-DOCUMENT"},
      {"name", input.name},
      {"documentNamespace", fmt::format("https://wherry.dev/spdx/{}", digest)},
      {"creationInfo",
       {{"created", time_text(input.created_s.value_or(0))}, {"creators", {"Tool: wherry"}}}},
      {"packages", std::move(packages)},
      {"files", std::move(files)},
      {"relationships", std::move(relationships)}}
      .dump(-1, ' ', false, OrderedJson::error_handler_t::replace);
}

}  // namespace wherry::builder
