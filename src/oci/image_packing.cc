#include "oci/image_packing.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <set>

#include "oci/container_config.h"
#include "oci/image_documents.h"
#include "oci/image_format.h"
#include "oci/limits.h"
#include "oci/tar_layer.h"
#include "support/quotes.h"

namespace wherry::oci {

static constexpr char kModulePath[] = "app.wasm";
static constexpr ImageFormat kFormats[] = {ImageFormat::Artifact, ImageFormat::Legacy,
                                           ImageFormat::Image, ImageFormat::Index};

const char* to_string(ImageFormat format) {
  switch (format) {
    case ImageFormat::Artifact:
      return "artifact";
    case ImageFormat::Legacy:
      return "legacy";
    case ImageFormat::Image:
      return "image";
    case ImageFormat::Index:
      return "index";
  }
  return "unknown";
}

Result<ImageFormat> parse_image_format(std::string_view word) {
  for (ImageFormat format : kFormats)
    if (word == to_string(format)) return format;
  return fail(ErrorCode::Invalid, "format is '{}', expected one of artifact, legacy, image, index",
              quote(word, 40));
}

namespace {

Result<> add_asset(const fs::directory_entry& entry, const fs::path& folder,
                   const std::string& below, std::vector<AssetFile>& found) {
  const std::string shown = quote(entry.path().string(), 200);
  std::error_code error;
  const fs::file_status status = entry.symlink_status(error);
  if (error) return std::unexpected(system_error(error.value(), "reading " + shown));
  if (fs::is_directory(status)) return {};
  if (!fs::is_regular_file(status))
    return fail(ErrorCode::Invalid,
                "{} is neither a file nor a folder (only those travel in images)", shown);
  std::string path = entry.path().lexically_relative(folder).string();
  if (!below.empty()) path.insert(0, below + "/");
  if (found.size() == limits::kTarEntries)
    return fail(ErrorCode::Invalid, "{} has more than {} files", folder.string(),
                limits::kTarEntries);
  found.push_back({.path = TRY(normal_entry_path(path)), .source = entry.path()});
  return {};
}

}  // namespace

Result<std::vector<AssetFile>> find_assets(const fs::path& folder, const std::string& below) {
  std::vector<AssetFile> found;
  std::error_code error;
  fs::recursive_directory_iterator entries(folder, error), end;
  while (!error && entries != end) {
    TRY(add_asset(*entries, folder, below, found));
    entries.increment(error);
  }
  if (error)
    return std::unexpected(system_error(error.value(), "reading the folder " + folder.string()));
  std::ranges::sort(found, {}, &AssetFile::path);
  return found;
}

Result<Bytes> ContentSource::beginning() const {
  const size_t count = static_cast<size_t>(std::min<uint64_t>(size_bytes_, 8));
  if (file_.empty()) return Bytes(bytes_.begin(), bytes_.begin() + static_cast<ptrdiff_t>(count));
  Fd fd = TRY(open_file(file_));
  Bytes beginning(count);
  const ssize_t got = ::pread(fd.get(), beginning.data(), count, 0);
  if (got < 0) return std::unexpected(system_error(errno, "reading " + file_.string()));
  beginning.resize(static_cast<size_t>(got));
  return beginning;
}

Result<> ContentSource::read(const std::function<Result<>(ByteSpan piece)>& take) const {
  if (file_.empty()) return take(bytes_);
  Fd fd = TRY(open_file(file_));
  Sha256 hash;
  Bytes buffer(limits::kPieceBytes);
  uint64_t left_bytes = size_bytes_;
  while (left_bytes > 0) {
    const ssize_t count =
        ::read(fd.get(), buffer.data(), std::min<uint64_t>(left_bytes, buffer.size()));
    if (count < 0) return std::unexpected(system_error(errno, "reading " + file_.string()));
    if (count == 0) break;
    const ByteSpan piece = ByteSpan(buffer).first(static_cast<size_t>(count));
    hash.update(piece);
    left_bytes -= piece.size();
    TRY(take(piece));
  }
  if (left_bytes == 0 && hash.finish() == digest_) return {};
  return fail(ErrorCode::Malformed, "{} is damaged in the store (wherry fsck)",
              digest_.to_string());
}

namespace {

// One image on its way.
class Packing {
 public:
  Packing(ImageStore& store, const ImageContents& contents) : store_(store), contents_(contents) {}

