#include "oci/image_format.h"

#include <algorithm>
#include <cstring>

#include "oci/container_config.h"
#include "oci/limits.h"
#include "oci/spin_application.h"
#include "support/json.h"
#include "support/quotes.h"

namespace wherry::oci {

static bool is_tar(std::string_view type) {
  return type.find(".tar") != type.npos || type.find("+tar") != type.npos ||
         type.find("/x-tar") != type.npos;
}

// The types of the formats in docs/formats/images.md: "application/wasm", "…layer.v1+wasm".
static bool is_module(std::string_view type) {
  return type.ends_with("/wasm") || type.ends_with("+wasm");
}

bool is_file_layer(const Descriptor& layer) {
  // Spin packs an application's assets into archives which are no layers of a root.
  return is_tar(layer.media_type) && layer.media_type != media_type::kSpinBundle;
}

static Result<> check_sizes(const Manifest& manifest) {
  if (manifest.config.size_bytes > limits::kConfigBytes)
    return fail(ErrorCode::Invalid, "its config of {} bytes exceeds the limit of {} bytes",
                manifest.config.size_bytes, limits::kConfigBytes);
  uint64_t left_bytes = limits::kUnpackedBytes;
  for (const Descriptor& layer : manifest.layers) {
    if (layer.size_bytes > left_bytes)
      return fail(ErrorCode::Invalid, "its layers exceed the limit of {} bytes",
                  limits::kUnpackedBytes);
    left_bytes -= layer.size_bytes;
  }
  return {};
}

static Result<const Descriptor*> only_module(const Manifest& manifest) {
  const Descriptor* module = nullptr;
  size_t modules = 0;
  for (const Descriptor& layer : manifest.layers) {
    if (!is_module(layer.media_type)) continue;
    module = &layer;
    modules++;
  }
  if (modules > 1)
    return fail(
        ErrorCode::Unsupported,
        "has {} modules{}; only images of one module are run, since nothing says which of "
        "them is to start",
        modules,
        find_spin_application(manifest) ? " (a Spin application of several components)" : "");
  return module;
}

Result<const Descriptor*> find_module_layer(const Manifest& manifest) {
  const bool is_cncf = manifest.config.media_type == media_type::kWasmConfig;
  if (is_cncf && manifest.layers.size() != 1)
    return fail(ErrorCode::Malformed, "a Wasm artifact has exactly one layer, this one has {}",
                manifest.layers.size());
  TRY(check_sizes(manifest));
  const Descriptor* module = TRY(only_module(manifest));
  if (!module && std::ranges::any_of(manifest.layers, is_file_layer)) return nullptr;
  if (!module && manifest.layers.size() == 1) module = manifest.layers.data();
  if (!module)
    return fail(ErrorCode::Unsupported, "has {} layers of which none holds a module (config '{}')",
                manifest.layers.size(), quote(manifest.config.media_type, 80));
  if (module->size_bytes > limits::kModuleBytes)
    return fail(ErrorCode::Invalid, "its module of {} bytes exceeds the limit of {} bytes",
                module->size_bytes, limits::kModuleBytes);
  return module;
}

// What people call files that begin so.
static std::string_view describe_beginning(ByteSpan bytes) {
  const std::string_view text = as_text(bytes);
  if (text.empty()) return "it is empty";
  if (text.starts_with("\x7f"
                       "ELF"))
    return "it is a program for Linux";
  if (text.starts_with("#!")) return "it is a script";
  return "it does not begin with \\0asm";
}

bool has_wasm_magic(ByteSpan bytes) {
  return as_text(bytes).starts_with(std::string_view("\0asm", 4));
}

// The version behind the magic: of a module 1, and of a component, whose layer is 1, another
// (component-model, Binary.md, "Component Definitions").
Result<> check_module_beginning(ByteSpan bytes) {
  if (!has_wasm_magic(bytes))
    return fail(ErrorCode::Unsupported, "is no WebAssembly module ({})", describe_beginning(bytes));
  if (bytes.size() >= 8 && bytes[6] == std::byte{1} && bytes[7] == std::byte{0})
    return fail(ErrorCode::Unsupported,
                "is a component (WASI 0.2); only modules (WASI preview 1) are supported");
  return {};
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
  if (manifest.config.media_type == media_type::kWasmConfig)
    return with_context(check_wasm_config(manifest, config_json), "config");
  if (!is_container_config(manifest.config.media_type)) return {};
  return check_platform(TRY(parse_container_config(config_json)));
}

// An annotation of the manifest, or else the label of that name in an ordinary image's config: that
// is all which docker's archives keep.
static std::string stated(const Annotations& annotations, const Annotations& labels,
                          std::string_view key) {
  for (const Annotations* map : {&annotations, &labels})
    if (auto found = map->find(std::string(key)); found != map->end()) return found->second;
  return {};
}

Result<ImageConfig> read_image_config(const Manifest& manifest, std::string_view config_json) {
  ContainerConfig container;
  if (is_container_config(manifest.config.media_type))
    container = TRY(parse_container_config(config_json));
  const auto read = [&](std::string_view key) {
    return stated(manifest.annotations, container.labels, key);
  };
  std::string trigger = read(annotation_key::kTrigger);
  bool is_word =
      std::ranges::all_of(trigger, [](char c) { return (c >= 'a' && c <= 'z') || c == '-'; });
  if (!is_word || trigger.size() > 32)
    return fail(ErrorCode::Malformed, "annotation {}='{}' is no lower-case word",
                annotation_key::kTrigger, quote(trigger, 40));
  // The first word is the program.
  std::vector<std::string>& words =
      container.entrypoint.empty() ? container.command : container.entrypoint;
  if (!words.empty()) words.erase(words.begin());
  return ImageConfig{.request_json = read(annotation_key::kRequest),
                     .trigger = std::move(trigger),
                     .title = read(annotation_key::kTitle),
                     .arguments = std::move(container.entrypoint),
                     .default_arguments = std::move(container.command),
                     .environment = std::move(container.environment)};
}

}  // namespace wherry::oci
