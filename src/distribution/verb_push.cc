#include <memory>

#include "distribution/accepted_format.h"
#include "distribution/curl_transport.h"
#include "distribution/registry_verbs.h"
#include "support/log.h"

namespace wherry::distribution {

namespace {
struct PushFlags {
  CommonFlags common;
  std::string image;
  std::string target;  // empty: the image's own name
};
}  // namespace

static Result<> push(const PushFlags& flags) {
  oci::Reference target = TRY(parse_remote(flags.target.empty() ? flags.image : flags.target));
  oci::ImageStore store = TRY(open_store(flags.common));
  oci::Image image = TRY(store.find(TRY(oci::parse_reference(flags.image))));
  auto transport = TRY(CurlTransport::create());
  Progress progress(progress_form(flags.common));
  RegistryClient client(*transport, target.registry, TRY(registry_options(flags.common, progress)));
  const Digest sent =
      TRY(push_in_accepted_format(client, store, image, target, [&](const Error& refusal) {
        log::warning(refusal.message +
                     ": sending it as an ordinary image, without what is attached to the artifact");
      }));
  progress.print_result("pushed", target.to_string(), sent);
  return {};
}

void add_push_verb(CLI::App& app, VerbAction& chosen) {
  auto flags = std::make_shared<PushFlags>();  // owned by the parser and by the chosen action
  CLI::App* verb = app.add_subcommand("push", "Send an image of the local store to a registry.");
  verb->add_option("image", flags->image, "the image in the local store")
      ->required()
      ->type_name("NAME[:TAG]");
  verb->add_option("target", flags->target, "where it goes (default: the image's own name)")
      ->type_name("REGISTRY/NAME[:TAG]");
  add_store_flag(*verb, flags->common);
  add_common_flags(*verb, flags->common);
  verb->callback([flags, &chosen] { chosen = [flags] { return push(*flags); }; });
}

}  // namespace wherry::distribution
