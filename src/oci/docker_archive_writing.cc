// save_docker_archive: each image as an ordinary one, its layers unpacked, in the files of docker's
// Image Specification v1.2 ("Combined Image JSON + Filesystem Changeset Format"): manifest.json and
// `repositories` lead to configs, and to a folder for each layer. A folder is named by the layer's
// ChainID (image-spec 1.1, config.md), which tells of the layers below as well.
#include <algorithm>
#include <map>

#include "oci/container_config.h"
#include "oci/image_archive.h"
#include "oci/image_format.h"
#include "oci/image_packing.h"
#include "oci/limits.h"
#include "support/json.h"

namespace wherry::oci {

namespace {

struct Layer {
  fs::path packed;
  uint64_t plain_bytes;
  std::string json;  // what a docker before 1.10 reads
};

class DockerArchive {
 public:
  explicit DockerArchive(ImageStore& store) : store_(store) {}

  // Its ID. Errors: those of convert_image; Malformed for layers that are not what the config says.
  Result<Digest> add(const Image& image);
  Result<> write(TarWriter::Sink sink) const;

 private:
  struct Ordinary {
    Manifest manifest;
    std::string config_json;
    std::vector<Digest> diff_ids;
  };
  Result<Ordinary> as_ordinary(const Image& image);
  Result<std::optional<Ordinary>> read_ordinary(std::string_view manifest_json) const;
  Result<std::string> add_layer(const Ordinary& image, size_t index, const std::string& parent);
  fs::path path_of(const Descriptor& blob) const;

