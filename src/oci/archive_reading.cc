// load_archive: first the documents that say what there is, then the blobs into staging, then, when
// all is there and understood, the images into the store.
#include <unistd.h>

#include <algorithm>
#include <map>
#include <set>

#include "oci/archive_source.h"
#include "oci/docker_archive.h"
#include "oci/image_archive.h"
#include "oci/image_format.h"
#include "oci/image_unpacking.h"
#include "oci/limits.h"
#include "oci/use_lock.h"
#include "support/quotes.h"

namespace wherry::oci {

namespace {

constexpr char kContainerdName[] = "io.containerd.image.name";
constexpr char kImageConfig[] = "application/vnd.oci.image.config.v1+json";
constexpr std::string_view kBlobs = "blobs/sha256/";

struct Documents {
  std::optional<std::string> layout, index, docker;
};

Result<Documents> read_documents(const ArchiveSource& source) {
  Documents documents;
  TRY(source.visit([&](SourceFile& file) -> Result<> {
    std::optional<std::string>* document = file.path == "oci-layout"      ? &documents.layout
                                           : file.path == "index.json"    ? &documents.index
                                           : file.path == "manifest.json" ? &documents.docker
                                                                          : nullptr;
    if (document) *document = TRY(read_text(file, limits::kManifestBytes));
    return {};
  }));
  return documents;
}

struct PlannedImage {
  Reference reference;
  std::string json;  // of what the name stands for: a manifest, or an index
  // What it needs, as far as it came: its manifests and their blobs.
  std::vector<Descriptor> manifests, blobs;
};

// The blobs of an archive: those that came, in staging, and those that the store has.
class Blobs {
 public:
  explicit Blobs(ImageStore& store) : store_(store) {}

  Result<> take(const Descriptor& blob, SourceFile& file) {
    if (staged_.contains(blob.digest) || held_.contains(blob.digest)) return {};
    if (staged_.size() + held_.size() == limits::kArchiveBlobs)
      return fail(ErrorCode::Invalid, "more than {} blobs", limits::kArchiveBlobs);
    if (auto lock = store_.hold_blob(blob)) {
      held_.emplace(blob.digest, std::pair(blob, *std::move(lock)));
      return {};
    }
    BlobWriter writer = TRY(store_.write_blob(blob));
    Bytes buffer(limits::kPieceBytes);
    while (size_t count = TRY(file.read(buffer))) TRY(writer.write(ByteSpan(buffer).first(count)));
    TRY(writer.finish());
    staged_.emplace(blob.digest, std::move(writer));
    return {};
  }

  bool has(const Descriptor& blob) const {
    if (auto found = staged_.find(blob.digest); found != staged_.end())
      return found->second.descriptor().size_bytes == blob.size_bytes;
    auto found = held_.find(blob.digest);
    return found != held_.end() && found->second.first.size_bytes == blob.size_bytes;
  }

  // Of a document.
  Result<std::string> text_of(const Descriptor& blob) const {
    if (!has(blob))
      return fail(ErrorCode::Malformed, "blob {} of {} bytes is missing", blob.digest.to_string(),
                  blob.size_bytes);
    auto found = staged_.find(blob.digest);
    Bytes bytes = TRY(found != staged_.end() ? found->second.content(limits::kManifestBytes)
                                             : store_.read_blob(blob, limits::kManifestBytes));
    return std::string(as_text(bytes));
  }

  // Gives those away that are not in the store yet.
  std::vector<BlobWriter> release(const std::vector<Descriptor>& blobs) {
    std::vector<BlobWriter> released;
    for (const Descriptor& blob : blobs)
      if (auto node = staged_.extract(blob.digest)) released.push_back(std::move(node.mapped()));
    return released;
  }

  // What another image of the archive needs as well must not go again meanwhile.
  void hold(const std::vector<Descriptor>& blobs) {
    for (const Descriptor& blob : blobs)
      if (auto lock = store_.hold_blob(blob))
        held_.try_emplace(blob.digest, std::pair(blob, *std::move(lock)));
  }

