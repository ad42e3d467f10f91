#include <memory>

#include "distribution/curl_transport.h"
#include "distribution/manifest_transfer.h"
#include "distribution/plain_transport.h"
#include "distribution/referrer_list.h"
#include "distribution/registry_verbs.h"
#include "support/quotes.h"

namespace wherry::distribution {

namespace {
struct ReferrersFlags {
  RegistryFlags registry;
  std::string reference;
  bool json = false;
};
}  // namespace

static Json to_json(const Referrer& referrer) {
  return {{"digest", referrer.manifest.digest.to_string()},
          {"mediaType", referrer.manifest.media_type},
          {"artifactType", referrer.artifact_type},
          {"size", referrer.manifest.size_bytes},
          {"annotations", referrer.manifest.annotations}};
}

static void print(const std::vector<Referrer>& referrers, const std::string& subject,
                  bool as_json) {
  if (as_json) {
    Json list = Json::array();
    for (const Referrer& referrer : referrers) list.push_back(to_json(referrer));
    fmt::print("{}\n", Json{{"subject", subject}, {"referrers", list}}.dump(
                           2, ' ', false, Json::error_handler_t::replace));
    return;
  }
  for (const Referrer& referrer : referrers)
    fmt::print("{}  {}\n", referrer.manifest.digest.to_string(),
               referrer.artifact_type.empty() ? "-" : quote(referrer.artifact_type, 120));
}

static Result<> referrers(const ReferrersFlags& flags) {
  oci::Reference reference = TRY(parse_remote(flags.reference));
  SessionOptions options = TRY(session_options(flags.registry));
  PlainTransport transport(CurlTransport::create);
  RegistrySession session(transport, reference.registry, options);
  const std::string doing = "referrers of " + reference.to_string();
  Digest subject =
      reference.digest
          ? *reference.digest
          : TRY(with_context(fetch_manifest(session, reference, reference.tag), "{}", doing))
                .digest;
  auto list = TRY(with_context(list_referrers(session, reference, subject), "{}", doing));
  print(list, subject.to_string(), flags.json);
  return {};
}

void add_referrers_verb(CLI::App& app, VerbAction& chosen) {
  auto flags = std::make_shared<ReferrersFlags>();  // owned by the parser and by the chosen action
  CLI::App* verb = app.add_subcommand(
      "referrers", "List what belongs to an image in a registry: signatures, bills of materials.");
  verb->add_option("reference", flags->reference, "the image")
      ->required()
      ->type_name("REGISTRY/NAME[:TAG][@DIGEST]");
  verb->add_flag("--json", flags->json, "as JSON");
  add_registry_flags(*verb, flags->registry);
  verb->callback([flags, &chosen] { chosen = [flags] { return referrers(*flags); }; });
}

}  // namespace wherry::distribution
