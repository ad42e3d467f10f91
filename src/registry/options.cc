#include "registry/options.h"

#include <CLI/CLI.hpp>

#include "policy/duration.h"
#include "policy/size.h"
#include "registry/limits.h"
#include "support/log.h"

namespace wherry::registry {

namespace {

constexpr int kUsage = 2;

// As they were written.
struct Flags {
  std::string folder;
  std::string listen = "127.0.0.1:5000";
  std::string size_max, blob_max, min_age;
  std::vector<std::string> sandbox, no_sandbox;  // names of layers
  bool insecure_listen = false;
  ServeOptions serve;
  PruneOptions prune;
};

void describe_serve(CLI::App& verb, Flags& flags) {
  ServeOptions& serve = flags.serve;
  verb.add_option("--dir", flags.folder, "the registry's folder; made where there is none")
      ->required()
      ->type_name("DIR");
  verb.add_option("--listen", flags.listen, "address and port; port 0 takes any that is free")
      ->type_name("ADDRESS:PORT")
      ->capture_default_str();
  verb.add_option("--htpasswd", serve.htpasswd,
                  "only these users may pull and push; lines of htpasswd -B")
      ->type_name("FILE");
  verb.add_flag("--anonymous-pull", serve.anonymous_pull, "pulling needs no password");
  verb.add_option("--tls-cert", serve.tls_certificate, "serve HTTPS: the certificate's chain, PEM")
      ->type_name("FILE");
  verb.add_option("--tls-key", serve.tls_key, "its private key, PEM")->type_name("FILE");
  verb.add_flag("--insecure-listen", flags.insecure_listen,
                "without TLS, listen on an address that other machines reach");
  verb.add_flag("--read-only", serve.read_only,
                "answer pulls only; several may serve a folder like this");
  verb.add_option("--size-max", flags.size_max, "of all contents together (default: the disk's)")
      ->type_name("SIZE");
  verb.add_option("--blob-max", flags.blob_max, "of one blob (default: 32GiB)")->type_name("SIZE");
  verb.add_option("--sandbox", flags.sandbox,
                  "insist on a layer of the sandbox: an error where this machine lacks it (wherry "
                  "doctor lists them; all)")
      ->type_name("LAYER")
      ->allow_extra_args(false);
  verb.add_option("--no-sandbox", flags.no_sandbox, "go without a layer of the sandbox")
      ->type_name("LAYER")
      ->allow_extra_args(false);
  verb.add_flag("-q,--quiet", serve.is_quiet, "log no requests, only what goes wrong");
  verb.add_flag("--json", serve.logs_json, "write the log as JSON, an object a line");
  verb.footer(
      "  wherry registry serve --dir /srv/images &\n"
      "  wherry push demo:1 127.0.0.1:5000/demo:1\n\n"
      "SIGHUP has it read --htpasswd, --tls-cert and --tls-key anew. Stops on SIGTERM and SIGINT. "
      "What is begun and not "
      "ended can be gone on with for a day,\n"
      "across restarts. Exit codes: 0 stopped, 1 failed, 2 wrong command line.");
}

void describe_prune(CLI::App& verb, Flags& flags) {
  verb.add_option("--dir", flags.folder, "the registry's folder; a server may be serving it")
      ->required()
      ->type_name("DIR");
  verb.add_flag("--untagged", flags.prune.untagged,
                "also remove manifests that no tag leads to (indexes and signatures lead on)");
  verb.add_option("--min-age", flags.min_age,
                  "leave blobs and untagged manifests that came later than this ago: a push may be "
                  "about to refer to them (default: 24h)")
      ->type_name("TIME");
  verb.add_flag("--dry-run", flags.prune.dry_run, "remove nothing, only say what would go");
  verb.footer(
      "A server that has the folder does it, and goes on serving. A push that takes longer than "
      "--min-age may have to\nbe repeated; nothing that a tag leads to is ever removed. Exit "
      "codes: "
      "0 done, 1 failed, 2 wrong command line.");
}

Result<> check_tls(const Flags& flags, const ServeOptions& serve) {
  if (serve.tls_certificate.empty() != serve.tls_key.empty())
    return fail(ErrorCode::Invalid, "--tls-cert and --tls-key are given together, or not at all");
  if (serve.tls_certificate.empty() && !serve.listen.is_loopback() && !flags.insecure_listen)
    return fail(ErrorCode::Invalid,
                "{} is reached by other machines, and there is no TLS: whoever listens on the way "
                "reads images and passwords (give --tls-cert and --tls-key, or --insecure-listen)",
                serve.listen.host);
  if (serve.anonymous_pull && serve.htpasswd.empty())
    return fail(ErrorCode::Invalid, "--anonymous-pull says nothing without --htpasswd");
  return {};
}

Result<ServeOptions> read_serve(const Flags& flags) {
  ServeOptions serve = flags.serve;
  serve.folder = flags.folder;
  serve.listen = TRY(http::parse_listen_address(flags.listen));
  serve.blob_bytes_max = limits::kBlobBytes;
  if (!flags.blob_max.empty())
    serve.blob_bytes_max = TRY(with_context(policy::parse_size(flags.blob_max), "--blob-max"));
  if (!flags.size_max.empty())
    serve.size_bytes_max = TRY(with_context(policy::parse_size(flags.size_max), "--size-max"));
  serve.sandbox = TRY(sandbox::parse_selection(flags.sandbox, flags.no_sandbox));
  TRY(check_tls(flags, serve));
  return serve;
}

Result<PruneCommand> read_prune(const Flags& flags) {
  PruneCommand prune{.folder = flags.folder, .options = flags.prune};
  if (!flags.min_age.empty())
    prune.options.age_min = std::chrono::ceil<std::chrono::seconds>(TRY(
        with_context(policy::parse_duration(flags.min_age, {.allow_zero = true}), "--min-age")));
  return prune;
}

Result<Command> read(const Flags& flags, bool serves) {
  if (!serves) return TRY(read_prune(flags));
  return TRY(read_serve(flags));
}

}  // namespace

std::expected<Command, int> parse_command_line(int argc, char** argv) {
  Flags flags;
  CLI::App app("A registry of your own: images in a folder, served to any OCI client.",
               "wherry registry");
  app.require_subcommand(1);
  CLI::App* serve = app.add_subcommand("serve", "Serve a folder as a registry.");
  CLI::App* prune = app.add_subcommand("prune", "Remove what no image in a folder needs.");
  describe_serve(*serve, flags);
  describe_prune(*prune, flags);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& success) {  // --help
    return std::unexpected(app.exit(success));
  } catch (const CLI::ParseError& error) {
    const char* verb = serve->parsed() ? " serve" : prune->parsed() ? " prune" : "";
    log::error(fmt::format("{} (see wherry registry{} --help)", error.what(), verb));
    return std::unexpected(kUsage);
  }
  Result<Command> command = read(flags, serve->parsed());
  if (command) return *std::move(command);
  log::error(command.error().message);
  return std::unexpected(kUsage);
}

}  // namespace wherry::registry
