#include "distribution/referrers.h"

#include "distribution/limits.h"
#include "distribution/manifest_transfer.h"
#include "distribution/referrer_list.h"
#include "distribution/registry_protocol.h"
#include "oci/limits.h"
#include "support/json.h"

namespace wherry::distribution {

// cosign's suffix for a manifest without subject, by what its layers are.
static const char* tag_suffix(const oci::Manifest& manifest) {
  bool is_attestation = !manifest.layers.empty() && manifest.layers.front().media_type ==
                                                        "application/vnd.dsse.envelope.v1+json";
  return is_attestation ? ".att" : ".sig";
}

// Where the registry has not taken note of the subject itself: adds the manifest to the index under
// the subject's tag ("Pushing Manifests with Subject").
static Result<> add_to_tag(RegistrySession& session, const OutgoingManifest& referrer,
                           const oci::Manifest& manifest, const Digest& subject,
                           const oci::Reference& target) {
  oci::Reference tag = target;
  tag.digest.reset();
  tag.tag = referrers_tag(subject);
  Json index = {
      {"schemaVersion", 2}, {"mediaType", oci::media_type::kIndex}, {"manifests", Json::array()}};
  Result<FetchedManifest> present = fetch_manifest(session, tag, tag.tag);
  if (!present && present.error().code != ErrorCode::NotFound)
    return std::unexpected(std::move(present).error());
  if (present) {
    for (const Referrer& other : TRY(parse_referrers(present->json)))
      if (other.manifest.digest == referrer.digest) return {};
    index = TRY(parse_json(present->json, {.size_bytes_max = oci::limits::kManifestBytes}));
    if (!index["manifests"].is_array()) index["manifests"] = Json::array();
  }
  index["manifests"].push_back({{"mediaType", referrer.media_type},
                                {"digest", referrer.digest.to_string()},
                                {"size", referrer.json.size()},
                                {"artifactType", manifest.artifact_type}});
  std::string json = index.dump(-1, ' ', false, Json::error_handler_t::replace);
  return put_manifest(session,
                      {.json = json,
                       .media_type = std::string(oci::media_type::kIndex),
                       .digest = sha256(as_bytes(json))},
                      tag);
}

Result<> put_referrer(RegistrySession& session, const OutgoingManifest& referrer,
                      const oci::Manifest& manifest, const Digest& subject,
                      const oci::Reference& target) {
  const std::string name = manifest.subject ? referrer.digest.to_string()
                                            : referrers_tag(subject) + tag_suffix(manifest);
  HttpResponse done =
      TRY(session.send({.method = "PUT",
                        .url = session.repository_url(target) + "/manifests/" + name,
                        .headers = {"Content-Type: " + referrer.media_type},
                        .body = as_bytes(referrer.json)}));
  if (done.status != 201) return std::unexpected(registry_error(done));
  bool is_listed = !manifest.subject || !done.header("oci-subject").empty();
  return is_listed ? Result<>() : add_to_tag(session, referrer, manifest, subject, target);
}

static Result<> push_attachment(RegistrySession& session, const oci::Attachment& attachment,
                                const Digest& subject, const oci::Reference& target,
                                const BlobSender& send) {
  oci::Manifest manifest = TRY(oci::parse_manifest(attachment.manifest_json));
  TRY(send(manifest.config));
  for (const oci::Descriptor& layer : manifest.layers) TRY(send(layer));
  return put_referrer(session,
                      {.json = attachment.manifest_json,
                       .media_type = attachment.manifest.media_type,
                       .digest = attachment.manifest.digest},
                      manifest, subject, target);
}

// To the depth that `wherry copy` goes, so that a store's index of whatever making ends it.
static Result<> push_attachments(RegistrySession& session, const oci::ImageStore& store,
                                 const Digest& subject, const oci::Reference& target,
                                 const BlobSender& send, int depth) {
  for (const oci::Attachment& attachment : TRY(store.attachments(subject))) {
    const Digest& digest = attachment.manifest.digest;
    TRY(with_context(push_attachment(session, attachment, subject, target, send),
                     "its attachment {}", digest.to_string()));
    if (depth < oci::limits::kIndexDepth)
      TRY(push_attachments(session, store, digest, target, send, depth + 1));
  }
  return {};
}

Result<> push_referrers(RegistrySession& session, const oci::ImageStore& store,
                        const Digest& subject, const oci::Reference& target,
                        const BlobSender& send) {
  return push_attachments(session, store, subject, target, send, 0);
}

// Asked without fetching it; what does not answer as HEAD should is left to the GET.
static Result<bool> may_be_there(RegistrySession& session, const oci::Reference& source,
                                 const std::string& tag) {
  HttpResponse found =
      TRY(session.send({.method = "HEAD",
                        .url = session.repository_url(source) + "/manifests/" + tag,
                        .headers = {"Accept: " + std::string(oci::media_type::kManifest)}}));
  return found.status != 404;
}

Result<std::vector<std::string>> find_referrers(RegistrySession& session,
                                                const oci::Reference& source, const Digest& subject,
                                                const NoteListener& on_note) {
  std::vector<std::string> names;
  for (const char* suffix : {".sig", ".att"})
    if (TRY(may_be_there(session, source, referrers_tag(subject) + suffix)))
      names.push_back(referrers_tag(subject) + suffix);
  for (const Referrer& referrer : TRY(list_referrers(session, source, subject)))
    names.push_back(referrer.manifest.digest.to_string());
  if (names.size() > oci::limits::kAttachments) {
    if (on_note)
      on_note(fmt::format("passed over all referrers but {}", oci::limits::kAttachments));
    names.resize(oci::limits::kAttachments);
  }
  return names;
}

Result<> for_each_referrer(RegistrySession& session, const oci::Reference& source,
                           const Digest& subject, std::span<const std::string> names,
                           const ReferrerTaker& take, const NoteListener& on_note) {
  auto note = [&](const std::string& text) {
    if (on_note) on_note(text);
  };
  for (const std::string& name : names) {
    Result<FetchedManifest> fetched = fetch_manifest(session, source, name);
    if (!fetched && fetched.error().code == ErrorCode::NotFound) continue;
    if (!fetched)
      return with_context(Result<>(std::unexpected(std::move(fetched).error())),
                          "what belongs to it, {}", name);
    Result<oci::Manifest> manifest = oci::parse_manifest(fetched->json);
    if (!manifest) {
      note(fmt::format("passed over {}: {}", name, manifest.error().message));
    } else if (manifest->subject && manifest->subject->digest != subject) {
      note(fmt::format("passed over {}: it belongs to {}", name,
                       manifest->subject->digest.to_string()));
    } else {
      TRY(with_context(take(*fetched, *manifest), "what belongs to it, {}", name));
    }
  }
  return {};
}

// Nothing where they are larger than an attachment may be.
static std::optional<std::vector<oci::Descriptor>> attachment_blobs(const oci::Manifest& manifest) {
  std::vector<oci::Descriptor> blobs = manifest.layers;
  blobs.push_back(manifest.config);
  uint64_t size_bytes = 0;
  for (const oci::Descriptor& blob : blobs) {
    if (blob.size_bytes > limits::kAttachmentBytes - size_bytes) return std::nullopt;
    size_bytes += blob.size_bytes;
  }
  return blobs;
}

Result<> pull_referrers(RegistrySession& session, oci::ImageStore& store, const Digest& subject,
                        const oci::Reference& source, std::span<const std::string> names,
                        const BlobFetcher& fetch, const NoteListener& on_note) {
  auto take = [&](const FetchedManifest& fetched, const oci::Manifest& manifest) -> Result<> {
    const auto blobs = attachment_blobs(manifest);
    if (!blobs) {
      if (on_note)
        on_note(fmt::format("passed over {}: it exceeds {} bytes", fetched.digest.to_string(),
                            limits::kAttachmentBytes));
      return {};
    }
    std::vector<oci::BlobWriter> staged;
    std::vector<oci::UseLock> held;  // what is there stays there until it is attached
    for (const oci::Descriptor& blob : *blobs) {
      if (std::optional<oci::UseLock> lock = store.hold_blob(blob))
        held.push_back(*std::move(lock));
      else
        staged.push_back(TRY(fetch(blob)));
    }
    TRY(store.attach(subject, fetched.json, std::move(staged)));
    return {};
  };
  return for_each_referrer(session, source, subject, names, take, on_note);
}

Result<std::vector<oci::Attachment>> fetch_attachments(RegistrySession& session,
                                                       const Digest& subject,
                                                       const oci::Reference& source,
                                                       const NoteListener& on_note) {
  std::vector<oci::Attachment> attachments;
  auto take = [&](const FetchedManifest& fetched, const oci::Manifest& manifest) -> Result<> {
    attachments.push_back({.manifest = {.media_type = fetched.media_type,
                                        .digest = fetched.digest,
                                        .size_bytes = fetched.json.size()},
                           .artifact_type = manifest.artifact_type,
                           .manifest_json = fetched.json});
    return {};
  };
  const std::vector<std::string> names = TRY(find_referrers(session, source, subject, on_note));
  TRY(for_each_referrer(session, source, subject, names, take, on_note));
  return attachments;
}

}  // namespace wherry::distribution
