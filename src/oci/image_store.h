// The local image store: an OCI image layout (image-spec 1.1, image-layout.md) that other tools
// read as well (skopeo inspect oci:DIR:NAME:TAG). Blobs are named by digest, index.json lists the
// manifests; an image's name is the annotation org.opencontainers.image.ref.name of its descriptor
// there.
//
// Several processes may use one store: index.json is changed under a lock and replaced by rename;
// blobs are written to temporary names, fsynced and renamed before anything refers to them. Reading
// takes no lock. An operation that fails leaves the store as it was. A process that is killed may
// leave temporary files, which the next change of the store removes, and blobs that nothing refers
// to, which do no harm.
//
// Trust: what is read from the store is checked like what comes from a registry (digests, sizes,
// limits).
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "oci/blob_writer.h"
#include "oci/manifest.h"
#include "oci/published_blobs.h"
#include "oci/reference.h"
#include "oci/store_index.h"
#include "oci/store_report.h"
#include "oci/unpacked_image.h"
#include "oci/use_lock.h"
#include "support/digest.h"
#include "support/file.h"
#include "support/result.h"

namespace wherry::oci {

class StoreSurvey;

// An image in the store, its entry module found and its manifest understood, whatever its format.
struct Image {
  std::string name;     // as it is listed: "primorial:1"
  Descriptor manifest;  // digest and size; of an index: of its entry for WebAssembly
  std::string manifest_json;
  ImageConfig config;     // what we know from the config blob and the annotations
  Descriptor module;      // the entry module's blob (\0asm)
  fs::path module_path;   // in the store; map_module() checks its digest, reading the file does not
  ImageFiles files = {};  // what travels beside the module, for the guest to read
  // What the name stands for where that is an index; then `manifest` is its entry for WebAssembly.
  std::optional<Descriptor> index = {};
  std::optional<Error> problem =
      {};  // list() only: why it cannot be used; then only name and manifest hold

  // What a registry gives for the name, and what a digest behind the name is held to.
  const Descriptor& named() const { return index ? *index : manifest; }
};

// What belongs to an image and is none: a signature, an attestation, an SBOM.
struct Attachment {
  Descriptor manifest;
  std::string artifact_type;  // Manifest::artifact_type
  std::string manifest_json;
};

struct NewImage {
  ByteSpan module;   // the .wasm
  std::string name;  // reference it is stored under
  ImageConfig config;
};

// Where a blob is in the store in this folder, whether it is there or not.
fs::path blob_path(const fs::path& store, const Digest& digest);

class ImageStore {
 public:
  // Opens, and makes where it is missing. Errors: Denied, also where somebody else may write to the
  // folder or to index.json; Io; Malformed for a folder that is
  // another thing.
  static Result<ImageStore> open(const fs::path& directory);

  // Writes the CNCF Wasm OCI artifact (formats: docs/formats/images.md). The same input gives the
  // same digest; $SOURCE_DATE_EPOCH is part of the input. An image that had the name is replaced as
  // by remove(). Errors: Invalid for what is no wasm or too large; Malformed for the name; Io,
  // Denied.
  Result<Image> add(const NewImage& image);

  // Errors: NotFound names the image and how to list those there are; Malformed, Unsupported for
  // its content.
  Result<Image> find(const Reference& reference) const;
  // Every named image, by name, but for working names (working_name.h); those that cannot be used
  // say why in `problem`.
  Result<std::vector<Image>> list() const;
  // A further name for an image.
  Result<> tag(const Reference& existing, const Reference& added);
  // Takes the name away, and the blobs that no other image needs; with the last name of an image
  // its attachments go too.
  Result<> remove(const Reference& reference);

  // Maps an image's module and checks its digest. Errors: Malformed when it is not what the
  // manifest says.
  Result<Mapping> map_module(const Image& image) const;

