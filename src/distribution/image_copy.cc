#include "distribution/image_copy.h"

#include "distribution/blob_upload.h"
#include "distribution/manifest_transfer.h"
#include "distribution/remote_blob.h"
#include "oci/limits.h"

namespace wherry::distribution {

namespace {

class Copy {
 public:
  Copy(const CopyPlace& source, const CopyPlace& target, const TransferOptions& options)
      : source_(source), target_(target), options_(options) {}

  // `name` is in the source's repository; `place` is where it goes.
  Result<Digest> copy_manifest(const std::string& name, const oci::Reference& place, int depth);

 private:
  Result<> copy_index(std::string_view json, int depth);
  Result<> copy_blobs(std::string_view manifest_json);
  Result<> copy_blob(const oci::Descriptor& blob, const TransferOptions& options);

  const CopyPlace& source_;
  const CopyPlace& target_;
  const TransferOptions& options_;
};

Result<Digest> Copy::copy_manifest(const std::string& name, const oci::Reference& place,
                                   int depth) {
  FetchedManifest fetched = TRY(fetch_manifest(source_.session, source_.reference, name));
  // What has this digest there has everything that it refers to: registries take no other
  // manifests.
  std::optional<Digest> present =
      TRY(find_manifest(target_.session, place, fetched.digest.to_string()));
  if (present != fetched.digest) {
    if (oci::is_index_type(fetched.media_type)) {
      TRY(copy_index(fetched.json, depth));
    } else {
      TRY(copy_blobs(fetched.json));
    }
  }
  if (present != fetched.digest || !place.tag.empty())
    TRY(put_manifest(
        target_.session,
        {.json = fetched.json, .media_type = fetched.media_type, .digest = fetched.digest}, place));
  return fetched.digest;
}

Result<> Copy::copy_index(std::string_view json, int depth) {
  if (depth == oci::limits::kIndexDepth)
    return fail(ErrorCode::Malformed, "indexes are nested deeper than {} levels",
                oci::limits::kIndexDepth);
  oci::Index index = TRY(oci::parse_index(json));
  for (const oci::IndexEntry& entry : index.entries) {
    oci::Reference place = target_.reference;
    place.tag.clear();
    place.digest = entry.descriptor.digest;
    TRY(copy_manifest(entry.descriptor.digest.to_string(), place, depth + 1));
  }
  return {};
}

Result<> Copy::copy_blobs(std::string_view manifest_json) {
  oci::Manifest manifest = TRY(oci::parse_manifest(manifest_json));
  std::vector<oci::Descriptor> blobs = TRY(blobs_of(manifest));
  return for_each_blob(blobs, options_,
                       [this](const oci::Descriptor& blob, size_t, const TransferOptions& options) {
                         return copy_blob(blob, options);
                       });
}

Result<> Copy::copy_blob(const oci::Descriptor& blob, const TransferOptions& options) {
  bool is_same_registry = source_.session.base_url() == target_.session.base_url();
  BlobUpload upload{.blob = blob,
                    .open_source = [&]() -> Result<std::unique_ptr<BlobSource>> {
                      return std::make_unique<RemoteBlob>(source_.session, source_.reference, blob,
                                                          options);
                    },
                    .mount_from = is_same_registry ? source_.reference.repository : "",
                    .moving = BlobStep::Copying,
                    .moved = BlobStep::Copied};
  return upload_blob(target_.session, upload, target_.reference, options);
}

}  // namespace

Result<Digest> copy_image(const CopyPlace& source, const CopyPlace& target,
                          const TransferOptions& options) {
  auto copy = [&]() -> Result<Digest> {
    if (target.reference.digest && target.reference.digest != source.reference.digest)
      return fail(ErrorCode::Invalid,
                  "the target names a digest, and the source is not of that digest");
    return Copy(source, target, options)
        .copy_manifest(tag_or_digest(source.reference), target.reference, 0);
  };
  return with_context(copy(), "copying {} to {}", source.reference.to_string(),
                      target.reference.to_string());
}

}  // namespace wherry::distribution
