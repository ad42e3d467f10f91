#include "signing/trusted_pull.h"

#include <unistd.h>

#include "signing/image_trust.h"

namespace wherry::signing {

static Result<> check(const oci::ImageStore& store, const trust::TrustPolicy& policy,
                      const oci::Image& image, const oci::Reference& source,
                      const oci::Reference& stored_as) {
  const SignedManifest manifest = TRY(signed_manifest(store, image));
  const Mapping module = TRY(store.map_module(image));
  TRY(check_image_trust(policy, source.to_string(), manifest, module.bytes()));
  if (source == stored_as) return {};
  return check_image_trust(policy, stored_as.to_string(), manifest, module.bytes());
}

Result<oci::Image> pull_trusted(oci::ImageStore& store, const trust::TrustPolicy& policy,
                                const oci::Reference& source, const oci::Reference& stored_as,
                                const FetchImage& fetch) {
  if (policy.is_empty()) return fetch(stored_as);
  // A name of this process's own; the store's index holds nothing without one.
  const oci::Reference unverified{
      .registry = {}, .repository = "unverified", .tag = fmt::format("{}", getpid())};
  const oci::Image image = TRY(fetch(unverified));
  Result<> named = check(store, policy, image, source, stored_as);
  if (named) named = store.tag(unverified, stored_as);
  TRY(store.remove(unverified));
  TRY(std::move(named));
  return store.find(stored_as);
}

}  // namespace wherry::signing
