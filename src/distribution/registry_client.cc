#include "distribution/registry_client.h"

#include <algorithm>
#include <future>

#include "distribution/blob_download.h"
#include "distribution/blob_upload.h"
#include "distribution/manifest_transfer.h"
#include "distribution/mount_sources.h"
#include "oci/image_documents.h"
#include "oci/image_format.h"
#include "oci/image_unpacking.h"

namespace wherry::distribution {

// Whether the registry's answer to a manifest means that it takes no artifacts but may take an
// ordinary image: these are what registries have been seen to give.
static bool refuses_artifacts(long http_status) {
  return http_status == 403 || http_status == 404 || http_status == 405 || http_status == 415;
}

RegistryClient::RegistryClient(Transport& transport, const std::string& registry,
                               RegistryOptions options)
    : session_(transport, registry, options.session),
      options_({.on_blob = std::move(options.on_blob)}),
      on_note_(std::move(options.on_note)) {}

// --- pushing

Result<> RegistryClient::push_all(const oci::ImageStore& store, const oci::Image& image,
                                  const oci::Reference& target) {
  was_refused_as_artifact_ = false;
  if (target.digest && *target.digest != image.manifest.digest)
    return fail(ErrorCode::Invalid, "the image's digest is another, {}",
                image.manifest.digest.to_string());
  oci::Manifest manifest = TRY(oci::parse_manifest(image.manifest_json));
  std::vector<oci::Descriptor> blobs = TRY(blobs_of(manifest));
  std::map<Digest, std::string> sources = mount_sources(store, target);
  auto push_blob = [&](const oci::Descriptor& blob, size_t, const TransferOptions& options) {
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
  was_refused_as_artifact_ = oci::is_artifact(manifest) && refuses_artifacts(answer.status);
  TRY(check_stored(outgoing, answer));
  return push_referrers(session_, store, image.manifest.digest, target,
                        [&](const oci::Descriptor& blob) { return push_blob(blob, 0, options_); });
}

Result<> RegistryClient::push(const oci::ImageStore& store, const oci::Image& image,
                              const oci::Reference& target) {
  return with_context(push_all(store, image, target), "pushing {}", target.to_string());
}

// --- pulling

// The store's image, where it is whole and the registry says by its digest that it is the one.
Result<std::optional<oci::Image>> RegistryClient::find_current(const oci::ImageStore& store,
                                                               const oci::Reference& source,
                                                               const oci::Reference& known_as) {
  Result<oci::Image> image = store.find(known_as);
  if (!image) return std::nullopt;
  oci::Manifest manifest = TRY(oci::parse_manifest(image->manifest_json));
  std::vector<oci::Descriptor> blobs = TRY(blobs_of(manifest));
  if (!std::ranges::all_of(blobs,
                           [&](const oci::Descriptor& blob) { return store.has_blob(blob); }))
    return std::nullopt;
  std::optional<Digest> current = TRY(find_manifest(session_, source, tag_or_digest(source)));
  if (current != image->manifest.digest) return std::nullopt;
  for (const oci::Descriptor& blob : blobs) options_.tell(BlobStep::ThereAlready, blob);
  return *std::move(image);
}

Result<> RegistryClient::gather(oci::ImageStore& store, std::span<const oci::Descriptor> blobs,
                                const oci::Reference& source, GatheredBlobs& gathered) {
  std::vector<std::optional<oci::BlobWriter>> fetched(blobs.size());
  std::vector<std::optional<oci::UseLock>> held(blobs.size());
  auto fetch = [&](const oci::Descriptor& blob, size_t index,
                   const TransferOptions& options) -> Result<> {
    held[index] = store.hold_blob(blob);
    if (held[index])
      options.tell(BlobStep::ThereAlready, blob);
    else
      fetched[index].emplace(TRY(download_blob(session_, store, blob, source, options)));
    return {};
  };
  TRY(for_each_blob(blobs, options_, fetch));
  for (std::optional<oci::BlobWriter>& writer : fetched)
    if (writer) gathered.staged.push_back(*std::move(writer));
  for (std::optional<oci::UseLock>& lock : held)
    if (lock) gathered.held.push_back(*std::move(lock));
  return {};
}

static Result<oci::BlobWriter> stage_manifest(oci::ImageStore& store,
                                              const FetchedManifest& fetched) {
  oci::BlobWriter writer = TRY(store.write_blob(oci::describe(fetched.json, fetched.media_type)));
  TRY(writer.write(as_bytes(fetched.json)));
  TRY(writer.finish());
  return writer;
}

Result<oci::Image> RegistryClient::fetch_all(oci::ImageStore& store, const oci::Reference& source,
                                             const oci::Reference& stored_as) {
  FetchedManifest fetched = TRY(fetch_wasm_manifest(session_, source));
  oci::Manifest manifest = TRY(oci::parse_manifest(fetched.json));
  TRY(oci::find_module_layer(manifest));  // refuses what could not be used before it is fetched
  const std::vector<oci::Descriptor> blobs = TRY(blobs_of(manifest));
  GatheredBlobs gathered;
  TRY(gather(store, std::span(blobs).first(1), source, gathered));  // the config
  TRY(oci::check_before_layers(store, manifest, gathered.staged));
  // While the layers come there is time for what would have to be waited for afterwards.
  auto referrers = std::async(std::launch::async, [&] {
    return find_referrers(session_, source, fetched.digest, on_note_);
  });
  auto staged_manifest =
      std::async(std::launch::async, [&] { return stage_manifest(store, fetched); });
  TRY(gather(store, std::span(blobs).subspan(1), source, gathered));
  gathered.staged.push_back(TRY(staged_manifest.get()));
  const std::vector<std::string> names = TRY(referrers.get());
  oci::Image image =
      TRY(oci::unpack_and_adopt(store, stored_as, fetched.json, std::move(gathered.staged)));
  Result<> all = fetch_referrers(store, fetched.digest, source, names);
  if (all) return image;
  // Else the next pull would find the image there, and not ask what belongs to it.
  Result<> removed = store.remove(stored_as);
  return std::unexpected(removed ? std::move(all).error() : std::move(removed).error());
}

Result<> RegistryClient::fetch_referrers(oci::ImageStore& store, const Digest& subject,
                                         const oci::Reference& source,
                                         std::span<const std::string> names) {
  auto fetch = [&](const oci::Descriptor& blob) {
    return download_blob(session_, store, blob, source, options_);
  };
  return pull_referrers(session_, store, subject, source, names, fetch, on_note_);
}

Result<oci::Image> RegistryClient::pull_all(oci::ImageStore& store, const oci::Reference& source,
                                            const oci::Reference& stored_as,
                                            const PullOptions& options) {
  std::optional<oci::Image> current =
      TRY(find_current(store, source, options.known_as.value_or(stored_as)));
  if (!current) return fetch_all(store, source, stored_as);
  if (options.refreshes_referrers) {
    const Digest& subject = current->manifest.digest;
    const auto names = TRY(find_referrers(session_, source, subject, on_note_));
    TRY(fetch_referrers(store, subject, source, names));
  }
  return *std::move(current);
}

Result<oci::Image> RegistryClient::pull(oci::ImageStore& store, const oci::Reference& source,
                                        const oci::Reference& stored_as,
                                        const PullOptions& options) {
  return with_context(pull_all(store, source, stored_as, options), "pulling {}",
                      source.to_string());
}

}  // namespace wherry::distribution
