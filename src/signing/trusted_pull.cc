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

namespace {

// Images of an archive, from when they are stored until they have their names.
class Unverified {
 public:
  explicit Unverified(oci::ImageStore& store) : store_(store) {}
  ~Unverified() {
    // What was never stored, or is gone, is not missed.
    for (size_t i = 0; i < names_.size(); i++) (void)store_.remove(working_name(i));
  }
  Unverified(const Unverified&) = delete;
  Unverified& operator=(const Unverified&) = delete;

  oci::Reference add(const oci::Reference& name) {
    names_.push_back(name);
    return working_name(names_.size() - 1);
  }
  const std::vector<oci::Reference>& names() const { return names_; }
  static oci::Reference working_name(size_t index) {
    return {
        .registry = {}, .repository = "unverified", .tag = fmt::format("{}-{}", ::getpid(), index)};
  }

 private:
  oci::ImageStore& store_;
  std::vector<oci::Reference> names_;
};

}  // namespace

Result<std::vector<oci::Image>> load_trusted(oci::ImageStore& store,
                                             const trust::TrustPolicy& policy,
                                             const LoadImages& load) {
  if (policy.is_empty()) return load({});
  Unverified unverified(store);
  std::vector<oci::Image> images =
      TRY(load([&](const oci::Reference& name) { return unverified.add(name); }));
  const std::vector<oci::Reference>& names = unverified.names();
  for (size_t i = 0; i < images.size(); i++) {
    images[i].name = names[i].to_string();
    TRY(check(store, policy, images[i], names[i], names[i]));
  }
  for (size_t i = 0; i < images.size(); i++) TRY(store.tag(Unverified::working_name(i), names[i]));
  return images;
}

}  // namespace wherry::signing
