#include "oci/registry_client.h"

#include <algorithm>

#include "oci/blob_download.h"
#include "oci/blob_upload.h"
#include "oci/image_conversion.h"
#include "oci/image_format.h"
#include "oci/image_unpacking.h"
#include "oci/manifest_transfer.h"
#include "oci/mount_sources.h"

namespace wherry::oci {

RegistryClient::RegistryClient(Transport& transport, const std::string& registry,
                               RegistryOptions options)
    : session_(transport, registry, options.session),
      options_({.on_blob = std::move(options.on_blob)}),
      on_note_(std::move(options.on_note)) {}

// --- pushing

Result<> RegistryClient::push_all(const ImageStore& store, const Image& image,
                                  const Reference& target) {
  was_refused_as_artifact_ = false;
  if (target.digest && *target.digest != image.manifest.digest)
    return fail(ErrorCode::Invalid, "the image's digest is another, {}",
                image.manifest.digest.to_string());
  Manifest manifest = TRY(parse_manifest(image.manifest_json));
  std::vector<Descriptor> blobs = TRY(blobs_of(manifest));
  std::map<Digest, std::string> sources = mount_sources(store, target);
  auto push_blob = [&](const Descriptor& blob, size_t, const TransferOptions& options) {
    auto source = sources.find(blob.digest);
    BlobUpload upload{.blob = blob,
                      .open_source = [&] { return StoredBlob::open(store, blob); },
                      .mount_from = source == sources.end() ? "" : source->second};
    return upload_blob(session_, upload, target, options);
  };
  TRY(for_each_blob(blobs, options_, push_blob));
  const OutgoingManifest outgoing{.json = image.manifest_json,
                                  .media_type = image.manifest.media_type,
                                  .digest = image.manifest.digest};
  const HttpResponse answer = TRY(offer_manifest(session_, outgoing, target));
  was_refused_as_artifact_ = is_artifact(manifest) && refuses_artifacts(answer.status);
  TRY(check_stored(outgoing, answer));
  return push_referrers(session_, store, image.manifest.digest, target,
                        [&](const Descriptor& blob) { return push_blob(blob, 0, options_); });
}

Result<> RegistryClient::push(const ImageStore& store, const Image& image,
                              const Reference& target) {
  return with_context(push_all(store, image, target), "pushing {}", target.to_string());
}

// --- pulling

// The store's image, where it is whole and the registry says by its digest that it is the one.
Result<std::optional<Image>> RegistryClient::find_current(const ImageStore& store,
                                                          const Reference& source,
                                                          const Reference& stored_as) {
  Result<Image> image = store.find(stored_as);
  if (!image) return std::nullopt;
  Manifest manifest = TRY(parse_manifest(image->manifest_json));
  std::vector<Descriptor> blobs = TRY(blobs_of(manifest));
  if (!std::ranges::all_of(blobs, [&](const Descriptor& blob) { return store.has_blob(blob); }))
    return std::nullopt;
  std::optional<Digest> current = TRY(find_manifest(session_, source, tag_or_digest(source)));
  if (current != image->manifest.digest) return std::nullopt;
  for (const Descriptor& blob : blobs) options_.tell(BlobStep::ThereAlready, blob);
  return *std::move(image);
}

Result<std::vector<BlobWriter>> RegistryClient::download_missing(
    ImageStore& store, const std::vector<Descriptor>& blobs, const Reference& source) {
  std::vector<std::optional<BlobWriter>> fetched(blobs.size());
  auto download = [&](const Descriptor& blob, size_t index,
                      const TransferOptions& options) -> Result<> {
    if (store.has_blob(blob)) {
      options.tell(BlobStep::ThereAlready, blob);
    } else {
      fetched[index].emplace(TRY(download_blob(session_, store, blob, source, options)));
    }
    return {};
  };
  TRY(for_each_blob(blobs, options_, download));
  std::vector<BlobWriter> staged;
  for (std::optional<BlobWriter>& writer : fetched)
    if (writer) staged.push_back(*std::move(writer));
  return staged;
}

Result<Image> RegistryClient::pull_all(ImageStore& store, const Reference& source,
                                       const Reference& stored_as) {
  if (std::optional<Image> current = TRY(find_current(store, source, stored_as)))
    return *std::move(current);
  FetchedManifest fetched = TRY(fetch_wasm_manifest(session_, source));
  Manifest manifest = TRY(parse_manifest(fetched.json));
  TRY(find_module_layer(manifest));  // refuses what could not be used before it is fetched
  const std::vector<Descriptor> blobs = TRY(blobs_of(manifest));
  std::vector<BlobWriter> staged = TRY(download_missing(store, {manifest.config}, source));
  TRY(check_before_layers(store, manifest, staged));
  std::vector<BlobWriter> layers =
      TRY(download_missing(store, {blobs.begin() + 1, blobs.end()}, source));
  std::ranges::move(layers, std::back_inserter(staged));
  Image image = TRY(unpack_and_adopt(store, stored_as, fetched.json, std::move(staged)));
  auto fetch = [&](const Descriptor& blob) {
    return download_blob(session_, store, blob, source, options_);
  };
  Result<> all = pull_referrers(session_, store, image.manifest.digest, source, fetch, on_note_);
  if (all) return image;
  // Else the next pull would find the image there, and not ask what belongs to it.
  Result<> removed = store.remove(stored_as);
  return std::unexpected(removed ? std::move(all).error() : std::move(removed).error());
}

Result<Image> RegistryClient::pull(ImageStore& store, const Reference& source,
                                   const Reference& stored_as) {
  return with_context(pull_all(store, source, stored_as), "pulling {}", source.to_string());
}

}  // namespace wherry::oci
