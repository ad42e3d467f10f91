#include "distribution/image_copy.h"

#include "distribution/blob_upload.h"
#include "distribution/manifest_transfer.h"
#include "distribution/remote_blob.h"
#include "oci/limits.h"

namespace wherry::distribution {

namespace {

class Copy {
 public:
  Copy(const CopyPlace& source, const CopyPlace& target, const CopyOptions& options)
      : source_(source), target_(target), options_(options) {}

  // `name` is in the source's repository; `place` is where it goes.
  Result<Digest> copy_manifest(const std::string& name, const oci::Reference& place, int depth);

 private:
  Result<> copy_index(std::string_view json, int depth);
  Result<> copy_blobs(const oci::Manifest& manifest);
  Result<> copy_blob(const oci::Descriptor& blob, const TransferOptions& options);
  Result<> copy_referrers(const Digest& subject, int depth);

  const CopyPlace& source_;
  const CopyPlace& target_;
  const CopyOptions& options_;
  size_t referrers_ = 0;  // copied so far
};

Result<Digest> Copy::copy_manifest(const std::string& name, const oci::Reference& place,
                                   int depth) {
  FetchedManifest fetched = TRY(fetch_manifest(source_.session, source_.reference, name));
  // What has this digest there has everything that it refers to: registries take no other
  // manifests. Not so what refers to it.
  const bool is_there =
      TRY(find_manifest(target_.session, place, fetched.digest.to_string())) == fetched.digest;
  if (oci::is_index_type(fetched.media_type)) {
    if (!is_there || !options_.leaves_referrers) TRY(copy_index(fetched.json, depth));
  } else if (!is_there) {
    TRY(copy_blobs(TRY(oci::parse_manifest(fetched.json))));
  }
  if (!is_there || !place.tag.empty())
    TRY(put_manifest(
        target_.session,
        {.json = fetched.json, .media_type = fetched.media_type, .digest = fetched.digest}, place));
  if (!options_.leaves_referrers) TRY(copy_referrers(fetched.digest, depth));
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

Result<> Copy::copy_blobs(const oci::Manifest& manifest) {
  std::vector<oci::Descriptor> blobs = TRY(blobs_of(manifest));
  return for_each_blob(blobs, {.on_blob = options_.on_blob},
                       [this](const oci::Descriptor& blob, size_t, const TransferOptions& options) {
                         return copy_blob(blob, options);
                       });
}

Result<> Copy::copy_referrers(const Digest& subject, int depth) {
  auto take = [&](const FetchedManifest& fetched, const oci::Manifest& manifest) -> Result<> {
    if (depth == oci::limits::kIndexDepth || referrers_ == oci::limits::kIndexEntries)
      return fail(ErrorCode::Malformed,
                  "there are more than {} of them, or they are nested deeper than {} levels",
                  oci::limits::kIndexEntries, oci::limits::kIndexDepth);
    referrers_++;
    TRY(copy_blobs(manifest));
    TRY(put_referrer(
        target_.session,
        {.json = fetched.json, .media_type = fetched.media_type, .digest = fetched.digest},
        manifest, subject, target_.reference));
    // cosign's tag form has none of its own.
    return manifest.subject ? copy_referrers(fetched.digest, depth + 1) : Result<>();
  };
  const std::vector<std::string> names =
      TRY(find_referrers(source_.session, source_.reference, subject, options_.on_note));
  return for_each_referrer(source_.session, source_.reference, subject, names, take,
                           options_.on_note);
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
                          const CopyOptions& options) {
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
