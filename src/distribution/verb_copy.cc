#include <memory>

#include "distribution/curl_transport.h"
#include "distribution/image_copy.h"
#include "distribution/plain_transport.h"
#include "distribution/registry_verbs.h"

namespace wherry::distribution {

namespace {
struct CopyFlags {
  CommonFlags common;
  std::string source;
  std::string target;
  bool leaves_referrers = false;
};
}  // namespace

static Result<> copy(const CopyFlags& flags) {
  oci::Reference source = TRY(parse_remote(flags.source));
  oci::Reference target = TRY(parse_remote(flags.target));
  PlainTransport transport(CurlTransport::create);
  Progress progress(progress_form(flags.common));
  RegistryOptions options = TRY(registry_options(flags.common, progress));
  RegistrySession from(transport, source.registry, options.session);
  RegistrySession to(transport, target.registry, options.session);
  Digest digest = TRY(copy_image({from, source}, {to, target},
                                 {.on_blob = options.on_blob,
                                  .on_note = options.on_note,
                                  .leaves_referrers = flags.leaves_referrers}));
  progress.print_result("copied", target.to_string(), digest);
  return {};
}

void add_copy_verb(CLI::App& app, VerbAction& chosen) {
  auto flags = std::make_shared<CopyFlags>();  // owned by the parser and by the chosen action
  CLI::App* verb = app.add_subcommand("copy",
                                      "Copy an image, or an index with all its images, between "
                                      "registries, and what belongs to it.");
  verb->add_option("source", flags->source, "the image in a registry")
      ->required()
      ->type_name("REGISTRY/NAME[:TAG][@DIGEST]");
  verb->add_option("target", flags->target, "where it goes")
      ->required()
      ->type_name("REGISTRY/NAME[:TAG]");
  verb->add_flag("--no-referrers", flags->leaves_referrers,
                 "leave behind signatures, SBOMs and what else belongs to it");
  add_common_flags(*verb, flags->common);
  verb->callback([flags, &chosen] { chosen = [flags] { return copy(*flags); }; });
}

}  // namespace wherry::distribution
