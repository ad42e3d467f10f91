#include "oci/image_store.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "oci/blob_references.h"
#include "oci/image_documents.h"
#include "oci/image_format.h"
#include "oci/limits.h"
#include "oci/store_survey.h"
#include "oci/working_name.h"
#include "support/quotes.h"

namespace wherry::oci {

static constexpr char kLayoutFile[] = "oci-layout";
static constexpr char kIndexFile[] = "index.json";
static constexpr char kLockFile[] = ".lock";
static constexpr char kStagingFolder[] = "staging";

static fs::path blobs_folder(const fs::path& store) { return store / "blobs" / "sha256"; }

// What a store that was never finished may hold, or one that another process finishes meanwhile.
static bool is_ours(const std::string& name) {
  return name == kLayoutFile || name == "blobs" || name == "unpacked" || name == kStagingFolder ||
         name == kIndexFile || name == kLockFile || name.starts_with(".index.json.") ||
         name.starts_with(".oci-layout.");
}

static Result<> check_adoptable(const fs::path& directory) {
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(directory, error))
    if (!is_ours(entry.path().filename().string()))
      return fail(
          ErrorCode::Malformed,
          "{} is no image store: it has files of another kind and no {} (set WHERRY_STORE to "
          "another folder)",
          directory.string(), kLayoutFile);
  if (error) return std::unexpected(system_error(error.value(), "reading " + directory.string()));
  return {};
}

// Makes the parts of an empty layout; oci-layout comes last, and marks it as whole.
static Result<> make_layout(const fs::path& directory) {
  TRY(make_durable_directories(directory));
  TRY(check_adoptable(directory));
  FileLock held = TRY(FileLock::acquire(directory / kLockFile));
  TRY(make_directories(blobs_folder(directory)));
  TRY(make_directories(directory / kStagingFolder));
  // Also where they were there: who made them may have been killed before this.
  TRY(sync_folder(directory / "blobs"));
  if (!fs::exists(directory / kIndexFile))
    TRY(write_file_atomic(directory / kIndexFile, as_bytes(StoreIndex().to_json())));
  return write_file_atomic(directory / kLayoutFile, as_bytes(kLayoutJson));
}

// Whoever can write there can make a name mean what they like. A store of root's is for all.
static Result<> check_private(const fs::path& path) {
  struct stat status;
  if (::stat(path.c_str(), &status) != 0) return {};  // told by who reads it
  const bool is_foreign = status.st_uid != ::geteuid() && status.st_uid != 0;
  if (!is_foreign && (status.st_mode & (S_IWGRP | S_IWOTH)) == 0) return {};
  return fail(ErrorCode::Denied, "{} is not used: {}", path.string(),
              is_foreign ? fmt::format("it belongs to user {}, not to user {} (set WHERRY_STORE)",
                                       status.st_uid, ::geteuid())
                         : fmt::format("others may write to it, mode {:o} (chmod go-w it, or set "
                                       "WHERRY_STORE)",
                                       status.st_mode & 07777));
}

// Who may only read a store is told what to do; other reasons say enough.
static std::unexpected<Error> not_writable(Error error) {
  if (error.code == ErrorCode::Denied)
    error.message += " (set WHERRY_STORE to a folder that is yours to write)";
  return std::unexpected(std::move(error));
}

Result<ImageStore> ImageStore::open(const fs::path& directory) {
  fs::path layout_file = directory / kLayoutFile;
  Result<Bytes> layout = read_file(layout_file, {.size_bytes_max = 64 * 1024});
  if (!layout && layout.error().code == ErrorCode::NotFound) {
    Result<> made = with_context(make_layout(directory), "making an image store");
    if (!made) return not_writable(std::move(made).error());
    return ImageStore(directory);
  }
  if (!layout) return std::unexpected(std::move(layout).error());
  for (const fs::path& path : {directory, directory / kIndexFile})
    TRY(with_context(check_private(path), "image store"));
  TRY(with_context(check_layout(as_text(*layout)), "{}", layout_file.string()));
  return ImageStore(directory);
}

Result<FileLock> ImageStore::lock() const {
  Result<FileLock> held = FileLock::acquire(directory_ / kLockFile);
  if (!held) return not_writable(std::move(held).error());
  return held;
}

Result<StoreIndex> ImageStore::read_index() const {
  fs::path path = directory_ / kIndexFile;
  Bytes json = TRY(read_file(path, {.size_bytes_max = limits::kManifestBytes}));
  return with_context(StoreIndex::parse(as_text(json)), "{}", path.string());
}

Result<> ImageStore::write_index(const FileLock&, const StoreIndex& index) {
  std::string json = index.to_json();
  if (json.size() > limits::kManifestBytes)
    return fail(ErrorCode::Invalid, "the store has too many names (remove some with `wherry rmi`)");
  return write_file_atomic(directory_ / kIndexFile, as_bytes(json));
}

