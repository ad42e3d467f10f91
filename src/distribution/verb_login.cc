#include <unistd.h>

#include <memory>

#include "distribution/curl_transport.h"
#include "distribution/limits.h"
#include "distribution/plain_transport.h"
#include "distribution/registry_verbs.h"
#include "distribution/sign_in.h"
#include "support/log.h"
#include "support/terminal.h"

namespace wherry::distribution {

namespace {
struct LoginFlags {
  RegistryFlags registry;
  std::string place;
  std::string user;
  std::string password;  // taken only to be refused
  bool password_from_stdin = false;
  bool quiet = false;
};
}  // namespace

static Result<std::string> read_password_from_stdin() {
  std::string text;
  for (char chunk[4096];;) {
    ssize_t count = ::read(STDIN_FILENO, chunk, sizeof chunk);
    if (count < 0) return std::unexpected(system_error(errno, "reading the password"));
    if (count == 0) break;
    text.append(chunk, static_cast<size_t>(count));
    if (text.size() > limits::kPasswordBytes)
      return fail(ErrorCode::Invalid, "the password exceeds {} bytes", limits::kPasswordBytes);
  }
  while (text.ends_with('\n') || text.ends_with('\r')) text.pop_back();
  return text;
}

static Result<std::string> ask(const Question& question) {
  const Result<Secret> answer = ask_terminal(question);
  if (!answer && answer.error().code == ErrorCode::NotFound)
    return fail(ErrorCode::Invalid,
                "there is no terminal to ask at: give -u USER, and the password on standard input "
                "with --password-stdin");
  if (!answer) return std::unexpected(answer.error());
  return std::string(as_text(*answer));
}

static Result<Credential> read_credential(const LoginFlags& flags) {
  Credential credential{.user = flags.user};
  if (credential.user.empty()) credential.user = TRY(ask({.prompt = "user: "}));
  credential.password = flags.password_from_stdin
                            ? TRY(read_password_from_stdin())
                            : TRY(ask({.prompt = "password: ", .is_secret = true}));
  if (credential.user.empty() || credential.password.empty())
    return fail(ErrorCode::Invalid, "the {} is empty",
                credential.user.empty() ? "user" : "password");
  if (credential.user.find(':') != std::string::npos)  // RFC 7617 §2
    return fail(ErrorCode::Invalid, "a user's name has no colon");
  return credential;
}

static Result<> check(const LoginFlags& flags) {
  if (!flags.password.empty())
    return fail(ErrorCode::Invalid,
                "a password on the command line can be read by every user of this machine, and "
                "stays in the shell's history: give it to --password-stdin, or type it");
  if (flags.user.empty() && flags.password_from_stdin)
    return fail(ErrorCode::Invalid, "--password-stdin needs -u USER");
  return {};
}

static Result<> login(const LoginFlags& flags) {
  SignInPlace place = TRY(parse_sign_in_place(flags.place));
  SessionOptions options = TRY(session_options(flags.registry));
  Credentials credentials(TRY(credential_files(flags.registry.auth_file)));
  Credential credential = TRY(read_credential(flags));
  PlainTransport transport(CurlTransport::create);
  SignedIn done = TRY(
      with_context(sign_in(transport, place, credential, options), "login to {}", place.registry));
  std::string where = TRY(credentials.store(place.key, done.credential));
  if (!done.was_checked)
    log::warning(
        fmt::format("{} lets anybody in, so the password could not be checked", place.registry));
  if (!flags.quiet)
    fmt::print("logged in to {} as {}; kept in {}\n", place.key, credential.user, where);
  return {};
}

void add_login_verb(CLI::App& app, VerbAction& chosen) {
  auto flags = std::make_shared<LoginFlags>();  // owned by the parser and by the chosen action
  CLI::App* verb = app.add_subcommand(
      "login",
      "Sign in to a registry; the credential is checked, and kept for docker and podman too.");
  verb->add_option("registry", flags->place, "the registry, or a namespace of it")
      ->required()
      ->type_name("HOST[:PORT][/NAMESPACE]");
  verb->add_option("-u,--username", flags->user, "who signs in (default: asked at the terminal)")
      ->type_name("USER");
  verb->add_flag("--password-stdin", flags->password_from_stdin,
                 "read the password from standard input");
  verb->add_option("-p,--password", flags->password, "refused: others could read it")->group("");
  add_registry_flags(*verb, flags->registry);
  verb->add_flag("-q,--quiet", flags->quiet, "print nothing on success");
  verb->callback([flags, &chosen] {
    chosen = {[flags] { return login(*flags); }, [flags] { return check(*flags); }};
  });
}

}  // namespace wherry::distribution
