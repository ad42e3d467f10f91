// wherry inspect: what a module or an image holds, and what it asks for.
#include <cstdio>
#include <string>

#include "cli/exit_code.h"
#include "cli/flags.h"
#include "cli/verbs.h"
#include "container/application.h"
#include "container/module_description.h"
#include "oci/image_store.h"
#include "policy/policy.h"
#include "signing/image_signature.h"
#include "support/install_paths.h"
#include "support/json.h"
#include "support/process.h"
#include "wasm/limits.h"

namespace wherry::cli {

// Some hundreds of bytes a signature, of which there are oci::limits::kSignatures.
static constexpr size_t kTrustJsonBytes = 1 << 20;

static Result<oci::Image> find_image(const std::string& name) {
  oci::Reference reference = TRY(oci::parse_reference(name));
  return TRY(oci::ImageStore::open(TRY(image_store_path()))).find(reference);
}

static std::string format_text(const oci::Image& image, const policy::Request& request) {
  std::string text;
  auto line = [&](const char* key, const std::string& value) {
    text += fmt::format("{:<14}{}\n", key, value);
  };
  line("name", image.name);
  line("digest", image.named().digest.to_string());
  if (image.index) line("manifest", image.manifest.digest.to_string());
  line("module",
       fmt::format("{} ({} bytes)", image.module.digest.to_string(), image.module.size_bytes));
  line("trigger", image.config.trigger.empty() ? "unknown" : image.config.trigger);
  for (const std::string& folder : image.files.folders) line("brings", "directory " + folder);
  for (const auto& [name, value] : image.config.environment)
    line("brings", fmt::format("environment variable {}={}", name, value));
  if (request == policy::Request{}) line("asks for", "nothing");
  for (const policy::DirectoryRequest& directory : request.directories)
    line("asks for",
         fmt::format("directory {} ({})", directory.guest, policy::to_string(directory.access)));
  for (const std::string& name : request.environment)
    line("asks for", "environment variable " + name);
  for (const policy::NetworkRule& rule : request.network.listen)
    line("asks for", "listen " + to_string(rule));
  for (const policy::NetworkRule& rule : request.network.connect)
    line("asks for", "connect " + to_string(rule));
  for (const policy::LimitKind& kind : policy::limit_kinds())
    if (auto value = request.limits.*kind.value)
      line("limit", fmt::format("{} {}", kind.key, policy::limit_text(kind, *value)));
  return text;
}

static Result<OrderedJson> describe_file(const fs::path& path) {
  Mapping module = TRY(map_file(path, {.size_bytes_max = wasm::limits::kModuleBytes}));
  return container::describe_module(module.bytes());
}

// Who signed it, and what it claims; by the program that knows signatures.
static Result<OrderedJson> describe_trust(const std::string& what) {
  const fs::path program = TRY(find_helper_program("wherry-trust"));
  const ProcessOutput output =
      TRY(run_process({program.string(), "describe", what}, {.output_bytes_max = kTrustJsonBytes}));
  if (output.exit_code != 0) return fail(ErrorCode::Io, "{}", output.standard_error);
  TRY(parse_json(output.standard_output));
  return OrderedJson::parse(output.standard_output);
}

static std::string text_of(const OrderedJson& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

// "signed by     release (tag, of the index)", "attested by   release (https://spdx.dev/Document)"
static std::string signature_text(const OrderedJson& signature, const std::string& index) {
  const bool is_known = signature["key"].is_string();
  const std::string predicate = signature.value("predicateType", "");
  const bool attests = !predicate.empty() && predicate != trust::kSignPredicate;
  return fmt::format(
      "{:<14}{} ({}{})\n",
      !is_known ? "signature"
      : attests ? "attested by"
                : "signed by",
      is_known ? text_of(signature["key"]) : "of a key that is not in the key folder",
      attests ? predicate : text_of(signature["form"]),
      signature["subject"] == index ? ", of the index" : "");
}

static std::string trust_text(const OrderedJson& trust, const std::string& index = {}) {
  std::string text;
  for (const OrderedJson& signature : trust.value("signatures", OrderedJson::array()))
    text += signature_text(signature, index);
  for (const OrderedJson& attachment : trust.value("attachments", OrderedJson::array()))
    if (attachment["type"] == signing::kSpdxType)
      text += fmt::format("{:<14}{}\n", "SBOM", text_of(attachment["digest"]));
  const OrderedJson& claims = trust["claims"];
  if (claims.is_null()) return text;
  for (auto& [key, value] : claims.items())
    if (!value.empty()) text += fmt::format("{:<14}{} {}\n", "claims", key, text_of(value));
  return text;
}

static OrderedJson format_json(const oci::Image& image, const policy::Request& request,
                               const OrderedJson& contents) {
  OrderedJson module = {{"digest", image.module.digest.to_string()}};
  module.update(contents);
  return {{"name", image.name},
          {"digest", image.named().digest.to_string()},
          {"manifestDigest", image.manifest.digest.to_string()},
          {"module", std::move(module)},
          {"trigger", image.config.trigger},
          {"folders", image.files.folders},
          {"request", OrderedJson::parse(policy::to_json(request))},
          {"manifest", OrderedJson::parse(image.manifest_json)}};
}

static Result<std::string> inspect_image(const std::string& name, bool as_json) {
  oci::Image image = TRY(find_image(name));
  policy::Request request;
  if (!image.config.request_json.empty())
    request = TRY(with_context(policy::parse_request(image.config.request_json),
                               "image {}: its request for permissions", image.name));
  OrderedJson contents = TRY(describe_file(image.module_path));
  const OrderedJson trust = TRY(describe_trust("--image=" + name));
  if (!as_json)
    return format_text(image, request) +
           trust_text(trust, image.index ? image.index->digest.to_string() : "") + "\n" +
           container::to_text(contents);
  OrderedJson document = format_json(image, request, contents);
  document.update(trust);
  return document.dump(2) + "\n";
}

static Result<std::string> inspect_file(const std::string& path, bool as_json) {
  OrderedJson contents = TRY(describe_file(path));
  const OrderedJson trust = TRY(describe_trust("--file=" + path));
  if (!as_json) {
    const std::string text = trust_text(trust);
    return text + (text.empty() ? "" : "\n") + container::to_text(contents);
  }
  contents.update(trust);
  return contents.dump(2) + "\n";
}

int inspect(int argc, char** argv) {
  CLI::App app(
      "Show what a .wasm file, or an image of the local store, holds and what it asks for.",
      "wherry inspect");
  std::string what;
  bool as_json = false;
  app.add_option("app", what, "path of a .wasm file, or image name[:tag]")->required();
  app.add_flag("--json", as_json, "as JSON, an image's manifest included");
  if (auto code = parse_flags(app, argc, argv, kUsage)) return *code;
  auto text =
      container::names_file(what) ? inspect_file(what, as_json) : inspect_image(what, as_json);
  if (!text) return report(text.error());
  std::fputs(text->c_str(), stdout);
  return kSuccess;
}

}  // namespace wherry::cli
