#include <memory>

#include "distribution/registry_verbs.h"
#include "distribution/sign_in.h"

namespace wherry::distribution {

namespace {
struct LogoutFlags {
  std::string place;
  std::string auth_file;
  bool all = false;
  bool quiet = false;
};
}  // namespace

static Result<> check(const LogoutFlags& flags) {
  if (flags.all != flags.place.empty())
    return fail(ErrorCode::Invalid, "name a registry, or all of them with --all");
  return {};
}

static Result<> logout(const LogoutFlags& flags) {
  Credentials credentials(TRY(credential_files(flags.auth_file)));
  std::vector<std::string> erased;
  if (flags.all) {
    erased = TRY(credentials.erase_all());
  } else {
    SignInPlace place = TRY(parse_sign_in_place(flags.place));
    for (const std::string& origin : TRY(credentials.erase(place.key)))
      erased.push_back(place.key + ": " + origin);
    std::string looked_in;
    for (const fs::path& path : credentials.files().read) looked_in += " " + path.string();
    if (erased.empty())
      return fail(ErrorCode::NotFound, "not logged in to {} (looked in{})", place.key, looked_in);
  }
  if (!flags.quiet)
    for (const std::string& line : erased) fmt::print("logged out of {}\n", line);
  return {};
}

void add_logout_verb(CLI::App& app, VerbAction& chosen) {
  auto flags = std::make_shared<LogoutFlags>();  // owned by the parser and by the chosen action
  CLI::App* verb =
      app.add_subcommand("logout", "Remove a registry's credential from where login keeps it.");
  verb->add_option("registry", flags->place, "the registry, or a namespace of it")
      ->type_name("HOST[:PORT][/NAMESPACE]");
  verb->add_flag("--all", flags->all, "all registries, docker's and podman's logins included");
  verb->add_option("--authfile", flags->auth_file,
                   "credentials (default: $REGISTRY_AUTH_FILE, else docker's and podman's files)")
      ->type_name("FILE");
  verb->add_flag("-q,--quiet", flags->quiet, "print nothing on success");
  verb->callback([flags, &chosen] {
    chosen = {[flags] { return logout(*flags); }, [flags] { return check(*flags); }};
  });
}

}  // namespace wherry::distribution
