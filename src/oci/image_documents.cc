#include "oci/image_documents.h"

#include <charconv>
#include <cstdlib>
#include <ctime>

#include "oci/container_config.h"
#include "oci/image_format.h"
#include "oci/limits.h"
#include "support/json.h"
#include "support/quotes.h"

namespace wherry::oci {

// The moment that stands for "not known": 1980-01-01T00:00:01Z, as buildpacks write it.
static constexpr uint64_t kUnknownTime_s = 315532801;
static constexpr uint64_t kLastTime_s = 253402300799;  // 9999-12-31T23:59:59Z, RFC 3339's end

static std::string format_time(uint64_t seconds) {
  auto time = static_cast<time_t>(seconds);
  tm parts{};
  ::gmtime_r(&time, &parts);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", parts.tm_year + 1900, parts.tm_mon + 1,
                     parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec);
}

// Without white space, members in the order of the format's own examples. Bytes that are not UTF-8
// become U+FFFD: a manifest is JSON whatever the title holds.
static std::string to_text(const OrderedJson& document) {
  return document.dump(-1, ' ', false, OrderedJson::error_handler_t::replace);
}

static OrderedJson describe_json(const Descriptor& descriptor) {
  return {{"mediaType", descriptor.media_type},
          {"digest", descriptor.digest.to_string()},
          {"size", descriptor.size_bytes}};
}

static OrderedJson annotations_json(const ImageConfig& config) {
  OrderedJson annotations = OrderedJson::object();
  if (!config.request_json.empty()) annotations[annotation_key::kRequest] = config.request_json;
  if (!config.trigger.empty()) annotations[annotation_key::kTrigger] = config.trigger;
  if (!config.title.empty()) annotations[annotation_key::kTitle] = config.title;
  return annotations;
}

static std::string manifest_text(const Descriptor& config, OrderedJson layers,
                                 OrderedJson annotations) {
  OrderedJson manifest = {{"schemaVersion", 2},
                          {"mediaType", media_type::kManifest},
                          {"config", describe_json(config)},
                          {"layers", std::move(layers)}};
  if (!annotations.empty()) manifest["annotations"] = std::move(annotations);
  return to_text(manifest);
}

static std::string created_text(std::optional<uint64_t> created_s) {
  return format_time(created_s.value_or(kUnknownTime_s));
}

static ImageDocuments module_image(const ModuleImageOptions& options, std::string config_json,
                                   std::string_view config_type, std::string_view layer_type) {
  Descriptor layer = options.module;
  layer.media_type = layer_type;
  std::string manifest =
      manifest_text(describe(config_json, config_type), OrderedJson::array({describe_json(layer)}),
                    annotations_json(options.config));
  return {.config_json = std::move(config_json), .manifest_json = std::move(manifest)};
}

ImageDocuments encode_wasm_artifact(const ModuleImageOptions& options) {
  OrderedJson config = {{"created", created_text(options.created_s)},
                        {"architecture", "wasm"},
                        {"os", "wasip1"},
                        {"layerDigests", OrderedJson::array({options.module.digest.to_string()})}};
  return module_image(options, to_text(config), media_type::kWasmConfig, media_type::kWasmLayer);
}

ImageDocuments encode_legacy_image(const ModuleImageOptions& options) {
  return module_image(options, "{}", media_type::kLegacyConfig, media_type::kLegacyLayer);
}

static OrderedJson process_json(const ContainerImageOptions& options) {
  OrderedJson entrypoint = OrderedJson::array({options.program});
  for (const std::string& word : options.config.arguments) entrypoint.push_back(word);
  OrderedJson process = {{"Entrypoint", std::move(entrypoint)}};
  if (!options.config.default_arguments.empty()) process["Cmd"] = options.config.default_arguments;
  for (const auto& [name, value] : options.config.environment)
    process["Env"].push_back(name + "=" + value);
  // Once more, since the manifest and its annotations get lost in docker's archives.
  if (OrderedJson labels = annotations_json(options.config); !labels.empty())
    process["Labels"] = std::move(labels);
  return process;
}

ImageDocuments encode_container_image(const ContainerImageOptions& options) {
  OrderedJson diff_ids = OrderedJson::array(), layers = OrderedJson::array();
  for (const FileLayer& layer : options.layers) {
    diff_ids.push_back(layer.plain.to_string());
    layers.push_back(describe_json(layer.packed));
  }
  OrderedJson config = {{"created", created_text(options.created_s)},
                        {"architecture", "wasm"},
                        {"os", "wasi"},
                        {"config", process_json(options)},
                        {"rootfs", {{"type", "layers"}, {"diff_ids", std::move(diff_ids)}}}};
  std::string config_json = to_text(config);
  OrderedJson annotations = annotations_json(options.config);
  // crun takes a container for WebAssembly by this alone; "smart" leaves other commands to Linux.
  annotations["module.wasm.image/variant"] = "compat-smart";
  std::string manifest = manifest_text(describe(config_json, media_type::kContainerConfig),
                                       std::move(layers), std::move(annotations));
  return {.config_json = std::move(config_json), .manifest_json = std::move(manifest)};
}

std::string encode_index(std::span<const IndexEntry> entries) {
  OrderedJson manifests = OrderedJson::array();
  for (const IndexEntry& entry : entries) {
    OrderedJson member = describe_json(entry.descriptor);
    member["platform"] = {{"architecture", entry.platform.architecture}, {"os", entry.platform.os}};
    manifests.push_back(std::move(member));
  }
  OrderedJson index = {
      {"schemaVersion", 2}, {"mediaType", media_type::kIndex}, {"manifests", std::move(manifests)}};
  return to_text(index);
}

Result<std::optional<uint64_t>> source_date_epoch() {
  const char* value = ::getenv("SOURCE_DATE_EPOCH");
  if (!value || !*value) return std::nullopt;
  std::string_view text = value;
  uint64_t seconds = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error != std::errc() || end != text.data() + text.size() || seconds > kLastTime_s)
    return fail(ErrorCode::Invalid, "SOURCE_DATE_EPOCH='{}' is no number of seconds since 1970",
                quote(text, 40));
  return seconds;
}

std::optional<uint64_t> created_at(std::string_view config_json) {
  auto config = parse_json(config_json, {.size_bytes_max = limits::kConfigBytes, .depth_max = 32});
  if (!config || !config->is_object()) return std::nullopt;
  auto text = json_string(*config, "created");
  if (!text || !*text) return std::nullopt;
  tm parts{};
  const char* end = ::strptime((*text)->c_str(), "%Y-%m-%dT%H:%M:%SZ", &parts);
  if (!end || *end != '\0') return std::nullopt;
  const time_t seconds = ::timegm(&parts);
  if (seconds < 0 || static_cast<uint64_t>(seconds) == kUnknownTime_s) return std::nullopt;
  return static_cast<uint64_t>(seconds);
}

bool is_artifact(const Manifest& manifest) {
  return manifest.config.media_type == media_type::kWasmConfig ||
         manifest.config.media_type == media_type::kLegacyConfig;
}

}  // namespace wherry::oci
