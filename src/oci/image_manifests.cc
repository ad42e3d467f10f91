#include "oci/image_manifests.h"

#include <algorithm>
#include <set>

#include "oci/limits.h"

namespace wherry::oci {

namespace {

class Walk {
 public:
  explicit Walk(const ImageStore& store) : store_(store) {}

  Result<> visit(const Descriptor& manifest, int depth);
  ImageManifests take() { return std::move(found_); }

 private:
  Result<> visit_entries(std::string_view index_json, int depth);
  Result<bool> is_whole(std::string_view manifest_json) const;

  const ImageStore& store_;
  std::set<Digest> seen_;
  ImageManifests found_;
};

Result<> Walk::visit_entries(std::string_view index_json, int depth) {
  if (depth == limits::kIndexDepth)
    return fail(ErrorCode::Malformed, "indexes are nested deeper than {} levels",
                limits::kIndexDepth);
  for (const IndexEntry& entry : TRY(parse_index(index_json)).entries)
    TRY(visit(entry.descriptor, depth + 1));
  return {};
}

Result<bool> Walk::is_whole(std::string_view manifest_json) const {
  const Manifest manifest = TRY(parse_manifest(manifest_json));
  return store_.has_blob(manifest.config) &&
         std::ranges::all_of(manifest.layers,
                             [&](const Descriptor& layer) { return store_.has_blob(layer); });
}

Result<> Walk::visit(const Descriptor& manifest, int depth) {
  if (!seen_.insert(manifest.digest).second) return {};
  const bool is_index = is_index_type(manifest.media_type);
  const bool is_known = is_index || manifest.media_type == media_type::kManifest ||
                        manifest.media_type == media_type::kDockerManifest;
  if (!is_known || !store_.has_blob(manifest)) {
    found_.missing.push_back(manifest);
    return {};
  }
  const Bytes json = TRY(store_.read_blob(manifest, limits::kManifestBytes));
  if (is_index) TRY(visit_entries(as_text(json), depth));
  if (is_index || TRY(is_whole(as_text(json))))
    found_.stored.push_back(manifest);
  else
    found_.missing.push_back(manifest);
  return {};
}

}  // namespace

Result<ImageManifests> manifests_of(const ImageStore& store, const Image& image) {
  Walk walk(store);
  TRY(with_context(walk.visit(image.named(), 0), "image {}", image.name));
  return walk.take();
}

std::vector<Descriptor> complete_manifests(const ImageManifests& manifests, const Image& image) {
  return manifests.missing.empty() ? manifests.stored : std::vector{image.manifest};
}

}  // namespace wherry::oci
