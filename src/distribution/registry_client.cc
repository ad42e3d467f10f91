#include "distribution/registry_client.h"

#include <algorithm>
#include <future>
#include <set>

#include "distribution/blob_download.h"
#include "distribution/blob_upload.h"
#include "distribution/manifest_transfer.h"
#include "distribution/mount_sources.h"
#include "oci/image_documents.h"
#include "oci/image_format.h"
#include "oci/image_manifests.h"
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

// A manifest by its own name.
static oci::Reference by_digest(oci::Reference reference, const Digest& digest) {
  reference.tag.clear();
  reference.digest = digest;
  return reference;
}

Result<bool> RegistryClient::has_manifests(const std::vector<oci::Descriptor>& manifests,
                                           const oci::Reference& target) {
  for (const oci::Descriptor& manifest : manifests)
    if (TRY(find_manifest(session_, target, manifest.digest.to_string())) != manifest.digest)
      return false;
  return true;
}

// With its blobs; of an index, what it names is there already.
Result<> RegistryClient::push_manifest(const oci::Descriptor& manifest, const oci::Reference& place,
                                       const oci::ImageStore& store, const MoveBlob& move) {
  const Bytes json = TRY(store.read_blob(manifest, oci::limits::kManifestBytes));
  const bool is_index = oci::is_index_type(manifest.media_type);
  bool may_be_refused = is_index;
  if (!is_index) {
    const oci::Manifest parsed = TRY(oci::parse_manifest(as_text(json)));
    may_be_refused = oci::is_artifact(parsed);
    TRY(for_each_blob(TRY(blobs_of(parsed)), options_, move));
  }
  const OutgoingManifest outgoing{
      .json = as_text(json), .media_type = manifest.media_type, .digest = manifest.digest};
  const HttpResponse answer = TRY(offer_manifest(session_, outgoing, place));
  was_refused_as_artifact_ = may_be_refused && refuses_artifacts(answer.status);
  return check_stored(outgoing, answer);
}

Result<Pushed> RegistryClient::push_all(const oci::ImageStore& store, const oci::Image& image,
                                        const oci::Reference& target) {
  was_refused_as_artifact_ = false;
  oci::ImageManifests manifests = TRY(oci::manifests_of(store, image));
  if (TRY(has_manifests(manifests.missing, target))) manifests.missing.clear();
  std::vector<oci::Descriptor> sent = oci::complete_manifests(manifests, image);
  const Digest digest = sent.back().digest;
  if (target.digest && *target.digest != digest)
    return fail(ErrorCode::Invalid, "the image's digest is another, {}", digest.to_string());
  const std::map<Digest, std::string> sources = mount_sources(store, target);
  const MoveBlob push_blob = [&](const oci::Descriptor& blob, size_t,
                                 const TransferOptions& options) {
    auto source = sources.find(blob.digest);
    BlobUpload upload{.blob = blob,
                      .open_source = [&] { return StoredBlob::open(store, blob); },
                      .mount_from = source == sources.end() ? "" : source->second};
    return upload_blob(session_, upload, target, options);
  };
  for (const oci::Descriptor& manifest : sent)
    TRY(push_manifest(manifest,
                      manifest.digest == digest ? target : by_digest(target, manifest.digest),
                      store, push_blob));
  for (const oci::Descriptor& manifest : sent)
    TRY(push_referrers(session_, store, manifest.digest, target,
                       [&](const oci::Descriptor& blob) { return push_blob(blob, 0, options_); }));
  return Pushed{.manifests = std::move(sent), .platforms_left_out = manifests.missing.size()};
}

Result<Pushed> RegistryClient::push(const oci::ImageStore& store, const oci::Image& image,
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
  if (current != image->named().digest) return std::nullopt;
  for (const oci::Descriptor& blob : blobs) options_.tell(BlobStep::ThereAlready, blob);
  return *std::move(image);
}

Result<> RegistryClient::gather(oci::ImageStore& store, std::span<const oci::Descriptor> blobs,
                                const oci::Reference& source, HeadStart& head_start,
                                GatheredBlobs& gathered) {
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
  TransferOptions options = options_;
  options.head_start = &head_start;
  TRY(for_each_blob(blobs, options, fetch));
  for (std::optional<oci::BlobWriter>& writer : fetched)
    if (writer) gathered.staged.push_back(*std::move(writer));
  for (std::optional<oci::UseLock>& lock : held)
    if (lock) gathered.held.push_back(*std::move(lock));
  return {};
}

