#include <memory>

#include "distribution/curl_transport.h"
#include "distribution/mirrors.h"
#include "distribution/plain_transport.h"
#include "distribution/registry_verbs.h"
#include "signing/trusted_pull.h"
#include "support/log.h"

namespace wherry::distribution {

namespace {
struct PullFlags {
  CommonFlags common;
  std::string reference;
  std::string stored_as;  // empty: as the reference
  bool refreshes_referrers = false;
};
}  // namespace

static Result<> pull(const PullFlags& flags) {
  oci::Reference source = TRY(parse_remote(flags.reference));
  oci::Reference stored_as =
      flags.stored_as.empty() ? source : TRY(oci::parse_reference(flags.stored_as));
  oci::ImageStore store = TRY(open_store(flags.common));
  PlainTransport transport(CurlTransport::create);
  const auto policy = TRY(trust::TrustPolicy::load(trust::trust_paths()));
  Progress progress(progress_form(flags.common));
  const RegistryOptions registry = TRY(registry_options(flags.common, progress));
  const auto fetch = [&](const signing::ImageFetch& wanted) {
    return pull_through_mirrors(
        transport, store, source, wanted.stored_as,
        {.known_as = wanted.known_as,
         .refreshes_referrers = wanted.refreshes_attachments || flags.refreshes_referrers},
        registry);
  };
  const oci::Image image = TRY(signing::pull_trusted(store, policy, source, stored_as, fetch));
  progress.print_result("pulled", stored_as.to_string(), image.named().digest);
  return {};
}

void add_pull_verb(CLI::App& app, VerbAction& chosen) {
  auto flags = std::make_shared<PullFlags>();  // owned by the parser and by the chosen action
  CLI::App* verb =
      app.add_subcommand("pull", "Fetch an image from a registry into the local store.");
  verb->add_option("reference", flags->reference, "the image in the registry")
      ->required()
      ->type_name("REGISTRY/NAME[:TAG][@DIGEST]");
  verb->add_option("--as", flags->stored_as, "store it under this name (default: the reference)")
      ->type_name("NAME[:TAG]");
  verb->add_flag(
      "--referrers", flags->refreshes_referrers,
      "fetch signatures, SBOMs and the like anew, also where the image is there already");
  add_store_flag(*verb, flags->common);
  add_common_flags(*verb, flags->common);
  verb->callback([flags, &chosen] { chosen = [flags] { return pull(*flags); }; });
}

}  // namespace wherry::distribution
