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
#include "support/install_paths.h"
#include "support/json.h"
#include "wasm/limits.h"

namespace wherry::cli {

static Result<oci::Image> find_image(const std::string& name) {
  oci::Reference reference = TRY(oci::parse_reference(name));
  return TRY(oci::ImageStore::open(TRY(image_store_path())))
  .find(reference);
}

static std::string format_text(const oci::Image& image, const policy::Request& request) {
  std::string text;
  auto line = [&](const char* key, const std::string& value) {
    text += fmt::format("{:<14}{}\n", key, value);
  };
  line("name", image.name);
  line("digest", image.manifest.digest.to_string());
  line("module",
       fmt::format("{} ({} bytes)", image.module.digest.to_string(), image.module.size_bytes));
  line("trigger", image.config.trigger.empty() ? "unknown" : image.config.trigger);
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

static OrderedJson format_json(const oci::Image& image, const policy::Request& request,
                               const OrderedJson& contents) {
  OrderedJson module = {{"digest", image.module.digest.to_string()}};
  module.update(contents);
  return {{"name", image.name},
          {"digest", image.manifest.digest.to_string()},
          {"module", std::move(module)},
          {"trigger", image.config.trigger},
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
  if (as_json) return format_json(image, request, contents).dump(2) + "\n";
  return format_text(image, request) + "\n" + container::to_text(contents);
}

static Result<std::string> inspect_file(const std::string& path, bool as_json) {
  OrderedJson contents = TRY(describe_file(path));
  return as_json ? contents.dump(2) + "\n" : container::to_text(contents);
}

int inspect(int argc, char** argv) {
  CLI::App app(
      "Show what a .wasm file, or an image of the local store, holds and what it asks for.",
      "wherry inspect");
  std::string what;
  bool as_json = false;
  app.add_option("what", what, "path of a .wasm file, or image name[:tag]")->required();
  app.add_flag("--json", as_json, "as JSON, an image's manifest included");
  if (auto code = parse_flags(app, argc, argv, kUsage)) return *code;
  auto text =
      container::names_file(what) ? inspect_file(what, as_json) : inspect_image(what, as_json);
  if (!text) return report(text.error());
  std::fputs(text->c_str(), stdout);
  return kSuccess;
}

}  // namespace wherry::cli
