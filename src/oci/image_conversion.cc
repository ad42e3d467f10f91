#include "oci/image_conversion.h"

#include <unistd.h>

#include "oci/image_documents.h"
#include "oci/image_format.h"
#include "oci/image_unpacking.h"
#include "oci/registry_client.h"

namespace wherry::oci {

bool is_artifact(const Manifest& manifest) {
  return manifest.config.media_type == media_type::kWasmConfig ||
         manifest.config.media_type == media_type::kLegacyConfig;
}

static Result<Digest> push_converted(RegistryClient& client, ImageStore& store, const Image& image,
                                     const Reference& target) {
  // A name of this process's own, while the image is on its way.
  const Reference working{
      .registry = {}, .repository = "converted", .tag = fmt::format("{}", ::getpid())};
  PackedImage packed = TRY(convert_image(store, image, ImageFormat::Image));
  const Image ordinary =
      TRY(unpack_and_adopt(store, working, packed.manifest_json, std::move(packed.blobs)));
  Result<> pushed = client.push(store, ordinary, target);
  TRY(store.remove(working));
  TRY(std::move(pushed));
  return ordinary.manifest.digest;
}

Result<Digest> push_in_accepted_format(
    RegistryClient& client, ImageStore& store, const Image& image, const Reference& target,
    const std::function<void(const Error& refusal)>& on_conversion) {
  Result<> pushed = client.push(store, image, target);
  if (pushed) return image.manifest.digest;
  if (!client.was_refused_as_artifact() || target.digest)
    return std::unexpected(std::move(pushed).error());
  on_conversion(pushed.error());
  return push_converted(client, store, image, target);
}

}  // namespace wherry::oci
