#include "distribution/mount_sources.h"

#include "distribution/transfer.h"

namespace wherry::distribution {

std::map<Digest, std::string> mount_sources(const oci::ImageStore& store,
                                            const oci::Reference& target) {
  std::map<Digest, std::string> sources;
  // Only a saving: what cannot be read here is reported by whoever needs it.
  Result<std::vector<oci::Image>> images = store.list();
  if (!images) return sources;
  for (const oci::Image& image : *images) {
    Result<oci::Reference> name = oci::parse_reference(image.name);
    if (!name || name->registry != target.registry || name->repository == target.repository)
      continue;
    Result<oci::Manifest> manifest = oci::parse_manifest(image.manifest_json);
    if (!manifest) continue;
    sources.emplace(manifest->config.digest, name->repository);
    for (const oci::Descriptor& layer : manifest->layers)
      sources.emplace(layer.digest, name->repository);
  }
  return sources;
}

}  // namespace wherry::distribution
