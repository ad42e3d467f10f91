#include "signing/trusted_pull.h"

#include "oci/working_name.h"
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
  const oci::WorkingName working = TRY(oci::WorkingName::create(store.directory()));
  const oci::Reference unverified = working.reference();
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

namespace {

// Images of an archive, from when they are stored until they have their names.
class Unverified {
 public:
  Unverified(oci::ImageStore& store, oci::WorkingName working)
      : store_(store), working_(std::move(working)) {}
  ~Unverified() {
    // What was never stored, or is gone, is not missed.
    for (size_t i = 0; i < names_.size(); i++) (void)store_.remove(working_.reference(i));
  }
  Unverified(const Unverified&) = delete;
  Unverified& operator=(const Unverified&) = delete;

  oci::Reference add(const oci::Reference& name) {
    names_.push_back(name);
    return working_.reference(names_.size() - 1);
  }
  const std::vector<oci::Reference>& names() const { return names_; }
  oci::Reference working_name(size_t index) const { return working_.reference(index); }

 private:
  oci::ImageStore& store_;
  const oci::WorkingName working_;
  std::vector<oci::Reference> names_;
};

}  // namespace

Result<std::vector<oci::Image>> load_trusted(oci::ImageStore& store,
                                             const trust::TrustPolicy& policy,
                                             const LoadImages& load) {
  if (policy.is_empty()) return load({});
  Unverified unverified(store, TRY(oci::WorkingName::create(store.directory())));
  std::vector<oci::Image> images =
      TRY(load([&](const oci::Reference& name) { return unverified.add(name); }));
  const std::vector<oci::Reference>& names = unverified.names();
  for (size_t i = 0; i < images.size(); i++) {
    images[i].name = names[i].to_string();
    TRY(check(store, policy, images[i], names[i], names[i]));
  }
  for (size_t i = 0; i < images.size(); i++) TRY(store.tag(unverified.working_name(i), names[i]));
  return images;
}

}  // namespace wherry::signing
