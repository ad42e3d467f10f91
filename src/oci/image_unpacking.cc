#include "oci/image_unpacking.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "oci/container_config.h"
#include "oci/image_format.h"
#include "oci/layer_tree.h"
#include "oci/limits.h"
#include "oci/spin_files.h"
#include "oci/tar_layer.h"
#include "support/quotes.h"

namespace wherry::oci {

namespace {

// Istio's compat images have no command: this is the file's name there.
constexpr char kIstioModule[] = "plugin.wasm";

// Blobs lie where they were staged, until the image is adopted.
class Blobs {
 public:
  Blobs(const ImageStore& store, std::span<const BlobWriter> staged)
      : store_(store), staged_(staged) {}

  fs::path path_of(const Descriptor& blob) const {
    for (const BlobWriter& writer : staged_)
      if (writer.descriptor().digest == blob.digest) return writer.path();
    return store_.blob_path(blob.digest);
  }
  Result<std::string> read_config(const Manifest& manifest) const {
    Bytes json = TRY(read_file(path_of(manifest.config), {.size_bytes_max = limits::kConfigBytes}));
    return std::string(as_text(json));
  }
  Result<std::string> read_document(const Descriptor& document) const {
    for (const BlobWriter& writer : staged_)
      if (writer.descriptor().digest == document.digest)
        return std::string(as_text(TRY(writer.content(limits::kManifestBytes))));
    return std::string(as_text(TRY(store_.read_blob(document, limits::kManifestBytes))));
  }
  const fs::path& store_folder() const { return store_.directory(); }

 private:
  const ImageStore& store_;
  std::span<const BlobWriter> staged_;
};

// A module on its way to its place: its beginning is looked at, the rest hashed as it passes.
Result<Descriptor> write_module(const PieceSource& source, const fs::path& path) {
  AtomicFile file = TRY(AtomicFile::create(path));
  Sha256 hash;
  Bytes block(256 * 1024);
  uint64_t size_bytes = 0;
  while (size_t count = TRY(source(block))) {
    const ByteSpan bytes = ByteSpan(block).first(count);
    if (size_bytes == 0) TRY(check_module_beginning(bytes.first(std::min<size_t>(count, 8))));
    size_bytes += count;
    if (size_bytes > limits::kModuleBytes)
      return fail(ErrorCode::Invalid, "exceeds the limit of {} bytes for a module",
                  limits::kModuleBytes);
    hash.update(bytes);
    TRY(file.write(bytes));
  }
  if (size_bytes == 0) TRY(check_module_beginning({}));
  TRY(file.commit());
  return Descriptor{
      .media_type = "application/wasm", .digest = hash.finish(), .size_bytes = size_bytes};
}

// One image being unpacked.
class Unpacking {
 public:
  Unpacking(const Blobs& blobs, const Manifest& manifest) : blobs_(blobs), manifest_(manifest) {}

  Result<std::optional<UnpackedWriter>> run();

 private:
  Result<Bytes> beginning(const Descriptor& layer) const;
  Result<ContainerConfig> config() const;
  Result<bool> lies_open(const Descriptor& layer) const;
  Result<std::optional<UnpackedWriter>> unpack_module(const Descriptor& layer);
  Result<UnpackedWriter> unpack_files();
  Result<> apply_layers(LayerTree& tree, UnpackedWriter& writer,
                        std::optional<Descriptor>& module) const;
  Result<Descriptor> take_bare_module(const Descriptor& layer, UnpackedWriter& writer) const;
  static Result<Descriptor> take_module(const LayerTree& tree, const ContainerConfig& config,
                                        const UnpackedWriter& writer, std::string& path);

