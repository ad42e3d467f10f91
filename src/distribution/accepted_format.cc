#include "distribution/accepted_format.h"

#include <unistd.h>

#include "oci/image_unpacking.h"

namespace wherry::distribution {

// Under a name of this process's own, while it is on its way.
static Result<Pushed> push_packed(RegistryClient& client, oci::ImageStore& store,
                                  oci::PackedImage packed, const oci::Reference& target) {
  const oci::Reference working{
      .registry = {}, .repository = "converted", .tag = fmt::format("{}", ::getpid())};
  const oci::Image converted =
      TRY(oci::unpack_and_adopt(store, working, packed.manifest_json, std::move(packed.blobs)));
  Result<Pushed> pushed = client.push(store, converted, target);
  TRY(store.remove(working));
  return pushed;
}

Result<Pushed> push_in_format(RegistryClient& client, oci::ImageStore& store,
                              const oci::Image& image, const oci::Reference& target,
                              oci::ImageFormat format) {
  oci::PackedImage packed = TRY(oci::convert_image(store, image, format));
  if (sha256(as_bytes(packed.manifest_json)) == image.named().digest)
    return client.push(store, image, target);
  return push_packed(client, store, std::move(packed), target);
}

Result<Pushed> push_in_accepted_format(
    RegistryClient& client, oci::ImageStore& store, const oci::Image& image,
    const oci::Reference& target, const std::function<void(const Error& refusal)>& on_conversion) {
  Result<Pushed> pushed = client.push(store, image, target);
  if (pushed || !client.was_refused_as_artifact() || target.digest) return pushed;
  on_conversion(pushed.error());
  return push_in_format(client, store, image, target, oci::ImageFormat::Image);
}

}  // namespace wherry::distribution
