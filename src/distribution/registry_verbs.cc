#include "distribution/registry_verbs.h"

#include <unistd.h>

#include <cstdlib>

#include "support/install_paths.h"
#include "support/log.h"
#include "support/quotes.h"

namespace wherry::distribution {

void add_common_flags(CLI::App& verb, CommonFlags& flags) {
  add_registry_flags(verb, flags.registry);
  CLI::Option* quiet = verb.add_flag("-q,--quiet", flags.quiet, "print nothing on success");
  verb.add_flag("--json", flags.json, "print a JSON object for each blob and for the result")
      ->excludes(quiet);
  verb.add_flag("-v,--verbose", flags.verbosity, "say what is done with each blob");
}

void add_store_flag(CLI::App& verb, CommonFlags& flags) {
  verb.add_option("--store", flags.store, "the image store's folder (default: the user's)")
      ->type_name("DIR");
}

void add_store_flags(CLI::App& verb, CommonFlags& flags) {
  add_store_flag(verb, flags);
  verb.add_flag("-q,--quiet", flags.quiet, "print nothing on success");
}

Result<oci::ImageStore> open_store(const CommonFlags& flags) {
  return oci::ImageStore::open(flags.store.empty() ? TRY(image_store_path())
                                                   : fs::path(flags.store));
}

void add_access_flags(CLI::App& verb, RegistryFlags& flags) {
  verb.add_flag("--plain-http", flags.plain_http,
                "speak HTTP without TLS (always so with a registry on localhost)");
  verb.add_option("--ca-file", flags.ca_file, "trust these authorities too (PEM)")
      ->type_name("FILE");
  verb.add_option("--authfile", flags.auth_file,
                  "credentials (default: $REGISTRY_AUTH_FILE, else docker's and podman's files)")
      ->type_name("FILE");
  verb.add_option("--retries", flags.retries_max,
                  "try again so often what was cut off, or was too busy (default: 5)")
      ->check(CLI::Range(0, 100))
      ->type_name("N");
}

void add_registry_flags(CLI::App& verb, RegistryFlags& flags) {
  add_access_flags(verb, flags);
  CLI::Option* cert =
      verb.add_option("--cert", flags.cert_file, "our certificate (PEM)")->type_name("FILE");
  CLI::Option* key =
      verb.add_option("--key", flags.key_file, "the key of --cert (PEM)")->type_name("FILE");
  cert->needs(key);
  key->needs(cert);
}

static void tell_pause(std::string_view reason, std::chrono::milliseconds pause) {
  log::warning(fmt::format("{}; trying again", quote(reason)), {{"pause_ms", pause.count()}});
}

Result<SessionOptions> session_options(const RegistryFlags& flags) {
  auto registries = std::make_shared<const Registries>(TRY(Registries::load(registries_paths())));
  auto credentials = std::make_shared<const Credentials>(TRY(credential_files(flags.auth_file)));
  return SessionOptions{
      .plain_http = flags.plain_http,
      .ca_file = flags.ca_file,
      .cert_file = flags.cert_file,
      .key_file = flags.key_file,
      .registries = std::move(registries),
      .sign_in = {.credentials =
                      [credentials](std::string_view registry, std::string_view name) {
                        return credentials->find(registry, name);
                      }},
      .retry = {.retries_max = flags.retries_max, .on_pause = tell_pause}};
}

ProgressForm progress_form(const CommonFlags& flags) {
  if (flags.verbosity > 0) log::set_level(log::Level::Info);
  if (flags.json) log::set_format(log::Format::Json);
  if (flags.quiet) return ProgressForm::None;
  if (flags.json) return ProgressForm::Json;
  const char* terminal = std::getenv("TERM");
  const bool can_redraw = ::isatty(2) && terminal && std::string_view(terminal) != "dumb";
  // A log between the bars would tear them.
  return can_redraw && flags.verbosity == 0 ? ProgressForm::Bars : ProgressForm::Lines;
}

Result<RegistryOptions> registry_options(const CommonFlags& flags, Progress& progress) {
  RegistryOptions options;
  options.session = TRY(session_options(flags.registry));
  options.on_blob = progress.listener();
  options.on_note = [](const std::string& note) { log::info(note); };
  options.session.retry.on_pause = progress.pause_listener();
  return options;
}

Result<oci::Reference> parse_remote(const std::string& text) {
  oci::Reference reference = TRY(oci::parse_reference(text));
  if (reference.registry.empty())
    return fail(ErrorCode::Invalid,
                "{} names no registry (expected REGISTRY/NAME:TAG, for example "
                "127.0.0.1:5000/{})",
                text, reference.to_string());
  return reference;
}

}  // namespace wherry::distribution
