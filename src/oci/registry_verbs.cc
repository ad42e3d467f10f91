#include "oci/registry_verbs.h"

#include "support/install_paths.h"
#include "support/log.h"

namespace wherry::oci {

void add_common_flags(CLI::App& verb, CommonFlags& flags) {
  verb.add_option("--store", flags.store, "the image store's folder (default: the user's)")
      ->type_name("DIR");
  verb.add_flag("--plain-http", flags.plain_http,
                "speak HTTP without TLS (always so with a registry on localhost)");
  verb.add_flag("-q,--quiet", flags.quiet, "print nothing on success");
  verb.add_flag("-v,--verbose", flags.verbosity, "say what is done with each blob");
}

Result<ImageStore> open_store(const CommonFlags& flags) {
  return ImageStore::open(flags.store.empty() ? TRY(image_store_path()) : fs::path(flags.store));
}

RegistryOptions registry_options(const CommonFlags& flags) {
  if (flags.verbosity > 0) log::set_level(log::Level::Info);
  return {.session = {.plain_http = flags.plain_http},
          .on_blob = [](std::string_view what, const Descriptor& blob) {
            log::info(what, {{"blob", blob.digest.to_string()}, {"bytes", blob.size_bytes}});
          }};
}

Result<Reference> parse_remote(const std::string& text) {
  Reference reference = TRY(parse_reference(text));
  if (reference.registry.empty())
    return fail(ErrorCode::Invalid,
                "{} names no registry (expected REGISTRY/NAME:TAG, for example "
                "127.0.0.1:5000/{})",
                text, reference.to_string());
  return reference;
}

}  // namespace wherry::oci