// The image's and, since an index's name keeps its digest, what it leads through.
static Result<std::vector<oci::BlobWriter>> stage_manifests(
    oci::ImageStore& store, std::span<const FetchedManifest> manifests) {
  std::vector<oci::BlobWriter> staged;
  for (const FetchedManifest& manifest : manifests) {
    staged.push_back(TRY(store.write_blob(oci::describe(manifest.json, manifest.media_type))));
    TRY(staged.back().write(as_bytes(manifest.json)));
    TRY(staged.back().finish());
  }
  return staged;
}

Result<oci::Image> RegistryClient::fetch_all(oci::ImageStore& store, const oci::Reference& source,
                                             const oci::Reference& stored_as) {
  const auto known = [&](const oci::Descriptor& manifest) -> std::optional<std::string> {
    auto json = store.read_blob(manifest, oci::limits::kManifestBytes);
    return json ? std::optional(std::string(as_text(*json))) : std::nullopt;
  };
  const std::vector<FetchedManifest> fetched = TRY(fetch_manifest_chain(session_, source, known));
  const oci::Manifest manifest = TRY(oci::parse_manifest(fetched.back().json));
  TRY(oci::find_module_layer(manifest));  // refuses what could not be used before it is fetched
  const std::vector<oci::Descriptor> blobs = TRY(blobs_of(manifest));
  GatheredBlobs gathered;
  // An ordinary image may be for another platform, which its config says: that comes first then. An
  // artifact is what its manifest calls it, and is not kept waiting.
  const size_t first = oci::is_artifact(manifest) ? 0 : 1;
  HeadStart none({}), of_layers(blobs);
  TRY(gather(store, std::span(blobs).first(first), source, none, gathered));
  if (first > 0) TRY(oci::check_by_config(store, manifest, gathered.staged));
  // While the layers come there is time for what would have to be waited for afterwards.
  std::set<Digest> subjects = {fetched.front().digest, fetched.back().digest};
  auto referrers = std::async(std::launch::async, [&] {
    of_layers.wait();
    return find_all_referrers(source, subjects);
  });
  const HeadStart::AtExit ended(&of_layers);
  auto manifests = std::async(std::launch::async, [&] { return stage_manifests(store, fetched); });
  TRY(gather(store, std::span(blobs).subspan(first), source, of_layers, gathered));
  if (first == 0) TRY(oci::check_by_config(store, manifest, gathered.staged));
  std::ranges::move(TRY(manifests.get()), std::back_inserter(gathered.staged));
  const Referrers names = TRY(referrers.get());
  oci::Image image = TRY(
      oci::unpack_and_adopt(store, stored_as, fetched.front().json, std::move(gathered.staged)));
  Result<> all = fetch_referrers(store, source, names);
  if (all) return image;
  // Else the next pull would find the image there, and not ask what belongs to it.
  Result<> removed = store.remove(stored_as);
  return std::unexpected(removed ? std::move(all).error() : std::move(removed).error());
}

Result<RegistryClient::Referrers> RegistryClient::find_all_referrers(
    const oci::Reference& source, const std::set<Digest>& subjects) {
  Referrers referrers;
  for (const Digest& subject : subjects)
    referrers[subject] = TRY(find_referrers(session_, source, subject, on_note_));
  return referrers;
}

Result<> RegistryClient::fetch_referrers(oci::ImageStore& store, const oci::Reference& source,
                                         const Referrers& referrers) {
  auto fetch = [&](const oci::Descriptor& blob) {
    return download_blob(session_, store, blob, source, options_);
  };
  for (const auto& [subject, names] : referrers)
    TRY(pull_referrers(session_, store, subject, source, names, fetch, on_note_));
  return {};
}

Result<oci::Image> RegistryClient::pull_all(oci::ImageStore& store, const oci::Reference& source,
                                            const oci::Reference& stored_as,
                                            const PullOptions& options) {
  std::optional<oci::Image> current =
      TRY(find_current(store, source, options.known_as.value_or(stored_as)));
  if (!current) return fetch_all(store, source, stored_as);
  if (options.refreshes_referrers) {
    const std::set<Digest> subjects = {current->named().digest, current->manifest.digest};
    TRY(fetch_referrers(store, source, TRY(find_all_referrers(source, subjects))));
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