 private:
  ImageStore& store_;
  std::map<Digest, BlobWriter> staged_;
  std::map<Digest, std::pair<Descriptor, UseLock>> held_;
};

// --- an OCI layout

Result<> take_layout_blobs(const ArchiveSource& source, Blobs& blobs) {
  return source.visit([&](SourceFile& file) -> Result<> {
    if (!file.path.starts_with(kBlobs)) return {};
    Result<Digest> digest = parse_digest("sha256:" + file.path.substr(kBlobs.size()));
    if (!digest) return {};  // another tool's
    return blobs.take({.media_type = "", .digest = *digest, .size_bytes = file.size_bytes}, file);
  });
}

std::vector<Descriptor> blobs_of(const Manifest& manifest) {
  std::vector<Descriptor> blobs = manifest.layers;
  blobs.push_back(manifest.config);
  return blobs;
}

// The manifest for WebAssembly must be there with all its blobs.
Result<> check_wasm_manifest(const Blobs& blobs, Descriptor manifest) {
  for (int depth = 0; is_index_type(manifest.media_type); depth++) {
    if (depth == limits::kIndexDepth)
      return fail(ErrorCode::Malformed, "indexes are nested deeper than {} levels",
                  limits::kIndexDepth);
    const Index index = TRY(parse_index(TRY(blobs.text_of(manifest))));
    manifest = TRY(select_wasm_entry(index))->descriptor;
  }
  const Manifest parsed = TRY(parse_manifest(TRY(blobs.text_of(manifest))));
  for (const Descriptor& blob : blobs_of(parsed))
    if (!blobs.has(blob))
      return fail(ErrorCode::Malformed, "blob {} of {} bytes is missing", blob.digest.to_string(),
                  blob.size_bytes);
  return {};
}

// An index's other platforms are taken where they came whole, and may be missing.
Result<> plan_manifest(const Blobs& blobs, const Descriptor& manifest, int depth,
                       PlannedImage& image) {
  const bool is_known = std::ranges::find(image.manifests, manifest.digest, &Descriptor::digest) !=
                        image.manifests.end();
  if (is_known || depth > limits::kIndexDepth || !blobs.has(manifest)) return {};
  const std::string json = TRY(blobs.text_of(manifest));
  if (is_index_type(manifest.media_type)) {
    const Index index = TRY(parse_index(json));
    for (const IndexEntry& entry : index.entries)
      TRY(plan_manifest(blobs, entry.descriptor, depth + 1, image));
  } else {
    const Result<Manifest> parsed = parse_manifest(json);
    if (!parsed) return {};  // a form that is another tool's
    const std::vector<Descriptor> needed = blobs_of(*parsed);
    if (!std::ranges::all_of(needed, [&](const Descriptor& blob) { return blobs.has(blob); }))
      return {};
    image.blobs.insert(image.blobs.end(), needed.begin(), needed.end());
  }
  image.manifests.push_back(manifest);
  return {};
}

Result<PlannedImage> plan_image(const Blobs& blobs, Reference reference,
                                const Descriptor& manifest) {
  if (reference.digest && *reference.digest != manifest.digest)
    return fail(ErrorCode::Malformed, "its manifest has another digest, {}",
                manifest.digest.to_string());
  TRY(check_wasm_manifest(blobs, manifest));
  PlannedImage image{.reference = std::move(reference),
                     .json = TRY(blobs.text_of(manifest)),
                     .manifests = {},
                     .blobs = {}};
  TRY(plan_manifest(blobs, manifest, 0, image));
  image.blobs.insert(image.blobs.end(), image.manifests.begin(), image.manifests.end());
  return image;
}

// The name in containerd's notation is whole; the other is often a bare tag.
Result<Reference> name_of(const StoreIndex::Entry& entry) {
  auto whole = entry.descriptor.annotations.find(kContainerdName);
  const std::string name = whole == entry.descriptor.annotations.end() ? entry.name : whole->second;
  Result<Reference> reference = parse_reference(name);
  if (reference) return reference;
  return fail(ErrorCode::Invalid, "the name '{}' cannot be used (give one with --as)",
              quote(name, 80));
}

Error needs_one_image(size_t count) {
  return {ErrorCode::Invalid,
          fmt::format("it holds {} images, and --as names one (load it without)", count)};
}

Result<std::vector<PlannedImage>> plan_layout(const StoreIndex& index, const Blobs& blobs,
                                              const LoadOptions& options) {
  std::map<Digest, Descriptor> manifests;  // which one image may be meant
  std::vector<PlannedImage> images;
  for (const StoreIndex::Entry& entry : index.entries()) {
    if (entry.subject) continue;
    manifests.emplace(entry.descriptor.digest, entry.descriptor);
    if (options.stored_as || entry.name.empty()) continue;
    Reference reference = TRY(name_of(entry));
    images.push_back(TRY(with_context(plan_image(blobs, reference, entry.descriptor), "image {}",
                                      reference.to_string())));
  }
  if (options.stored_as) {
    if (manifests.size() != 1) return std::unexpected(needs_one_image(manifests.size()));
    images.push_back(TRY(plan_image(blobs, *options.stored_as, manifests.begin()->second)));
  }
  if (images.empty())
    return fail(ErrorCode::Invalid, "it names no image (give it a name with --as NAME)");
  return images;
}

// --- a docker archive

// Media type by content, as the layers' names say nothing.
const char* layer_type(ByteSpan begin) {
  auto starts_with = [&](std::string_view magic) { return as_text(begin).starts_with(magic); };
  if (starts_with("\x1f\x8b")) return "application/vnd.oci.image.layer.v1.tar+gzip";
  if (starts_with("\x28\xb5\x2f\xfd")) return "application/vnd.oci.image.layer.v1.tar+zstd";
  return "application/vnd.oci.image.layer.v1.tar";
}

Result<Descriptor> describe_file(SourceFile& file) {
  Sha256 hash;
  Bytes buffer(limits::kPieceBytes);
  Descriptor described{.media_type = "", .digest = {}, .size_bytes = 0};
  while (size_t count = TRY(file.read(buffer))) {
    ByteSpan piece = ByteSpan(buffer).first(count);
    if (described.size_bytes == 0) described.media_type = layer_type(piece);
    hash.update(piece);
    described.size_bytes += count;
  }
  described.digest = hash.finish();
  return described;
}

// The files of a docker archive that its images need. Docker and podman write a layer that they
// have written already as a link to it.
struct DockerFiles {
  std::map<std::string, Descriptor> by_path;
  std::map<std::string, std::string> links;  // path to path, both in the archive

