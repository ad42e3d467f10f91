#include "signing/trusted_pull.h"

#include <unistd.h>

#include "signing/image_trust.h"

namespace wherry::signing {

static Result<> check(const oci::ImageStore& store, const trust::TrustPolicy& policy,
                      const oci::Image& image, const oci::Reference& source,
                      const oci::Reference& stored_as) {
  TRY(check_image_trust(policy, source.to_string(), store, image));
  if (source == stored_as) return {};
  return check_image_trust(policy, stored_as.to_string(), store, image);
}

Result<oci::Image> pull_trusted(oci::ImageStore& store, const trust::TrustPolicy& policy,
                                const oci::Reference& source, const oci::Reference& stored_as,
                                const FetchImage& fetch) {
  if (policy.is_empty()) return fetch({.stored_as = stored_as, .known_as = stored_as});
  // A name of this process's own; the store's index holds nothing without one.
  const oci::Reference unverified{
      .registry = {}, .repository = "unverified", .tag = fmt::format("{}", getpid())};
  ImageFetch wanted{.stored_as = unverified, .known_as = stored_as};
  oci::Image image = TRY(fetch(wanted));
  auto was_there = [&] { return image.name != unverified.to_string(); };
  Result<> trusted = check(store, policy, image, source, stored_as);
  if (!trusted && was_there()) {
    wanted.refreshes_attachments = true;
    image = TRY(fetch(wanted));
    trusted = check(store, policy, image, source, stored_as);
  }
  if (was_there()) {
    TRY(std::move(trusted));
    return image;
  }
  if (trusted) trusted = store.tag(unverified, stored_as);
  TRY(store.remove(unverified));
  TRY(std::move(trusted));
  return store.find(stored_as);
}

}  // namespace wherry::signing
