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
#include "oci/quote.h"
#include "oci/tar_layer.h"

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
  const fs::path& store_folder() const { return store_.directory(); }

 private:
  const ImageStore& store_;
  std::span<const BlobWriter> staged_;
};

// Reads a file in pieces: the next bytes, 0 at the end.
using Source = std::function<Result<size_t>(std::span<std::byte>)>;

Source source_of(const Fd& file) {
  return [&file](std::span<std::byte> into) -> Result<size_t> {
    const ssize_t count = ::read(file.get(), into.data(), into.size());
    if (count < 0) return std::unexpected(system_error(errno, "reading the module"));
    return static_cast<size_t>(count);
  };
}

// A module on its way to its place: its beginning is looked at, the rest hashed as it passes.
Result<Descriptor> write_module(const Source& source, const fs::path& path) {
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

// A layer that is the module needs nothing, unless it is compressed.
Result<std::optional<UnpackedWriter>> Unpacking::unpack_module(const Descriptor& layer) {
  Fd file = TRY(open_file(blobs_.path_of(layer)));
  std::byte magic[4];
  const ssize_t count = ::pread(file.get(), magic, sizeof magic, 0);
  if (count < 0) return std::unexpected(system_error(errno, "reading the module"));
  if (has_wasm_magic({magic, static_cast<size_t>(count)})) return std::nullopt;
  if (!has_wasm_magic(TRY(beginning(layer)))) return std::nullopt;
  UnpackedWriter writer = TRY(UnpackedWriter::create(blobs_.store_folder()));
  TRY(writer.finish(TRY(take_bare_module(layer, writer))));
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
  return with_context(write_module(source_of(file), writer.module_path()), "its file '{}'",
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
  if (folders.empty()) fs::remove_all(writer.files());
  TRY(writer.finish(*module, folders));
  return writer;
}

Result<std::optional<UnpackedWriter>> Unpacking::run() {
  const Descriptor* layer = TRY(find_module_layer(manifest_));
  if (layer) return unpack_module(*layer);
  return TRY(unpack_files());
}

// Nothing where the module lies open, or the image is unpacked already.
Result<std::optional<UnpackedWriter>> unpack_if_needed(const Blobs& blobs, const Manifest& manifest,
                                                       const Digest& digest) {
  if (TRY(find_unpacked(blobs.store_folder(), digest))) return std::nullopt;
  return Unpacking(blobs, manifest).run();
}

}  // namespace

Result<> check_before_layers(const ImageStore& store, const Manifest& manifest,
                             std::span<const BlobWriter> staged) {
  TRY(find_module_layer(manifest));
  return check_config(manifest, TRY(Blobs(store, staged).read_config(manifest)));
}

Result<Image> unpack_and_adopt(ImageStore& store, const Reference& reference,
                               std::string_view manifest_json, std::vector<BlobWriter> staged) {
  // An index's images are packed by us, the first as a module that lies open.
  if (is_index_type(TRY(describe_manifest(manifest_json)).media_type))
    return store.adopt(reference, manifest_json, std::move(staged));
  const Manifest manifest = TRY(parse_manifest(manifest_json));
  auto unpacked =
      TRY(unpack_if_needed(Blobs(store, staged), manifest, sha256(as_bytes(manifest_json))));
  return store.adopt(reference, manifest_json, std::move(staged), std::move(unpacked));
}

}  // namespace wherry::oci
