// wherry-registry: the helper program behind `wherry push` and `wherry pull`.
#include <CLI/CLI.hpp>
#include <cstdio>

#include "oci/curl_transport.h"
#include "oci/quote.h"
#include "oci/registry_client.h"
#include "support/install_paths.h"
#include "support/log.h"

namespace wherry::oci {
namespace {

constexpr int kFailure = 1;
constexpr int kUsage = 2;

struct Flags {
  std::string name;    // push: the image in the store; pull: the reference
  std::string target;  // push: where to; pull: what to store it as
  std::string store;
  bool plain_http = false;
  bool quiet = false;
  int verbosity = 0;
};

Result<ImageStore> open_store(const Flags& flags) {
  return ImageStore::open(flags.store.empty() ? TRY(image_store_path()) : fs::path(flags.store));
}

RegistryOptions options_of(const Flags& flags) {
  return {.plain_http = flags.plain_http,
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

void print_done(const Flags& flags, const char* what, const Reference& reference,
                const Image& image) {
  if (!flags.quiet)
    fmt::print("{} {} {}\n", what, reference.to_string(), image.manifest.digest.to_string());
}

Result<> push(const Flags& flags) {
  Reference target = TRY(parse_remote(flags.target.empty() ? flags.name : flags.target));
  ImageStore store = TRY(open_store(flags));
  Image image = TRY(store.find(TRY(parse_reference(flags.name))));
  auto transport = TRY(CurlTransport::create());
  RegistryClient client(*transport, target.registry, options_of(flags));
  TRY(client.push(store, image, target));
  print_done(flags, "pushed", target, image);
  return {};
}

Result<> pull(const Flags& flags) {
  Reference source = TRY(parse_remote(flags.name));
  Reference stored_as = flags.target.empty() ? source : TRY(parse_reference(flags.target));
  ImageStore store = TRY(open_store(flags));
  auto transport = TRY(CurlTransport::create());
  RegistryClient client(*transport, source.registry, options_of(flags));
  Image image = TRY(client.pull(store, source, stored_as));
  print_done(flags, "pulled", stored_as, image);
  return {};
}

void add_common_flags(CLI::App& verb, Flags& flags) {
  verb.add_option("--store", flags.store, "the image store's folder (default: the user's)")
      ->type_name("DIR");
  verb.add_flag("--plain-http", flags.plain_http,
                "speak HTTP without TLS (always so with a registry on localhost)");
  verb.add_flag("-q,--quiet", flags.quiet, "print nothing on success");
  verb.add_flag("-v,--verbose", flags.verbosity, "say what is done with each blob");
}

int run(int argc, char** argv) {
  Flags flags;
  // Named as the user has typed it: the front program passes `wherry push` on to us.
  CLI::App app("Moves images between the local store and registries.", "wherry");
  app.require_subcommand(1);
  CLI::App* push_verb =
      app.add_subcommand("push", "Send an image of the local store to a registry.");
  push_verb->add_option("image", flags.name, "the image in the local store")
      ->required()
      ->type_name("NAME[:TAG]");
  push_verb->add_option("target", flags.target, "where it goes (default: the image's own name)")
      ->type_name("REGISTRY/NAME[:TAG]");
  add_common_flags(*push_verb, flags);
  CLI::App* pull_verb =
      app.add_subcommand("pull", "Fetch an image from a registry into the local store.");
  pull_verb->add_option("reference", flags.name, "the image in the registry")
      ->required()
      ->type_name("REGISTRY/NAME[:TAG][@DIGEST]");
  pull_verb->add_option("--as", flags.target, "store it under this name (default: the reference)")
      ->type_name("NAME[:TAG]");
  add_common_flags(*pull_verb, flags);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& success) {  // --help
    return app.exit(success);
  } catch (const CLI::ParseError& error) {
    std::string verb = argc > 1 && argv[1][0] != '-' ? fmt::format(" {}", quote(argv[1], 20)) : "";
    log::error(fmt::format("{} (see wherry{} --help)", error.what(), verb));
    return kUsage;
  }

  if (flags.verbosity > 0) log::set_level(log::Level::Info);
  Result<> done = push_verb->parsed() ? push(flags) : pull(flags);
  if (done) return 0;
  log::error(done.error().message);
  return kFailure;
}

}  // namespace
}  // namespace wherry::oci

int main(int argc, char** argv) { return wherry::oci::run(argc, argv); }
