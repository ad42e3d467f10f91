#include "oci/image_format.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <ctime>

#include "oci/limits.h"
#include "oci/quote.h"
#include "support/json.h"

namespace wherry::oci {

static constexpr char kRequestAnnotation[] = "dev.wherry.request";
static constexpr char kTriggerAnnotation[] = "dev.wherry.trigger";
static constexpr char kTitleAnnotation[] = "org.opencontainers.image.title";
static constexpr std::string_view kSpinApplication = "application/vnd.fermyon.spin.application";

// The moment that stands for "not known": 1980-01-01T00:00:01Z, as buildpacks write it.
static constexpr uint64_t kUnknownTime_s = 315532801;
static constexpr uint64_t kLastTime_s = 253402300799;  // 9999-12-31T23:59:59Z, RFC 3339's end

static bool is_tar(std::string_view type) {
  return type.find(".tar") != type.npos || type.find("+tar") != type.npos;
}

static Result<> check_format(const Manifest& manifest) {
  bool is_cncf = manifest.config.media_type == media_type::kWasmConfig;
  if (is_cncf && manifest.layers.size() != 1)
    return fail(ErrorCode::Malformed, "a Wasm artifact has exactly one layer, this one has {}",
                manifest.layers.size());
  for (const Descriptor& layer : manifest.layers)
    if (layer.media_type.starts_with(kSpinApplication))
      return fail(ErrorCode::Unsupported,
                  "is a Spin application (layer '{}'); only images of one module are supported",
                  quote(layer.media_type, 80));
  for (const Descriptor& layer : manifest.layers)
    if (is_tar(layer.media_type))
      return fail(
          ErrorCode::Unsupported,
          "is an ordinary container image (layer '{}'); only images with the module as a plain "
          "layer are supported",
          quote(layer.media_type, 80));
  if (manifest.layers.size() != 1)
    return fail(ErrorCode::Unsupported,
                "has {} layers (config '{}'); only images of one module are supported",
                manifest.layers.size(), quote(manifest.config.media_type, 80));
  return {};
}

Result<const Descriptor*> find_module_layer(const Manifest& manifest) {
  TRY(check_format(manifest));
  const Descriptor& layer = manifest.layers.front();
  if (layer.size_bytes > limits::kModuleBytes)
    return fail(ErrorCode::Invalid, "its module of {} bytes exceeds the limit of {} bytes",
                layer.size_bytes, limits::kModuleBytes);
  if (manifest.config.size_bytes > limits::kConfigBytes)
    return fail(ErrorCode::Invalid, "its config of {} bytes exceeds the limit of {} bytes",
                manifest.config.size_bytes, limits::kConfigBytes);
  return &layer;
}

bool has_wasm_magic(ByteSpan bytes) {
  return as_text(bytes).starts_with(std::string_view("\0asm", 4));
}

static Result<> check_wasm_config(const Manifest& manifest, std::string_view config_json) {
  Json config =
      TRY(parse_json(config_json, {.size_bytes_max = limits::kConfigBytes, .depth_max = 32}));
  std::optional<std::string> architecture = TRY(json_string(config, "architecture"));
  std::optional<std::string> os = TRY(json_string(config, "os"));
  if (architecture != "wasm")
    return fail(ErrorCode::Malformed, "architecture is '{}' and not wasm",
                quote(architecture.value_or(""), 40));
  if (os == "wasip2")
    return fail(ErrorCode::Unsupported,
                "is a component (os wasip2); only modules (wasip1) are supported");
  if (os != "wasip1")
    return fail(ErrorCode::Unsupported, "os is '{}'; only wasip1 is supported",
                quote(os.value_or(""), 40));
  const Json* digests = TRY(json_array(config, "layerDigests"));
  if (!digests) return {};
  bool same = digests->size() == manifest.layers.size();
  for (size_t i = 0; same && i < manifest.layers.size(); i++)
    same = (*digests)[i] == manifest.layers[i].digest.to_string();
  if (!same) return fail(ErrorCode::Malformed, "layerDigests are not the manifest's layers");
  return {};
}

Result<> check_config(const Manifest& manifest, std::string_view config_json) {
  if (manifest.config.media_type != media_type::kWasmConfig) return {};
  return with_context(check_wasm_config(manifest, config_json), "config");
}

static std::string annotation(const Manifest& manifest, const char* key) {
  auto found = manifest.annotations.find(key);
  return found == manifest.annotations.end() ? std::string() : found->second;
}

Result<ImageConfig> read_image_config(const Manifest& manifest) {
  std::string trigger = annotation(manifest, kTriggerAnnotation);
  bool is_word =
      std::ranges::all_of(trigger, [](char c) { return (c >= 'a' && c <= 'z') || c == '-'; });
  if (!is_word || trigger.size() > 32)
    return fail(ErrorCode::Malformed, "annotation {}='{}' is no lower-case word",
                kTriggerAnnotation, quote(trigger, 40));
  return ImageConfig{.request_json = annotation(manifest, kRequestAnnotation),
                     .trigger = std::move(trigger),
                     .title = annotation(manifest, kTitleAnnotation)};
}

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

WasmArtifact encode_wasm_artifact(const WasmArtifactOptions& options) {
  Descriptor layer = options.module;
  layer.media_type = media_type::kWasmLayer;
  OrderedJson config = {{"created", format_time(options.created_s.value_or(kUnknownTime_s))},
                        {"architecture", "wasm"},
                        {"os", "wasip1"},
                        {"layerDigests", OrderedJson::array({layer.digest.to_string()})}};
  WasmArtifact artifact{.config_json = to_text(config), .manifest_json = {}};

  OrderedJson annotations = OrderedJson::object();
  if (!options.config.request_json.empty())
    annotations[kRequestAnnotation] = options.config.request_json;
  if (!options.config.trigger.empty()) annotations[kTriggerAnnotation] = options.config.trigger;
  if (!options.config.title.empty()) annotations[kTitleAnnotation] = options.config.title;
  OrderedJson manifest = {
      {"schemaVersion", 2},
      {"mediaType", media_type::kManifest},
      {"config", describe_json(describe(artifact.config_json, media_type::kWasmConfig))},
      {"layers", OrderedJson::array({describe_json(layer)})}};
  if (!annotations.empty()) manifest["annotations"] = std::move(annotations);
  artifact.manifest_json = to_text(manifest);
  return artifact;
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

}  // namespace wherry::oci