static Error no_such_image(const Reference& reference, const fs::path& store) {
  const std::string name = reference.to_string();
  std::string way_out = "`wherry images` lists those there are";
  if (!reference.registry.empty()) way_out += fmt::format(", `wherry pull {}` gets it", name);
  return {ErrorCode::NotFound,
          fmt::format("no image {} in the store {} ({})", name, store.string(), way_out)};
}

Result<Image> ImageStore::find(const Reference& reference) const {
  StoreIndex index = TRY(read_index());
  const StoreIndex::Entry* entry = index.find(reference);
  if (!entry) return std::unexpected(no_such_image(reference, directory_));
  return load_image(entry->name, entry->descriptor);
}

Result<std::vector<Image>> ImageStore::list() const {
  StoreIndex index = TRY(read_index());
  std::vector<Image> images;
  for (const StoreIndex::Entry& entry : index.entries()) {
    if (entry.name.empty() || is_working_name(entry.name)) continue;
    Result<Image> image = load_image(entry.name, entry.descriptor);
    if (image) {
      images.push_back(*std::move(image));
    } else {
      images.push_back({.name = entry.name,
                        .manifest = entry.descriptor,
                        .manifest_json = {},
                        .config = {},
                        .module = {},
                        .module_path = {},
                        .problem = image.error()});
    }
  }
  std::ranges::sort(images, {}, &Image::name);
  return images;
}

Result<> ImageStore::tag(const Reference& existing, const Reference& added) {
  FileLock held = TRY(lock());
  StoreIndex index = TRY(read_index());
  const StoreIndex::Entry* entry = index.find(existing);
  if (!entry) return std::unexpected(no_such_image(existing, directory_));
  Descriptor descriptor = entry->descriptor;
  if (added.digest && *added.digest != descriptor.digest)
    return fail(ErrorCode::Invalid, "{} has another digest than {}", existing.to_string(),
                added.to_string());
  const StoreIndex::Entry* replaced = index.find(added);
  Digest replaced_digest = replaced ? replaced->descriptor.digest : descriptor.digest;
  index.set(added.to_string(), descriptor);
  std::set<Digest> dropped;
  if (replaced_digest != descriptor.digest) dropped = drop_attachments(index, replaced_digest);
  TRY(write_index(held, index));
  remove_unneeded(held, index, dropped);
  return {};
}

Result<> ImageStore::remove(const Reference& reference) {
  FileLock held = TRY(lock());
  StoreIndex index = TRY(read_index());
  const StoreIndex::Entry* entry = index.find(reference);
  if (!entry) return std::unexpected(no_such_image(reference, directory_));
  Digest removed = entry->descriptor.digest;
  index.remove(*entry);
  std::set<Digest> dropped = drop_attachments(index, removed);
  TRY(write_index(held, index));
  remove_unneeded(held, index, dropped);
  return {};
}

std::set<Digest> ImageStore::drop_abandoned(StoreIndex& index) const {
  auto next = [&]() -> const StoreIndex::Entry* {
    for (const StoreIndex::Entry& entry : index.entries())
      if (is_abandoned_name(directory_, entry.name)) return &entry;
    return nullptr;
  };
  std::set<Digest> dropped;
  while (const StoreIndex::Entry* entry = next()) {
    const Digest digest = entry->descriptor.digest;
    index.remove(*entry);
    dropped.merge(drop_attachments(index, digest));
  }
  return dropped;
}

// Only what `dropped` refers to is looked at: other blobs that nothing refers to may be another
// tool's, on their way in. The names are gone already, so that a failure here is no failure: the
// blobs merely stay; so do those that somebody uses.
void ImageStore::remove_unneeded(const FileLock&, const StoreIndex& index,
                                 const std::set<Digest>& dropped) {
  if (dropped.empty()) return;
  const BlobPath path = path_of_blobs();
  std::set<Digest> candidates, needed;
  for (const Digest& digest : dropped) collect_references(digest, path, candidates);
  for (const StoreIndex::Entry& entry : index.entries())
    collect_references(entry.descriptor.digest, path, needed);
  for (const Digest& digest : candidates) {
    if (needed.contains(digest)) continue;
    remove_unless_used(blob_path(digest));
    remove_unpacked(directory_, digest);
  }
}

Result<BlobWriter> ImageStore::write_blob(const Descriptor& descriptor) {
  TRY(make_directories(directory_ / kStagingFolder));
  return BlobWriter::create(directory_ / kStagingFolder, descriptor);
}

Result<BlobWriter> ImageStore::write_unnamed_blob(std::string_view media_type) {
  TRY(make_directories(directory_ / kStagingFolder));
  return BlobWriter::create_unnamed(directory_ / kStagingFolder, media_type);
}