  ImageStore& store_;
  std::vector<PackedImage> converted_;  // staged until all is written
  std::vector<UseLock> in_use_;
  std::map<std::string, std::string> configs_;  // by digest
  std::map<std::string, Layer> layers_;         // by ChainID
  OrderedJson manifest_ = OrderedJson::array();
  OrderedJson repositories_ = OrderedJson::object();
};

fs::path DockerArchive::path_of(const Descriptor& blob) const {
  for (const PackedImage& image : converted_)
    for (const BlobWriter& staged : image.blobs)
      if (staged.descriptor().digest == blob.digest) return staged.path();
  return store_.blob_path(blob.digest);
}

Result<std::vector<Digest>> read_diff_ids(std::string_view config_json) {
  std::vector<Digest> ids;
  const Json config =
      TRY(parse_json(config_json, {.size_bytes_max = limits::kConfigBytes, .depth_max = 32}));
  const Json* rootfs = TRY(json_object(config, "rootfs"));
  const Json* members = rootfs ? TRY(json_array(*rootfs, "diff_ids")) : nullptr;
  if (!members) return ids;
  for (const Json& member : *members) {
    if (!member.is_string()) return fail(ErrorCode::Malformed, "a diff_id is no string");
    ids.push_back(TRY(parse_digest(member.get_ref<const std::string&>())));
  }
  return ids;
}

// Nothing where it is no image of files, as far as its manifest and its config say.
Result<std::optional<DockerArchive::Ordinary>> DockerArchive::read_ordinary(
    std::string_view manifest_json) const {
  Manifest manifest = TRY(parse_manifest(manifest_json));
  if (!is_container_config(manifest.config.media_type) ||
      !std::ranges::all_of(manifest.layers, is_file_layer))
    return std::nullopt;
  const Bytes config =
      TRY(read_file(path_of(manifest.config), {.size_bytes_max = limits::kConfigBytes}));
  if (sha256(config) != manifest.config.digest)
    return fail(ErrorCode::Malformed, "its config is damaged in the store (wherry fsck)");
  std::vector<Digest> diff_ids = TRY(with_context(read_diff_ids(as_text(config)), "config"));
  if (diff_ids.size() != manifest.layers.size()) return std::nullopt;
  return Ordinary{std::move(manifest), std::string(as_text(config)), std::move(diff_ids)};
}

Result<DockerArchive::Ordinary> DockerArchive::as_ordinary(const Image& image) {
  if (auto ordinary = TRY(read_ordinary(image.manifest_json))) return *std::move(ordinary);
  converted_.push_back(TRY(convert_image(store_, image, ImageFormat::Image)));
  if (auto ordinary = TRY(read_ordinary(converted_.back().manifest_json)))
    return *std::move(ordinary);
  return fail(ErrorCode::Unsupported, "cannot be made an ordinary image");
}

// Its size unpacked, which stands in front of it in the archive.
Result<uint64_t> measure(const fs::path& packed, const Digest& expected) {
  DecompressedFile file = TRY(DecompressedFile::open(packed, limits::kUnpackedBytes));
  Sha256 hash;
  Bytes buffer(limits::kPieceBytes);
  uint64_t size_bytes = 0;
  while (size_t count = TRY(file.read(buffer))) {
    hash.update(ByteSpan(buffer).first(count));
    size_bytes += count;
  }
  if (hash.finish() == expected) return size_bytes;
  return fail(ErrorCode::Malformed, "unpacks to another digest than its config's diff_id {}",
              expected.to_string());
}

std::string chain_id(const std::string& parent, const Digest& diff_id) {
  if (parent.empty()) return diff_id.hex();
  return sha256(as_bytes("sha256:" + parent + " " + diff_id.to_string())).hex();
}

// Returns its ChainID.
Result<std::string> DockerArchive::add_layer(const Ordinary& image, size_t index,
                                             const std::string& parent) {
  const Descriptor& layer = image.manifest.layers[index];
  std::string id = chain_id(parent, image.diff_ids[index]);
  if (layers_.contains(id)) return id;
  if (auto lock = store_.hold_blob(layer)) in_use_.push_back(*std::move(lock));
  const fs::path packed = path_of(layer);
  const uint64_t size_bytes =
      TRY(with_context(measure(packed, image.diff_ids[index]), "layer {}", index));
  OrderedJson json = {{"id", id}, {"created", "1970-01-01T00:00:00Z"}, {"os", "linux"}};
  if (!parent.empty()) json["parent"] = parent;
  layers_.emplace(id, Layer{packed, size_bytes, json.dump()});
  return id;
}

Result<Digest> DockerArchive::add(const Image& image) {
  const Ordinary ordinary = TRY(as_ordinary(image));
  const std::string config_name = ordinary.manifest.config.digest.hex() + ".json";
  configs_.emplace(config_name, ordinary.config_json);
  OrderedJson entry = {{"Config", config_name},
                       {"RepoTags", OrderedJson::array()},
                       {"Layers", OrderedJson::array()}};
  std::string top;
  for (size_t i = 0; i < ordinary.manifest.layers.size(); i++) {
    top = TRY(add_layer(ordinary, i, top));
    entry["Layers"].push_back(top + "/layer.tar");
  }
  Reference name = TRY(parse_reference(image.name));
  const std::string tag = std::exchange(name.tag, {});
  if (tag.empty() || name.digest)
    return fail(ErrorCode::Invalid,
                "has no name that docker's archives could hold (give it one with `wherry tag`)");
  entry["RepoTags"].push_back(name.to_string() + ':' + tag);
  repositories_[name.to_string()][tag] = top;
  manifest_.push_back(std::move(entry));
  return ordinary.manifest.config.digest;
}

Result<> write_layer(const Layer& layer, const std::string& path, TarWriter& writer) {
  DecompressedFile file = TRY(DecompressedFile::open(layer.packed, limits::kUnpackedBytes));
  TRY(writer.begin_file(path, layer.plain_bytes));
  Bytes buffer(limits::kPieceBytes);
  uint64_t left_bytes = layer.plain_bytes;
  while (left_bytes > 0) {
    const size_t count = TRY(file.read(buffer));
    if (count == 0 || count > left_bytes)
      return fail(ErrorCode::Io, "{} was changed meanwhile", layer.packed.string());
    TRY(writer.write(ByteSpan(buffer).first(count)));
    left_bytes -= count;
  }
  return {};
}

Result<> DockerArchive::write(TarWriter::Sink sink) const {
  TarWriter writer =
      TRY(TarWriter::create(std::move(sink), {.compression = Compression::None, .modified_s = 0}));
  TRY(writer.add_file("manifest.json", as_bytes(manifest_.dump())));
  TRY(writer.add_file("repositories", as_bytes(repositories_.dump())));
  for (const auto& [name, json] : configs_) TRY(writer.add_file(name, as_bytes(json)));
  for (const auto& [id, layer] : layers_) {
    TRY(writer.add_folder(id));
    TRY(writer.add_file(id + "/VERSION", as_bytes(std::string_view("1.0"))));
    TRY(writer.add_file(id + "/json", as_bytes(layer.json)));
    TRY(write_layer(layer, id + "/layer.tar", writer));
  }
  TRY(writer.finish());
  return {};
}

}  // namespace

Result<std::map<std::string, Digest>> save_docker_archive(ImageStore& store,
                                                          std::vector<Image> images,
                                                          TarWriter::Sink sink) {
  std::ranges::sort(images, {}, &Image::name);
  DockerArchive archive(store);
  std::map<std::string, Digest> ids;
  for (const Image& image : images)
    ids[image.name] = TRY(with_context(archive.add(image), "image {}", image.name));
  TRY(archive.write(std::move(sink)));
  return ids;
}

}  // namespace wherry::oci
