#include "distribution/mirrors.h"

namespace wherry::distribution {

static RegistryOptions without_flags(RegistryOptions options) {
  options.session.plain_http = false;
  options.session.cert_file.clear();
  options.session.key_file.clear();
  return options;
}

Result<oci::Image> pull_through_mirrors(Transport& transport, oci::ImageStore& store,
                                        const oci::Reference& source,
                                        const oci::Reference& stored_as, const PullOptions& pull,
                                        const RegistryOptions& options) {
  std::vector<oci::Reference> mirrors;
  if (options.session.registries) mirrors = options.session.registries->mirrors_of(source);
  for (const oci::Reference& mirror : mirrors) {
    RegistryClient client(transport, mirror.registry, without_flags(options));
    Result<oci::Image> image = client.pull(store, mirror, stored_as, pull);
    if (image || image.error().code == ErrorCode::Io) return image;
    if (options.on_note)
      options.on_note(fmt::format("mirror passed over: {}", image.error().message));
  }
  RegistryClient client(transport, source.registry, options);
  return client.pull(store, source, stored_as, pull);
}

}  // namespace wherry::distribution
