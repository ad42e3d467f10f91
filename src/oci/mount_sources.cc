#include "oci/mount_sources.h"

#include "oci/transfer.h"

namespace wherry::oci {

std::map<Digest, std::string> mount_sources(const ImageStore& store, const Reference& target) {
  std::map<Digest, std::string> sources;
  // Only a saving: what cannot be read here is reported by whoever needs it.
  Result<std::vector<Image>> images = store.list();
  if (!images) return sources;
  for (const Image& image : *images) {
    Result<Reference> name = parse_reference(image.name);
    if (!name || name->registry != target.registry || name->repository == target.repository)
      continue;
    Result<Manifest> manifest = parse_manifest(image.manifest_json);
    if (!manifest) continue;
    sources.emplace(manifest->config.digest, name->repository);
    for (const Descriptor& layer : manifest->layers)
      sources.emplace(layer.digest, name->repository);
  }
  return sources;
}

}  // namespace wherry::oci