  const Blobs& blobs_;
  const Manifest& manifest_;
};

Result<Bytes> Unpacking::beginning(const Descriptor& layer) const {
  DecompressedFile file =
      TRY(DecompressedFile::open(blobs_.path_of(layer), limits::kUnpackedBytes));
  Bytes bytes(8);
  bytes.resize(TRY(file.read(bytes)));
  return bytes;
}

Result<ContainerConfig> Unpacking::config() const {
  if (!is_container_config(manifest_.config.media_type)) return ContainerConfig{};
  return parse_container_config(TRY(blobs_.read_config(manifest_)));
}

Result<Descriptor> Unpacking::take_bare_module(const Descriptor& layer,
                                               UnpackedWriter& writer) const {
  DecompressedFile file = TRY(DecompressedFile::open(blobs_.path_of(layer), limits::kModuleBytes));
  return write_module([&](std::span<std::byte> into) { return file.read(into); },
                      writer.module_path());
}

// Whether it is a module as it is, and not compressed (or something else, which is told later).
Result<bool> Unpacking::lies_open(const Descriptor& layer) const {
  Fd file = TRY(open_file(blobs_.path_of(layer)));
  std::byte magic[4];
  const ssize_t count = ::pread(file.get(), magic, sizeof magic, 0);
  if (count < 0) return std::unexpected(system_error(errno, "reading the module"));
  return has_wasm_magic({magic, static_cast<size_t>(count)}) ||
         !has_wasm_magic(TRY(beginning(layer)));
}

// A layer that is the module needs nothing, unless it is compressed or files go with it.
Result<std::optional<UnpackedWriter>> Unpacking::unpack_module(const Descriptor& layer) {
  SpinApplication application;
  if (const Descriptor* lock_file = find_spin_application(manifest_))
    application = TRY(parse_spin_application(TRY(blobs_.read_document(*lock_file)), layer.digest));
  const bool is_open = TRY(lies_open(layer));
  if (is_open && application.files.empty()) return std::nullopt;
  UnpackedWriter writer = TRY(UnpackedWriter::create(blobs_.store_folder()));
  std::optional<Descriptor> module;
  if (!is_open) module = TRY(take_bare_module(layer, writer));
  if (application.files.empty()) {
    TRY(writer.finish(module));
    return writer;
  }
  LayerTree tree = TRY(LayerTree::create(writer.files()));
  TRY(write_spin_files(
      application, manifest_, [&](const Descriptor& blob) { return blobs_.path_of(blob); }, tree));
  TRY(writer.finish(module, {"/"}));  // where Spin mounts them
  return writer;
}

// Layers are what they hold: a module by itself where it begins so, and files else.
Result<> Unpacking::apply_layers(LayerTree& tree, UnpackedWriter& writer,
                                 std::optional<Descriptor>& module) const {
  for (size_t i = 0; i < manifest_.layers.size(); i++) {
    const Descriptor& layer = manifest_.layers[i];
    if (!is_file_layer(layer)) continue;
    auto apply = [&]() -> Result<> {
      if (!has_wasm_magic(TRY(beginning(layer)))) return tree.apply(blobs_.path_of(layer));
      module = TRY(take_bare_module(layer, writer));
      return {};
    };
    TRY(with_context(apply(), "layer {}", i));
  }
  return {};
}

// Under which paths of the image its program may be meant.
std::vector<std::string> program_paths(const ContainerConfig& config) {
  const std::vector<std::string> words = config.words();
  if (words.empty()) return {};
  if (words[0].starts_with('/')) return {words[0]};
  return {config.working_directory + "/" + words[0], words[0]};
}

Result<Fd> open_module(const LayerTree& tree, const ContainerConfig& config, std::string& path) {
  const std::vector<std::string> paths = program_paths(config);
  for (const std::string& candidate : paths) {
    path = candidate;
    Result<Fd> file = tree.open_file(candidate);
    if (file || file.error().code != ErrorCode::NotFound) return file;
  }
  if (!paths.empty())
    return fail(ErrorCode::Unsupported, "its command '{}' is not among its files",
                quote(config.words()[0], 80));
  path = kIstioModule;
  if (Result<Fd> file = tree.open_file(path)) return file;
  std::vector<std::string> found;
  for (const std::string& name : tree.module_names())
    if (tree.open_file(name) && std::ranges::find(found, name) == found.end())
      found.push_back(name);
  if (found.size() != 1)
    return fail(ErrorCode::Unsupported,
                "names no command, and has {} .wasm files instead of one that could be meant",
                found.size());
  path = found.front();
  return tree.open_file(path);
}

Result<Descriptor> Unpacking::take_module(const LayerTree& tree, const ContainerConfig& config,
                                          const UnpackedWriter& writer, std::string& path) {
  Fd file = TRY(open_module(tree, config, path));
  return with_context(write_module(pieces_of(file), writer.module_path()), "its file '{}'",
                      quote(path, 80));
}

Result<UnpackedWriter> Unpacking::unpack_files() {
  const ContainerConfig container = TRY(config());
  TRY(check_platform(container));
  UnpackedWriter writer = TRY(UnpackedWriter::create(blobs_.store_folder()));
  LayerTree tree = TRY(LayerTree::create(writer.files()));
  std::optional<Descriptor> module;
  TRY(apply_layers(tree, writer, module));
  std::string path;
  if (!module) module = TRY(take_module(tree, container, writer, path));
  const std::vector<std::string> folders = TRY(tree.guest_folders(path));
  // Most images hold the module and nothing else: then there is nothing for the guest to read.
  if (folders.empty()) {
    std::error_code error;
    fs::remove_all(writer.files(), error);
    if (error) return std::unexpected(system_error(error.value(), writer.files().string()));
  }
  TRY(writer.finish(*module, folders));
  return writer;
}

Result<std::optional<UnpackedWriter>> Unpacking::run() {
  const Descriptor* layer = TRY(find_module_layer(manifest_));
  if (layer) return unpack_module(*layer);
  return TRY(unpack_files());
}

// Follows indexes to the manifest for WebAssembly.
Result<std::string> wasm_manifest(const Blobs& blobs, std::string json) {
  for (int depth = 0; is_index_type(TRY(describe_manifest(json)).media_type); depth++) {
    if (depth == limits::kIndexDepth)
      return fail(ErrorCode::Malformed, "indexes are nested deeper than {} levels",
                  limits::kIndexDepth);
    const Index index = TRY(parse_index(json));
    json = TRY(blobs.read_document(TRY(select_wasm_entry(index))->descriptor));
  }
  return json;
}

}  // namespace

Result<> check_by_config(const ImageStore& store, const Manifest& manifest,
                         std::span<const BlobWriter> staged) {
  TRY(find_module_layer(manifest));
  return check_config(manifest, TRY(Blobs(store, staged).read_config(manifest)));
}

Result<Image> unpack_and_adopt(ImageStore& store, const Reference& reference,
                               std::string_view manifest_json, std::vector<BlobWriter> staged) {
  const Blobs blobs(store, staged);
  const std::string wasm_json = TRY(wasm_manifest(blobs, std::string(manifest_json)));
  const Digest digest = sha256(as_bytes(wasm_json));
  // What is there already, whose image may be removed meanwhile, must stay until it is named again.
  const std::optional<UseLock> held = UseLock::take(unpacked_path(store.directory(), digest));
  const auto unpack = [&]() -> Result<std::optional<UnpackedWriter>> {
    if (held && TRY(find_unpacked(store.directory(), digest))) return std::nullopt;
    return Unpacking(blobs, TRY(parse_manifest(wasm_json))).run();
  };
  std::optional<UnpackedWriter> unpacked = TRY(unpack());
  return store.adopt(reference, manifest_json, std::move(staged), std::move(unpacked));
}

}  // namespace wherry::oci