  Result<PackedImage> run(ImageFormat format);

 private:
  Result<> check() const;
  Result<Descriptor> add_blob(const ContentSource& content, std::string_view media_type);
  Result<std::string> add_module_image(ImageFormat format);
  Result<std::string> add_container_image();
  Result<std::string> add_index();
  template <class Fill>
  Result<FileLayer> add_layer(Fill fill);
  Result<> write_assets(TarWriter& writer);

  ImageStore& store_;
  const ImageContents& contents_;
  std::vector<BlobWriter> blobs_;
};

Result<> Packing::check() const {
  TRY(with_context(check_module_beginning(TRY(contents_.module.beginning())), "the module"));
  if (contents_.module.size_bytes() > limits::kModuleBytes)
    return fail(ErrorCode::Invalid, "the module of {} bytes exceeds the limit of {} bytes",
                contents_.module.size_bytes(), limits::kModuleBytes);
  std::set<std::string_view> paths = {kModulePath};
  for (const AssetFile& asset : contents_.assets)
    if (!paths.insert(asset.path).second)
      return fail(ErrorCode::Invalid, "two files of the image would have the path '/{}'{}",
                  quote(asset.path, 80), asset.path == kModulePath ? " (the module has it)" : "");
  return {};
}

Result<Descriptor> Packing::add_blob(const ContentSource& content, std::string_view media_type) {
  BlobWriter writer = TRY(store_.write_unnamed_blob(media_type));
  TRY(content.read([&](ByteSpan piece) { return writer.write(piece); }));
  TRY(writer.finish());
  blobs_.push_back(std::move(writer));
  return blobs_.back().descriptor();
}

Result<std::string> Packing::add_module_image(ImageFormat format) {
  const bool is_legacy = format == ImageFormat::Legacy;
  ModuleImageOptions options{.module = TRY(add_blob(contents_.module, media_type::kWasmLayer)),
                             .config = contents_.config,
                             .created_s = contents_.created_s};
  ImageDocuments documents =
      is_legacy ? encode_legacy_image(options) : encode_wasm_artifact(options);
  TRY(add_blob(as_bytes(documents.config_json),
               is_legacy ? media_type::kLegacyConfig : media_type::kWasmConfig));
  return documents.manifest_json;
}

// A layer is written straight into its blob; `fill` gives the TarWriter its files.
template <class Fill>
Result<FileLayer> Packing::add_layer(Fill fill) {
  BlobWriter blob = TRY(store_.write_unnamed_blob(media_type::kFileLayer));
  TarWriter writer = TRY(TarWriter::create([&](ByteSpan bytes) { return blob.write(bytes); },
                                           {.modified_s = contents_.created_s.value_or(0)}));
  TRY(fill(writer));
  const Digest plain = TRY(writer.finish());
  TRY(blob.finish());
  blobs_.push_back(std::move(blob));
  return FileLayer{.packed = blobs_.back().descriptor(), .plain = plain};
}

// The folders on the way to `path` that the one before it had not.
Result<> add_folders(TarWriter& writer, const std::string& path, std::set<std::string>& added) {
  for (size_t slash = path.find('/'); slash != path.npos; slash = path.find('/', slash + 1))
    if (std::string folder = path.substr(0, slash); added.insert(folder).second)
      TRY(writer.add_folder(folder));
  return {};
}

Result<> Packing::write_assets(TarWriter& writer) {
  std::vector<const AssetFile*> sorted;
  for (const AssetFile& asset : contents_.assets) sorted.push_back(&asset);
  std::ranges::sort(sorted, {}, &AssetFile::path);
  std::set<std::string> folders;
  uint64_t left_bytes = limits::kUnpackedBytes;
  for (const AssetFile* asset : sorted) {
    TRY(add_folders(writer, asset->path, folders));
    Mapping content =
        TRY(with_context(map_file(asset->source, {.size_bytes_max = left_bytes}), "assets"));
    left_bytes -= content.bytes().size();
    TRY(writer.add_file(asset->path, content.bytes()));
  }
  return {};
}

// The module is a layer by itself: what changes more often is on top, and assets are not sent
// again.
Result<std::string> Packing::add_container_image() {
  ContainerImageOptions options{.layers = {},
                                .program = std::string("/") + kModulePath,
                                .config = contents_.config,
                                .created_s = contents_.created_s};
  if (!contents_.assets.empty())
    options.layers.push_back(
        TRY(add_layer([&](TarWriter& writer) { return write_assets(writer); })));
  options.layers.push_back(TRY(add_layer([&](TarWriter& writer) -> Result<> {
    TRY(writer.begin_file(kModulePath, contents_.module.size_bytes(), FileMode::Program));
    return contents_.module.read([&](ByteSpan piece) { return writer.write(piece); });
  })));
  ImageDocuments documents = encode_container_image(options);
  TRY(add_blob(as_bytes(documents.config_json), media_type::kContainerConfig));
  return documents.manifest_json;
}

Result<std::string> Packing::add_index() {
  const std::string artifact = TRY(add_module_image(ImageFormat::Artifact));
  const std::string image = TRY(add_container_image());
  const IndexEntry entries[] = {
      {.descriptor = TRY(add_blob(as_bytes(artifact), media_type::kManifest)),
       .platform = {.os = "wasip1", .architecture = "wasm"}},
      {.descriptor = TRY(add_blob(as_bytes(image), media_type::kManifest)),
       .platform = {.os = "wasi", .architecture = "wasm"}}};
  return encode_index(entries);
}

Result<PackedImage> Packing::run(ImageFormat format) {
  TRY(check());
  const ImageConfig& config = contents_.config;
  const bool has_process =
      !config.arguments.empty() || !config.default_arguments.empty() || !config.environment.empty();
  if ((!contents_.assets.empty() || has_process) && format != ImageFormat::Image)
    return fail(ErrorCode::Invalid, "the format {} cannot hold {} (use the format image)",
                to_string(format),
                contents_.assets.empty() ? "the image's arguments and environment variables"
                                         : "files beside the module");
  PackedImage packed;
  switch (format) {
    case ImageFormat::Artifact:
    case ImageFormat::Legacy:
      packed.manifest_json = TRY(add_module_image(format));
      break;
    case ImageFormat::Image:
      packed.manifest_json = TRY(add_container_image());
      break;
    case ImageFormat::Index:
      packed.manifest_json = TRY(add_index());
      break;
  }
  packed.blobs = std::move(blobs_);
  return packed;
}

}  // namespace

Result<PackedImage> pack_image(ImageStore& store, const ImageContents& contents,
                               ImageFormat format) {
  return Packing(store, contents).run(format);
}

Result<PackedImage> convert_image(ImageStore& store, const Image& image, ImageFormat format) {
  const Manifest manifest = TRY(parse_manifest(image.manifest_json));
  const Bytes config = TRY(store.read_blob(manifest.config, limits::kConfigBytes));
  ImageContents contents{.module = ContentSource(image.module_path, image.module),
                         .config = image.config,
                         .assets = {},
                         .created_s = created_at(as_text(config))};
  if (!image.files.root.empty()) contents.assets = TRY(find_assets(image.files.root, ""));
  // Of an ordinary image, the module is one of its files as well.
  std::erase_if(contents.assets, [](const AssetFile& asset) { return asset.path == kModulePath; });
  return with_context(pack_image(store, contents, format), "image {} as {}", image.name,
                      to_string(format));
}

}  // namespace wherry::oci
