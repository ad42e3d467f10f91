// wherry inspect: what an image holds, and what it asks for.
#include <cstdio>
#include <string>

#include "cli/exit_code.h"
#include "cli/flags.h"
#include "cli/verbs.h"
#include "oci/image_store.h"
#include "policy/policy.h"
#include "support/install_paths.h"
#include "support/json.h"

namespace wherry::cli {

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
  line("digest", image.manifest.digest.to_string());
  line("module", fmt::format("{} ({} bytes)", image.module.digest.to_string(), image.module.size_bytes));
  line("trigger", image.config.trigger.empty() ? "unknown" : image.config.trigger);
  if (request == policy::Request{}) line("asks for", "nothing");
  for (const policy::DirectoryRequest& directory : request.directories)
    line("asks for", fmt::format("directory {} ({})", directory.guest, policy::to_string(directory.access)));
  for (const std::string& name : request.environment) line("asks for", "environment variable " + name);
  if (request.limits.memory_bytes_max)
    line("limit", fmt::format("memory {} bytes", *request.limits.memory_bytes_max));
  return text;
}

static Json format_json(const oci::Image& image, const policy::Request& request) {
  return {{"name", image.name},
          {"digest", image.manifest.digest.to_string()},
          {"module", {{"digest", image.module.digest.to_string()}, {"bytes", image.module.size_bytes}}},
          {"trigger", image.config.trigger},
          {"request", Json::parse(policy::to_json(request))},
          {"manifest", Json::parse(image.manifest_json)}};
}

static Result<std::string> describe_image(const std::string& name, bool as_json) {
  oci::Image image = TRY(find_image(name));
  policy::Request request;
  if (!image.config.request_json.empty())
    request = TRY(with_context(policy::parse_request(image.config.request_json),
                               "image {}: its request for permissions", image.name));
  return as_json ? format_json(image, request).dump(2) + "\n" : format_text(image, request);
}

int inspect(int argc, char** argv) {
  CLI::App app("Show what an image of the local store holds and what it asks for.", "wherry inspect");
  std::string name;
  bool as_json = false;
  app.add_option("image", name, "name[:tag] of an image")->required();
  app.add_flag("--json", as_json, "as JSON, the manifest included");
  if (auto code = parse_flags(app, argc, argv, kUsage)) return *code;
  auto text = describe_image(name, as_json);
  if (!text) return report(text.error());
  std::fputs(text->c_str(), stdout);
  return kSuccess;
}

}  // namespace wherry::cli