  void add_link(const std::string& path, const std::string& target) {
    const fs::path whole = fs::path(path).parent_path() / target;
    if (auto inside = normal_entry_path(whole.lexically_normal().string()))
      links[path] = *std::move(inside);
  }
  // What a document calls a file.
  Result<std::string> find_path(const std::string& name) const {
    std::string path = TRY(normal_entry_path(name));
    for (int hops = 0; hops < limits::kLinkHops; hops++) {
      const auto link = links.find(path);
      if (link == links.end()) return path;
      path = link->second;
    }
    return fail(ErrorCode::Malformed, "its file {} is a link that goes round", quote(name, 80));
  }
};

// Files have no digests in their names: they are hashed first, and staged on a second way through.
Result<DockerFiles> take_docker_files(const ArchiveSource& source,
                                      const std::vector<DockerImage>& images, Blobs& blobs) {
  DockerFiles files;
  TRY(source.visit(
      [](SourceFile&) { return Result<>(); },
      [&](const std::string& path, const std::string& target) { files.add_link(path, target); }));
  std::set<std::string> needed;
  for (const DockerImage& image : images) {
    needed.insert(TRY(files.find_path(image.config)));
    for (const std::string& layer : image.layers) needed.insert(TRY(files.find_path(layer)));
  }
  TRY(source.visit([&](SourceFile& file) -> Result<> {
    if (needed.contains(file.path)) files.by_path[file.path] = TRY(describe_file(file));
    return {};
  }));
  TRY(source.visit([&](SourceFile& file) -> Result<> {
    auto found = files.by_path.find(file.path);
    return found == files.by_path.end() ? Result<>() : blobs.take(found->second, file);
  }));
  return files;
}

OrderedJson descriptor_json(const Descriptor& blob, std::string_view media_type) {
  return {
      {"mediaType", media_type}, {"digest", blob.digest.to_string()}, {"size", blob.size_bytes}};
}

// The manifest that the image would have had in a registry.
Result<std::string> encode_manifest(const DockerImage& image, const DockerFiles& files) {
  auto find = [&](const std::string& path) -> Result<Descriptor> {
    auto found = files.by_path.find(TRY(files.find_path(path)));
    if (found != files.by_path.end()) return found->second;
    return fail(ErrorCode::Malformed, "its file {} is missing", quote(path, 80));
  };
  OrderedJson layers = OrderedJson::array();
  for (const std::string& path : image.layers) {
    Descriptor layer = TRY(find(path));
    layers.push_back(descriptor_json(layer, layer.media_type));
  }
  OrderedJson manifest = {{"schemaVersion", 2}, {"mediaType", media_type::kManifest}};
  manifest["config"] = descriptor_json(TRY(find(image.config)), kImageConfig);
  manifest["layers"] = std::move(layers);
  return manifest.dump();
}

Result<std::vector<PlannedImage>> plan_docker(const std::vector<DockerImage>& images,
                                              const DockerFiles& files,
                                              const LoadOptions& options) {
  if (options.stored_as && images.size() != 1)
    return std::unexpected(needs_one_image(images.size()));
  std::vector<PlannedImage> planned;
  for (const DockerImage& image : images) {
    const std::string json = TRY(encode_manifest(image, files));
    PlannedImage plan{.reference = {},
                      .json = json,
                      .manifests = {describe(json, media_type::kManifest)},
                      .blobs = blobs_of(TRY(parse_manifest(json)))};
    std::vector<Reference> names;
    if (options.stored_as) names.push_back(*options.stored_as);
    for (const std::string& name : image.names)
      if (!options.stored_as) names.push_back(TRY(with_context(parse_reference(name), "RepoTags")));
    for (const Reference& name : names) {
      planned.push_back(plan);
      planned.back().reference = name;
    }
  }
  if (planned.empty())
    return fail(ErrorCode::Invalid, "it names no image (give it a name with --as NAME)");
  return planned;
}

// --- both

Result<std::vector<Image>> store_images(ImageStore& store, Blobs& blobs,
                                        const std::vector<PlannedImage>& planned,
                                        const LoadOptions& options) {
  std::vector<Image> images;
  for (const PlannedImage& image : planned) {
    const Reference name = options.rename ? options.rename(image.reference) : image.reference;
    images.push_back(TRY(unpack_and_adopt(store, name, image.json, blobs.release(image.blobs))));
    blobs.hold(image.blobs);
  }
  return images;
}

// Only what belongs to an image of this archive, or to such an attachment.
Result<> store_attachments(ImageStore& store, Blobs& blobs, const StoreIndex& index,
                           const std::vector<PlannedImage>& planned) {
  std::set<Digest> subjects, done;
  for (const PlannedImage& image : planned)
    for (const Descriptor& manifest : image.manifests) subjects.insert(manifest.digest);
  for (bool grew = true; std::exchange(grew, false);)
    for (const StoreIndex::Entry& entry : index.entries()) {
      const Digest& digest = entry.descriptor.digest;
      if (!entry.subject || !subjects.contains(*entry.subject) || done.contains(digest)) continue;
      std::string json = TRY(blobs.text_of(entry.descriptor));
      const std::vector<Descriptor> needed = blobs_of(TRY(parse_manifest(json)));
      TRY(store.attach(*entry.subject, json, blobs.release(needed)));
      blobs.hold(needed);
      subjects.insert(digest);
      done.insert(digest);
      grew = true;
    }
  return {};
}

Result<std::vector<Image>> load_layout(ImageStore& store, const ArchiveSource& source,
                                       std::string_view index_json, const LoadOptions& options) {
  StoreIndex index = TRY(with_context(StoreIndex::parse(index_json), "index.json"));
  Blobs blobs(store);
  TRY(take_layout_blobs(source, blobs));
  std::vector<PlannedImage> planned = TRY(plan_layout(index, blobs, options));
  std::vector<Image> images = TRY(store_images(store, blobs, planned, options));
  TRY(store_attachments(store, blobs, index, planned));
  return images;
}

Result<std::vector<Image>> load_docker(ImageStore& store, const ArchiveSource& source,
                                       std::string_view manifest_json, const LoadOptions& options) {
  std::vector<DockerImage> listed = TRY(parse_docker_manifest(manifest_json));
  Blobs blobs(store);
  DockerFiles files = TRY(take_docker_files(source, listed, blobs));
  return store_images(store, blobs, TRY(plan_docker(listed, files, options)), options);
}

}  // namespace

static Result<bool> is_module(const fs::path& path) {
  const Fd file = TRY(open_file(path));
  std::byte magic[4];
  // Of a folder or a pipe nothing comes: that is no module.
  return ::pread(file.get(), magic, sizeof magic, 0) == sizeof magic && has_wasm_magic(magic);
}

// A module by itself, as an image that asks for nothing.
static Result<std::vector<Image>> load_module(ImageStore& store, const fs::path& path,
                                              const LoadOptions& options) {
  if (!options.stored_as)
    return fail(ErrorCode::Invalid,
                "it is a module, and has no name as an image (give it one with --as NAME:TAG)");
  const Mapping module = TRY(map_file(path, {.size_bytes_max = limits::kModuleBytes}));
  TRY(check_module_beginning(module.bytes().first(std::min<size_t>(module.size_bytes(), 8))));
  const Reference& name = *options.stored_as;
  const Reference stored = options.rename ? options.rename(name) : name;
  ImageConfig config;
  config.title = name.repository;
  std::vector<Image> images;
  images.push_back(TRY(store.add(
      {.module = module.bytes(), .name = stored.to_string(), .config = std::move(config)})));
  return images;
}

Result<std::vector<Image>> load_archive(ImageStore& store, const fs::path& path,
                                        const LoadOptions& options) {
  if (TRY(is_module(path))) return load_module(store, path, options);
  ArchiveSource source = TRY(ArchiveSource::open(path));
  Documents documents = TRY(read_documents(source));
  // Docker's newer archives are layouts as well, which say more.
  if (documents.layout && documents.index) {
    TRY(with_context(check_layout(*documents.layout), "oci-layout"));
    return load_layout(store, source, *documents.index, options);
  }
  if (documents.docker) return load_docker(store, source, *documents.docker, options);
  return fail(ErrorCode::Malformed,
              "it is no image archive: it has neither oci-layout with index.json nor docker's "
              "manifest.json");
}

}  // namespace wherry::oci
