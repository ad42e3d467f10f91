// ImageStore's reading side: blobs checked against their descriptors, and manifests understood.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "oci/image_format.h"
#include "oci/image_store.h"
#include "oci/limits.h"
#include "oci/spin_application.h"
#include "support/quotes.h"

namespace wherry::oci {

fs::path blob_path(const fs::path& store, const Digest& digest) {
  return store / "blobs" / "sha256" / digest.hex();
}

bool ImageStore::has_blob(const Descriptor& descriptor) const {
  struct stat status;
  return ::stat(blob_path(descriptor.digest).c_str(), &status) == 0 && S_ISREG(status.st_mode) &&
         static_cast<uint64_t>(status.st_size) == descriptor.size_bytes;
}

bool ImageStore::has_blobs(const Manifest& manifest) const {
  return has_blob(manifest.config) &&
         std::ranges::all_of(manifest.layers,
                             [&](const Descriptor& layer) { return has_blob(layer); });
}

std::function<fs::path(const Digest&)> ImageStore::path_of_blobs() const {
  return [store = directory_](const Digest& digest) { return oci::blob_path(store, digest); };
}

std::optional<UseLock> ImageStore::hold_blob(const Descriptor& descriptor) const {
  std::optional<UseLock> lock = UseLock::take(blob_path(descriptor.digest));
  return has_blob(descriptor) ? std::move(lock) : std::nullopt;
}

static Result<> check_blob(ByteSpan bytes, const Descriptor& descriptor) {
  if (bytes.size() != descriptor.size_bytes)
    return fail(ErrorCode::Malformed,
                "blob {} has {} bytes in the store instead of {} (remove the image and "
                "pull or build it again)",
                descriptor.digest.to_string(), bytes.size(), descriptor.size_bytes);
  if (sha256(bytes) != descriptor.digest)
    return fail(ErrorCode::Malformed,
                "blob {} is damaged in the store: its content has another digest (remove "
                "the image and pull or build it again)",
                descriptor.digest.to_string());
  return {};
}

Result<Bytes> ImageStore::read_blob(const Descriptor& descriptor, uint64_t size_bytes_max) const {
  Bytes bytes = TRY(read_file(blob_path(descriptor.digest), {.size_bytes_max = size_bytes_max}));
  TRY(check_blob(bytes, descriptor));
  return bytes;
}

Result<Mapping> ImageStore::map_blob(const Descriptor& descriptor, uint64_t size_bytes_max) const {
  Mapping mapping = TRY(map_file(blob_path(descriptor.digest), {.size_bytes_max = size_bytes_max}));
  TRY(check_blob(mapping.bytes(), descriptor));
  return mapping;
}

Result<Mapping> ImageStore::map_module(const Image& image) const {
  auto map = [&]() -> Result<Mapping> {
    Mapping mapping = TRY(map_file(image.module_path, {.size_bytes_max = limits::kModuleBytes}));
    TRY(check_blob(mapping.bytes(), image.module));
    return mapping;
  };
  return with_context(map(), "image {}", image.name);
}

// Follows indexes to the manifest for WebAssembly.
Result<Descriptor> ImageStore::resolve_manifest(Descriptor descriptor) const {
  for (int depth = 0; is_index_type(descriptor.media_type); depth++) {
    if (depth == limits::kIndexDepth)
      return fail(ErrorCode::Malformed, "indexes are nested deeper than {} levels",
                  limits::kIndexDepth);
    Bytes json = TRY(read_blob(descriptor, limits::kManifestBytes));
    Index index = TRY(parse_index(as_text(json)));
    descriptor = TRY(select_wasm_entry(index))->descriptor;
  }
  return descriptor;
}

// The first bytes of a blob decide what it is. Its digest was checked when it came into the store,
// and is again when it is mapped; hashing it here would cost every start 2 ms for each MB.
static Result<> check_module(const fs::path& path, const Descriptor& module) {
  Fd fd = TRY(open_file(path));
  std::byte beginning[8];
  ssize_t count = ::pread(fd.get(), beginning, sizeof beginning, 0);
  if (count < 0) return std::unexpected(system_error(errno, "reading " + path.string()));
  return with_context(check_module_beginning({beginning, static_cast<size_t>(count)}),
                      "its layer {} ('{}')", module.digest.to_string(),
                      quote(module.media_type, 80));
}

static constexpr char kNotUnpacked[] =
    "its layers are not unpacked, since another tool has put it into the store (put it there with "
    "`wherry pull` or `wherry load`)";

// Where the module is: unpacked, or a layer by itself.
static Result<> find_module(const ImageStore& store, const Manifest& manifest, Image& image) {
  const Descriptor* layer = TRY(find_module_layer(manifest));
  auto unpacked = TRY(find_unpacked(store.directory(), image.manifest.digest));
  if (unpacked) image.files = std::move(unpacked->files);
  if (unpacked && unpacked->module) {
    image.module = *std::move(unpacked->module);
    image.module_path = std::move(unpacked->module_path);
    return {};
  }
  if (!layer) return fail(ErrorCode::Unavailable, "{}", kNotUnpacked);
  image.module = *layer;
  image.module_path = store.blob_path(layer->digest);
  return check_module(image.module_path, image.module);
}

// Its environment; its files are unpacked, or it is of no use.
static Result<> read_spin_application(const ImageStore& store, const Manifest& manifest,
                                      Image& image) {
  const Descriptor* lock_file = find_spin_application(manifest);
  const Descriptor* module = TRY(find_module_layer(manifest));
  if (!lock_file || !module) return {};
  const Bytes json = TRY(store.read_blob(*lock_file, limits::kManifestBytes));
  SpinApplication application = TRY(parse_spin_application(as_text(json), module->digest));
  if (!application.files.empty() && image.files.root.empty())
    return fail(ErrorCode::Unavailable, "{}", kNotUnpacked);
  image.config.environment = std::move(application.environment);
  return {};
}

static Result<Image> understand(const ImageStore& store, Image image) {
  Manifest manifest = TRY(parse_manifest(image.manifest_json));
  std::vector<Descriptor> blobs = manifest.layers;
  blobs.push_back(manifest.config);
  for (const Descriptor& blob : blobs)
    if (!store.has_blob(blob))
      return fail(ErrorCode::Unavailable,
                  "its blob {} of {} bytes is not in the store (pull or build it again)",
                  blob.digest.to_string(), blob.size_bytes);
  Bytes config = TRY(store.read_blob(manifest.config, limits::kConfigBytes));
  TRY(check_config(manifest, as_text(config)));
  TRY(find_module(store, manifest, image));
  image.config = TRY(read_image_config(manifest, as_text(config)));
  TRY(read_spin_application(store, manifest, image));
  return image;
}

Result<Image> ImageStore::load_image(const std::string& name, const Descriptor& entry) const {
  auto load = [&]() -> Result<Image> {
    Image image{.name = name,
                .manifest = TRY(resolve_manifest(entry)),
                .manifest_json = {},
                .config = {},
                .module = {},
                .module_path = {}};
    if (is_index_type(entry.media_type)) image.index = entry;
    Bytes json = TRY(read_blob(image.manifest, limits::kManifestBytes));
    image.manifest_json = as_text(json);
    return understand(*this, std::move(image));
  };
  return with_context(load(), "image {}", name);
}

}  // namespace wherry::oci
