// ImageStore's attachments: manifests that belong to an image without being one.
#include <algorithm>

#include "oci/blob_references.h"
#include "oci/image_store.h"
#include "oci/limits.h"
#include "oci/published_blobs.h"
#include "support/quotes.h"

namespace wherry::oci {

// What may have attachments: every manifest that is an image's, or such a one's attachment.
static bool is_subject(const StoreIndex& index, const Digest& subject, const BlobPath& path) {
  for (const StoreIndex::Entry& entry : index.entries())
    if (!entry.subject && entry.descriptor.digest == subject) return true;
  return find_live_blobs(index, path).contains(subject);
}

static Result<> check_count(const StoreIndex& index, const Digest& subject) {
  auto count = std::ranges::count_if(
      index.entries(), [&](const StoreIndex::Entry& entry) { return entry.subject == subject; });
  if (static_cast<size_t>(count) < limits::kAttachments) return {};
  return fail(ErrorCode::Invalid,
              "{} has {} signatures, attestations and other attachments, no more are kept",
              subject.to_string(), count);
}

Result<Descriptor> ImageStore::attach(const Digest& subject, std::string_view manifest_json,
                                      std::vector<BlobWriter> staged) {
  Manifest parsed = TRY(parse_manifest(manifest_json));
  if (parsed.subject && parsed.subject->digest != subject)
    return fail(ErrorCode::Malformed, "an attachment of {} says that it belongs to {}",
                subject.to_string(), parsed.subject->digest.to_string());
  Descriptor manifest = describe(manifest_json, parsed.media_type);

  FileLock held = TRY(lock());
  StoreIndex index = TRY(read_index());
  if (index.find_attachment(subject, manifest.digest) && has_blobs(parsed)) return manifest;
  if (!is_subject(index, subject, path_of_blobs()))
    return fail(ErrorCode::NotFound, "no image {} in the store {}", subject.to_string(),
                directory_.string());
  TRY(check_count(index, subject));
  if (!has_blob(manifest)) staged.push_back(TRY(stage(as_bytes(manifest_json), manifest)));
  PublishedBlobs published = TRY(publish(held, std::move(staged)));
  if (!has_blobs(parsed))
    return fail(ErrorCode::Unavailable,
                "a blob of the attachment {} is not in the store (fetch it again)",
                manifest.digest.to_string());
  index.attach(subject, manifest, parsed.artifact_type);
  TRY(commit(held, index, published));
  return manifest;
}

Result<std::vector<Attachment>> ImageStore::attachments(const Digest& subject) const {
  StoreIndex index = TRY(read_index());
  std::vector<Attachment> found;
  for (const StoreIndex::Entry& entry : index.entries()) {
    if (entry.subject != subject) continue;
    if (found.size() == limits::kAttachments)
      return fail(ErrorCode::Invalid, "{} has more than {} attachments", subject.to_string(),
                  limits::kAttachments);
    auto load = [&]() -> Result<Attachment> {
      Bytes json = TRY(read_blob(entry.descriptor, limits::kManifestBytes));
      Manifest manifest = TRY(parse_manifest(as_text(json)));
      return Attachment{entry.descriptor, std::move(manifest.artifact_type),
                        std::string(as_text(json))};
    };
    found.push_back(TRY(with_context(load(), "attachment {} of {}",
                                     entry.descriptor.digest.to_string(), subject.to_string())));
  }
  return found;
}

Result<> ImageStore::detach(const Digest& subject, const Digest& manifest) {
  FileLock held = TRY(lock());
  StoreIndex index = TRY(read_index());
  const StoreIndex::Entry* entry = index.find_attachment(subject, manifest);
  if (!entry)
    return fail(ErrorCode::NotFound, "{} is not attached to {}", manifest.to_string(),
                subject.to_string());
  index.remove(*entry);
  std::set<Digest> dropped = drop_attachments(index, manifest);
  TRY(write_index(held, index));
  remove_unneeded(held, index, dropped);
  return {};
}

std::set<Digest> ImageStore::drop_attachments(StoreIndex& index, const Digest& dropped) const {
  const BlobPath path = path_of_blobs();
  const std::set<Digest> live = find_live_blobs(index, path);
  std::set<Digest> roots = {dropped}, candidates;
  collect_references(dropped, path, candidates);
  auto next = [&]() -> const StoreIndex::Entry* {
    for (const StoreIndex::Entry& entry : index.entries())
      if (entry.subject && candidates.contains(*entry.subject) && !live.contains(*entry.subject))
        return &entry;
    return nullptr;
  };
  while (const StoreIndex::Entry* entry = next()) {
    roots.insert(entry->descriptor.digest);
    collect_references(entry->descriptor.digest, path, candidates);
    index.remove(*entry);
  }
  return roots;
}

}  // namespace wherry::oci