  // For the registry client. True when a blob of this digest and size is there.
  bool has_blob(const Descriptor& descriptor) const;
  fs::path blob_path(const Digest& digest) const { return oci::blob_path(directory_, digest); }
  // Errors: Malformed when the bytes are not the descriptor's; Invalid beyond the limit; NotFound.
  Result<Bytes> read_blob(const Descriptor& descriptor, uint64_t size_bytes_max) const;
  // The same for large ones. Blobs never change in place, so the mapping stays whole while others
  // use the store.
  Result<Mapping> map_blob(const Descriptor& descriptor, uint64_t size_bytes_max) const;
  // A blob to be filled and given to adopt(); the second kind learns its digest as it is filled.
  Result<BlobWriter> write_blob(const Descriptor& descriptor);
  Result<BlobWriter> write_unnamed_blob(std::string_view media_type);
  // Stores a manifest and names it, and with it the finished blobs in `staged`, of which the
  // manifest's own may be one; the other blobs that it refers to are there already. Errors:
  // Unavailable when one of them is not (another process removed it: fetch it again); Malformed,
  // Unsupported, Invalid for an image that could not be used. An index is stored with the manifests
  // that are in `staged`, and must lead to one for WebAssembly. `unpacked` is what
  // image_unpacking.h has made of that: where a manifest needs it, call unpack_and_adopt instead.
  Result<Image> adopt(const Reference& reference, std::string_view manifest_json,
                      std::vector<BlobWriter> staged = {},
                      std::optional<UnpackedWriter> unpacked = {});

  // Stores a manifest that belongs to the image of digest `subject` (or to an attachment of it),
  // and with it the finished blobs in `staged`; its others are there already. What is attached
  // already stays as it is. Errors: NotFound when there is no such image; Malformed when the
  // manifest names another subject; Unavailable when a blob is missing; Invalid beyond
  // limits::kAttachments.
  Result<Descriptor> attach(const Digest& subject, std::string_view manifest_json,
                            std::vector<BlobWriter> staged = {});
  // In the order in which they were attached; none for an image that is not there. Errors:
  // Malformed, NotFound for an attachment that is damaged: who judges an image must not miss one.
  Result<std::vector<Attachment>> attachments(const Digest& subject) const;
  // Takes one away. Errors: NotFound.
  Result<> detach(const Digest& subject, const Digest& manifest);

  // Keeps a blob of this digest and size where it is for as long as the lock lives, whatever others
  // remove; nothing where it is not there.
  std::optional<UseLock> hold_blob(const Descriptor& descriptor) const;
  // Reads every blob, and holds it and every image to what it should be. Errors: Io; what is wrong
  // in the store is no error, but in the report.
  Result<StoreReport> check(const CheckOptions& options = {});
  // Deletes what no name leads to, unless it is in use. Errors: Malformed for a store with damage,
  // where what is needed cannot be told; Io, Denied.
  Result<PruneReport> prune(const PruneOptions& options = {});
  // Of every name, in the order of index.json.
  Result<std::vector<ImageSize>> sizes() const;

  const fs::path& directory() const { return directory_; }

 private:
  explicit ImageStore(fs::path directory) : directory_(std::move(directory)) {}

  Result<FileLock> lock() const;
  Result<StoreIndex> read_index() const;
  Result<> write_index(const FileLock& held, const StoreIndex& index);
  Result<BlobWriter> stage(ByteSpan content, const Descriptor& descriptor);
  Result<Image> adopt_locked(const FileLock& held, const Reference& reference,
                             std::string_view manifest_json, std::vector<BlobWriter> staged,
                             std::optional<UnpackedWriter> unpacked = {});
  Result<Descriptor> resolve_manifest(Descriptor descriptor) const;
  Result<Image> load_image(const std::string& name, const Descriptor& entry) const;
  bool has_blobs(const Manifest& manifest) const;
  std::function<fs::path(const Digest&)> path_of_blobs() const;
  // Moves finished blobs to their places, durably; they are taken away again with what is returned
  // unless commit() keeps them.
  Result<PublishedBlobs> publish(const FileLock& held, std::vector<BlobWriter> staged);
  Result<> commit(const FileLock& held, const StoreIndex& index, PublishedBlobs& published);
  // Takes out of `index` the attachments that have lost their subject with `dropped`. Returns the
  // manifests which that leaves unnamed, for remove_unneeded once the index is written.
  std::set<Digest> drop_attachments(StoreIndex& index, const Digest& dropped) const;
  // The same for working names of processes that have ended. What it returns is empty where there
  // are none.
  std::set<Digest> drop_abandoned(StoreIndex& index) const;
  Result<> repair(const FileLock& held, StoreIndex index, const StoreSurvey& survey,
                  std::span<const Digest> unusable);
  void remove_unneeded(const FileLock& held, const StoreIndex& index,
                       const std::set<Digest>& dropped);

  fs::path directory_;
};

}  // namespace wherry::oci