Result<BlobWriter> ImageStore::stage(ByteSpan content, const Descriptor& descriptor) {
  BlobWriter writer = TRY(write_blob(descriptor));
  TRY(writer.write(content));
  TRY(writer.finish());
  return writer;
}

Result<PublishedBlobs> ImageStore::publish(const FileLock&, std::vector<BlobWriter> staged) {
  visit_leavings(directory_, [](const Leaving& leaving) {
    std::error_code ignored;
    fs::remove_all(leaving.path, ignored);
  });
  const fs::path folder = blobs_folder(directory_);
  TRY(make_durable_directories(folder));
  PublishedBlobs published(directory_);
  for (BlobWriter& blob : staged) {
    // One that is there stays, since somebody may hold it, unless it is damaged.
    const bool is_new = !has_blob(blob.descriptor());
    if (!is_new && map_blob(blob.descriptor(), UINT64_MAX)) continue;
    fs::path path = blob_path(blob.descriptor().digest);
    TRY(blob.publish(path));
    if (is_new) published.add_blob(path);
  }
  // Also where nothing was moved: who put a blob there may have been killed before this.
  TRY(sync_folder(folder));
  return published;
}

// An error may come after the rename, from the fsync of the folder: what index.json names then must
// stay.
Result<> ImageStore::commit(const FileLock& held, const StoreIndex& index,
                            PublishedBlobs& published) {
  Result<> written = write_index(held, index);
  if (!written) {
    Result<Bytes> found =
        read_file(directory_ / kIndexFile, {.size_bytes_max = limits::kManifestBytes});
    if (found && as_text(*found) != index.to_json()) return written;
  }
  published.keep();
  return written;
}

Result<Image> ImageStore::adopt_locked(const FileLock& held, const Reference& reference,
                                       std::string_view manifest_json,
                                       std::vector<BlobWriter> staged,
                                       std::optional<UnpackedWriter> unpacked) {
  Descriptor manifest = TRY(describe_manifest(manifest_json));
  const bool is_staged = std::ranges::any_of(
      staged, [&](const BlobWriter& blob) { return blob.descriptor().digest == manifest.digest; });
  if (!is_staged && !has_blob(manifest))
    staged.push_back(TRY(stage(as_bytes(manifest_json), manifest)));
  StoreIndex index = TRY(read_index());
  PublishedBlobs published = TRY(publish(held, std::move(staged)));
  if (unpacked) {
    const Digest unpacked_of = TRY(resolve_manifest(manifest)).digest;
    if (TRY(unpacked->publish(unpacked_of))) published.add_unpacked(unpacked_of);
  }
  std::string name = reference.to_string();
  Image image = TRY(load_image(name, manifest));

  const StoreIndex::Entry* replaced = index.find(reference);
  Digest replaced_digest = replaced ? replaced->descriptor.digest : manifest.digest;
  index.set(name, manifest);
  std::set<Digest> dropped = drop_abandoned(index);
  if (replaced_digest != manifest.digest) dropped.merge(drop_attachments(index, replaced_digest));
  TRY(commit(held, index, published));
  remove_unneeded(held, index, dropped);
  return image;
}

Result<Image> ImageStore::adopt(const Reference& reference, std::string_view manifest_json,
                                std::vector<BlobWriter> staged,
                                std::optional<UnpackedWriter> unpacked) {
  FileLock held = TRY(lock());
  return adopt_locked(held, reference, manifest_json, std::move(staged), std::move(unpacked));
}

Result<Image> ImageStore::add(const NewImage& image) {
  Reference reference = TRY(parse_reference(image.name));
  if (!has_wasm_magic(image.module))
    return fail(ErrorCode::Invalid, "image {}: its module is no WebAssembly binary", image.name);
  if (image.module.size() > limits::kModuleBytes)
    return fail(ErrorCode::Invalid,
                "image {}: its module of {} bytes exceeds the limit of {} bytes", image.name,
                image.module.size(), limits::kModuleBytes);
  Descriptor module = describe(as_text(image.module), media_type::kWasmLayer);
  ImageDocuments artifact = encode_wasm_artifact(
      {.module = module, .config = image.config, .created_s = TRY(source_date_epoch())});
  Descriptor config = describe(artifact.config_json, media_type::kWasmConfig);

  // The lock is held from the first look at the blobs, so that none of them is removed in between.
  FileLock held = TRY(lock());
  std::vector<BlobWriter> staged;
  if (!has_blob(module)) staged.push_back(TRY(stage(image.module, module)));
  if (!has_blob(config)) staged.push_back(TRY(stage(as_bytes(artifact.config_json), config)));
  return adopt_locked(held, reference, artifact.manifest_json, std::move(staged));
}

}  // namespace wherry::oci
