#include <memory>

#include "distribution/curl_transport.h"
#include "distribution/plain_transport.h"
#include "distribution/registry_verbs.h"
#include "distribution/remote_delete.h"

namespace wherry::distribution {

namespace {
struct DeleteFlags {
  RegistryFlags registry;
  std::string reference;
  bool quiet = false;
};
}  // namespace

static Result<> delete_image(const DeleteFlags& flags) {
  oci::Reference reference = TRY(parse_remote(flags.reference));
  SessionOptions options = TRY(session_options(flags.registry));
  PlainTransport transport(CurlTransport::create);
  RegistrySession session(transport, reference.registry, options);
  TRY(with_context(delete_remote(session, reference), "deleting {}", reference.to_string()));
  if (!flags.quiet) fmt::print("deleted {}\n", reference.to_string());
  return {};
}

void add_delete_verb(CLI::App& app, VerbAction& chosen) {
  auto flags = std::make_shared<DeleteFlags>();  // owned by the parser and by the chosen action
  CLI::App* verb = app.add_subcommand("delete", "Remove an image from a registry.");
  verb->add_option("reference", flags->reference,
                   "by digest: the image with all its tags; by tag: the tag alone")
      ->required()
      ->type_name("REGISTRY/NAME[:TAG][@DIGEST]");
  add_registry_flags(*verb, flags->registry);
  verb->add_flag("-q,--quiet", flags->quiet, "print nothing on success");
  verb->callback([flags, &chosen] { chosen = [flags] { return delete_image(*flags); }; });
}

}  // namespace wherry::distribution
