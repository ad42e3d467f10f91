#include "oci/registry_client.h"

#include "oci/blob_download.h"
#include "oci/image_format.h"
#include "oci/manifest_transfer.h"

namespace wherry::oci {

RegistryClient::RegistryClient(Transport& transport, const std::string& registry,
                               RegistryOptions options)
    : session_(transport, registry, options.session), on_blob_(std::move(options.on_blob)) {}

Result<> RegistryClient::push_all(const ImageStore& store, const Image& image,
                                  const Reference& target) {
  if (target.digest && *target.digest != image.manifest.digest)
    return fail(ErrorCode::Invalid, "the image's digest is another, {}",
                image.manifest.digest.to_string());
  Manifest manifest = TRY(parse_manifest(image.manifest_json));
  TRY(upload_blob(session_, store, manifest.config, target, on_blob_));
  for (const Descriptor& layer : manifest.layers)
    TRY(upload_blob(session_, store, layer, target, on_blob_));
  return put_manifest(session_,
                      {.json = image.manifest_json,
                       .media_type = image.manifest.media_type,
                       .digest = image.manifest.digest},
                      target);
}

Result<> RegistryClient::push(const ImageStore& store, const Image& image,
                              const Reference& target) {
  return with_context(push_all(store, image, target), "pushing {}", target.to_string());
}

Result<Image> RegistryClient::pull_all(ImageStore& store, const Reference& source,
                                       const Reference& stored_as) {
  FetchedManifest fetched = TRY(fetch_wasm_manifest(session_, source));
  Manifest manifest = TRY(parse_manifest(fetched.json));
  const Descriptor* module = TRY(find_module_layer(manifest));
  std::vector<BlobWriter> staged;
  for (const Descriptor& blob : {manifest.config, *module}) {
    bool is_there = store.has_blob(blob);
    if (on_blob_) on_blob_(is_there ? "there already" : "downloading", blob);
    if (!is_there) staged.push_back(TRY(download_blob(session_, store, blob, source)));
  }
  return store.adopt(stored_as, fetched.json, std::move(staged));
}

Result<Image> RegistryClient::pull(ImageStore& store, const Reference& source,
                                   const Reference& stored_as) {
  return with_context(pull_all(store, source, stored_as), "pulling {}", source.to_string());
}

}  // namespace wherry::oci
