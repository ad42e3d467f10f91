#include <algorithm>
#include <memory>

#include "distribution/accepted_format.h"
#include "distribution/curl_transport.h"
#include "distribution/plain_transport.h"
#include "distribution/registry_verbs.h"
#include "oci/image_manifests.h"
#include "support/log.h"

namespace wherry::distribution {

namespace {
struct PushFlags {
  CommonFlags common;
  std::string image;
  std::string target;  // empty: the image's own name
  std::string format;  // empty: as it is in the store
};
}  // namespace

static Result<Pushed> push(RegistryClient& client, oci::ImageStore& store, const oci::Image& image,
                           const oci::Reference& target, const std::string& format) {
  if (!format.empty())
    return push_in_format(client, store, image, target, TRY(oci::parse_image_format(format)));
  return push_in_accepted_format(client, store, image, target, [](const Error& refusal) {
    log::warning(refusal.message + ": sending it as an ordinary image");
  });
}

// Signatures are of a digest, and go with that alone.
static Result<> tell_what_stays(const oci::ImageStore& store, const oci::Image& image,
                                const Pushed& sent) {
  if (sent.platforms_left_out > 0)
    log::warning(
        fmt::format("sent without its index, {}: {} of its platforms {} not in the store "
                    "(`wherry copy` sends all from one registry to another)",
                    image.named().digest.to_string(), sent.platforms_left_out,
                    sent.platforms_left_out == 1 ? "is" : "are"));
  size_t count = 0;
  for (const oci::Descriptor& manifest : TRY(oci::manifests_of(store, image)).stored)
    if (std::ranges::find(sent.manifests, manifest.digest, &oci::Descriptor::digest) ==
        sent.manifests.end())
      count += TRY(store.attachments(manifest.digest)).size();
  if (count > 0)
    log::warning(
        fmt::format("what is attached to {} (signatures, SBOMs: {}) stays behind, since "
                    "what was sent has another digest",
                    image.named().digest.to_string(), count));
  return {};
}

static Result<> push(const PushFlags& flags) {
  oci::Reference target = TRY(parse_remote(flags.target.empty() ? flags.image : flags.target));
  oci::ImageStore store = TRY(open_store(flags.common));
  oci::Image image = TRY(store.find(TRY(oci::parse_reference(flags.image))));
  PlainTransport transport(CurlTransport::create);
  Progress progress(progress_form(flags.common));
  RegistryClient client(transport, target.registry, TRY(registry_options(flags.common, progress)));
  const Pushed sent = TRY(push(client, store, image, target, flags.format));
  progress.print_result("pushed", target.to_string(), sent.digest());
  return tell_what_stays(store, image, sent);
}

void add_push_verb(CLI::App& app, VerbAction& chosen) {
  auto flags = std::make_shared<PushFlags>();  // owned by the parser and by the chosen action
  CLI::App* verb = app.add_subcommand("push", "Send an image of the local store to a registry.");
  verb->add_option("image", flags->image, "the image in the local store")
      ->required()
      ->type_name("NAME[:TAG]");
  verb->add_option("target", flags->target, "where it goes (default: the image's own name)")
      ->type_name("REGISTRY/NAME[:TAG]");
  verb->add_option("--format", flags->format,
                   "send it as artifact, legacy, image or index (default: as it is in the store)")
      ->check(CLI::IsMember({"artifact", "legacy", "image", "index"}))
      ->type_name("FORMAT");
  add_store_flag(*verb, flags->common);
  add_common_flags(*verb, flags->common);
  verb->callback([flags, &chosen] { chosen = [flags] { return push(*flags); }; });
}

}  // namespace wherry::distribution
