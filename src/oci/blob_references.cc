#include "oci/blob_references.h"

#include <map>
#include <utility>

#include "oci/limits.h"
#include "oci/manifest.h"
#include "support/json.h"

namespace wherry::oci {

// A walk over JSON that was parsed with a limit on its depth, so that the recursion has one too.
static void find_descriptors(const Json& json, std::set<Digest>& manifests,
                             std::set<Digest>& blobs) {
  if (json.is_object() && json.contains("digest") && json["digest"].is_string()) {
    Result<Digest> digest = parse_digest(json["digest"].get_ref<const std::string&>());
    std::string type = json.contains("mediaType") && json["mediaType"].is_string()
                           ? json["mediaType"].get<std::string>()
                           : std::string();
    bool is_manifest =
        is_index_type(type) || type == media_type::kManifest || type == media_type::kDockerManifest;
    if (digest) (is_manifest ? manifests : blobs).insert(*digest);
  }
  if (json.is_structured())
    for (const Json& member : json) find_descriptors(member, manifests, blobs);
}

void collect_references(const Digest& root, const BlobPath& blob_path, std::set<Digest>& digests) {
  // Not `digests` itself: a manifest may be listed as some other image's plain blob as well.
  std::set<Digest> manifests = {root}, visited;
  while (!manifests.empty()) {
    Digest manifest = *manifests.begin();
    manifests.erase(manifests.begin());
    if (!visited.insert(manifest).second) continue;
    digests.insert(manifest);
    Result<Bytes> content =
        read_file(blob_path(manifest), {.size_bytes_max = limits::kManifestBytes});
    if (!content) continue;
    Result<Json> document =
        parse_json(as_text(*content), {.size_bytes_max = limits::kManifestBytes, .depth_max = 32});
    if (document) find_descriptors(*document, manifests, digests);
  }
}

void add_attachments(const StoreIndex& index, const BlobPath& blob_path,
                     std::set<Digest>& digests) {
  std::multimap<Digest, Digest> attachments;  // by subject
  for (const StoreIndex::Entry& entry : index.entries())
    if (entry.subject) attachments.emplace(*entry.subject, entry.descriptor.digest);
  for (bool grew = true; std::exchange(grew, false);) {
    for (auto at = attachments.begin(); at != attachments.end();) {
      if (!digests.contains(at->first)) {
        ++at;
        continue;
      }
      collect_references(at->second, blob_path, digests);
      at = attachments.erase(at);
      grew = true;
    }
  }
}

std::set<Digest> find_live_blobs(const StoreIndex& index, const BlobPath& blob_path) {
  std::set<Digest> live;
  for (const StoreIndex::Entry& entry : index.entries())
    if (!entry.subject) collect_references(entry.descriptor.digest, blob_path, live);
  add_attachments(index, blob_path, live);
  return live;
}

}  // namespace wherry::oci
