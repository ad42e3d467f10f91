#include "serve/options.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <thread>

#include "policy/duration.h"
#include "policy/grant_flags.h"
#include "serve/limits.h"
#include "support/log.h"

namespace wherry::serve {

namespace {

constexpr int kUsage = 2;

// As they were written.
struct Flags {
  std::string what;
  std::string listen = "127.0.0.1:8080";
  policy::GrantFlags grant;
  std::string store;
  unsigned threads = 0;
  std::string request_timeout = "30s";
  std::string grace = "10s";
  std::vector<std::string> sandbox, no_sandbox;  // names of layers
  int verbosity = 0;
  bool logs_json = false;
};

// Guests block (they sleep, they read files), so there are more threads than processors.
unsigned default_threads() { return std::max(32u, 4 * std::thread::hardware_concurrency()); }

// Declares whatever there is: a server pays for it once.
struct EveryOption {
  CLI::App& app;

  bool may_use(std::string_view) const { return true; }
  template <class T>
  void add(std::string_view names, T& value, std::string_view type, std::string_view help) {
    app.add_option(std::string(names), value, std::string(help))
        ->type_name(std::string(type))
        ->allow_extra_args(false);
  }
  void add_flag(std::string_view names, bool& value, std::string_view help) {
    app.add_flag(std::string(names), value, std::string(help));
  }
};

void describe(CLI::App& app, Flags& flags) {
  app.add_option("app", flags.what, "image name[:tag], or path of a .wasm file")->required();
  app.add_option("--listen", flags.listen, "address and port; port 0 takes any that is free")
      ->type_name("ADDRESS:PORT")
      ->capture_default_str();
  EveryOption options{app};
  // --listen is the server's own, and so is the time of a request.
  policy::add_grant_flags(options, flags.grant,
                          {.listens = false, .has_timeout = false, .limit = "limit each request"});
  app.add_option("--store", flags.store, "image store to take it from (else $WHERRY_STORE)")
      ->type_name("DIR");
  app.add_option("--threads", flags.threads,
                 fmt::format("requests that run at once (default {} here)", default_threads()))
      ->type_name("N")
      ->check(CLI::Range(1u, limits::kThreads));
  app.add_option("--timeout,--request-timeout", flags.request_timeout,
                 "a request that runs longer is stopped: 504")
      ->type_name("TIME")
      ->capture_default_str();
  app.add_option("--grace", flags.grace, "time to finish requests after SIGTERM or SIGINT")
      ->type_name("TIME")
      ->capture_default_str();
  app.add_option("--sandbox", flags.sandbox,
                 "insist on a layer of the sandbox: an error where this machine lacks it (wherry "
                 "doctor lists them; all)")
      ->type_name("LAYER")
      ->allow_extra_args(false);
  app.add_option("--no-sandbox", flags.no_sandbox, "go without a layer of the sandbox")
      ->type_name("LAYER")
      ->allow_extra_args(false);
  app.add_flag("--json", flags.logs_json, "write the log as JSON, an object a line");
  app.add_flag("-v,--verbose", flags.verbosity, "log every request; -vv for more");
  app.footer(
      "Each request is answered by a run of the program in an instance of its own, as CGI/1.1 (RFC "
      "3875):\n"
      "the request in environment and standard input, the response on standard output. What the "
      "program\n"
      "writes to standard error goes to the log.\n\n"
      "  wherry serve primorial:1 --listen 127.0.0.1:8080\n"
      "  curl 'http://127.0.0.1:8080/?n=10'\n\n"
      "Stops on SIGTERM and SIGINT, after it has answered what is in progress. Exit codes: 0 "
      "stopped,\n"
      "1 failed, 2 wrong command line.");
}

Result<Options> read(const Flags& flags) {
  Options options{.what = flags.what,
                  .listen = TRY(http::parse_listen_address(flags.listen)),
                  .grant = TRY(policy::parse_grant(flags.grant)),
                  .store = flags.store,
                  .threads = flags.threads > 0 ? flags.threads : default_threads(),
                  .grace = TRY(policy::parse_duration(flags.grace, {.allow_zero = true})),
                  .sandbox = TRY(sandbox::parse_selection(flags.sandbox, flags.no_sandbox)),
                  .policy_file = flags.grant.policy,
                  .verbosity = flags.verbosity,
                  .logs_json = flags.logs_json};
  auto timeout = TRY(policy::parse_duration(flags.request_timeout, {.allow_zero = false}));
  options.grant.limits.timeout_ms = static_cast<uint64_t>(timeout.count());
  options.grant.limit_origins["timeout"] = "--timeout " + flags.request_timeout;
  return options;
}

}  // namespace

std::expected<Options, int> parse_command_line(int argc, char** argv) {
  CLI::App app("Answer HTTP requests with an image of the local store, or a .wasm file.",
               "wherry serve");
  Flags flags;
  describe(app, flags);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& success) {  // --help
    return std::unexpected(app.exit(success));
  } catch (const CLI::ParseError& error) {
    log::error(fmt::format("{} (see wherry serve --help)", error.what()));
    return std::unexpected(kUsage);
  }
  Result<Options> options = read(flags);
  if (options) return *std::move(options);
  log::error(options.error().message);
  return std::unexpected(kUsage);
}

}  // namespace wherry::serve
