#include "distribution/accepted_format.h"

#include <unistd.h>

#include "oci/image_conversion.h"
#include "oci/image_unpacking.h"

namespace wherry::distribution {

static Result<Digest> push_converted(RegistryClient& client, oci::ImageStore& store,
                                     const oci::Image& image, const oci::Reference& target) {
  // A name of this process's own, while the image is on its way.
  const oci::Reference working{
      .registry = {}, .repository = "converted", .tag = fmt::format("{}", ::getpid())};
  oci::PackedImage packed = TRY(oci::convert_image(store, image, oci::ImageFormat::Image));
  const oci::Image ordinary =
      TRY(oci::unpack_and_adopt(store, working, packed.manifest_json, std::move(packed.blobs)));
  Result<> pushed = client.push(store, ordinary, target);
  TRY(store.remove(working));
  TRY(std::move(pushed));
  return ordinary.manifest.digest;
}

Result<Digest> push_in_accepted_format(
    RegistryClient& client, oci::ImageStore& store, const oci::Image& image,
    const oci::Reference& target, const std::function<void(const Error& refusal)>& on_conversion) {
  Result<> pushed = client.push(store, image, target);
  if (pushed) return image.manifest.digest;
  if (!client.was_refused_as_artifact() || target.digest)
    return std::unexpected(std::move(pushed).error());
  on_conversion(pushed.error());
  return push_converted(client, store, image, target);
}

}  // namespace wherry::distribution
