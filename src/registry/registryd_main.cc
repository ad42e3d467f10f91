// wherry-registryd: the program behind `wherry registry`. Puts the parts of this folder together.
#include <malloc.h>
#include <signal.h>

#include <cstdlib>

#include "policy/duration.h"
#include "registry/api.h"
#include "registry/control.h"
#include "registry/disk.h"
#include "registry/file_opener.h"
#include "registry/limits.h"
#include "registry/options.h"
#include "registry/server.h"
#include "registry/service.h"
#include "sandbox/sandbox.h"
#include "support/log.h"

namespace {

using namespace wherry;
using namespace wherry::registry;

constexpr int kFailure = 1;

// What is read at the start, and again at SIGHUP.
enum ServerFile : size_t { kUsersFile, kCertificateFile, kKeyFile };

Result<FileOpener> start_opener(const ServeOptions& options) {
  return FileOpener::start({options.htpasswd, options.tls_certificate, options.tls_key});
}

Result<Users> read_users(const ServeOptions& options, FileOpener& opener) {
  const std::string text = TRY(opener.read(kUsersFile, limits::kHtpasswdBytes));
  Users users = TRY(with_context(parse_htpasswd(text), "{}", options.htpasswd));
  if (users.empty())
    return fail(ErrorCode::Invalid, "{} names no user (add one with htpasswd -B)",
                options.htpasswd);
  return users;
}

Result<std::unique_ptr<SignIn>> open_sign_in(const ServeOptions& options, FileOpener& opener) {
  if (options.htpasswd.empty()) return nullptr;
  return std::make_unique<SignIn>(TRY(read_users(options, opener)),
                                  SignInOptions{.anonymous_pull = options.anonymous_pull});
}

Result<KeyPair> read_key_pair(const ServeOptions& options, FileOpener& opener) {
  return KeyPair{.certificate = TRY(opener.read(kCertificateFile, limits::kPemBytes)),
                 .key = TRY(opener.read(kKeyFile, limits::kPemBytes)),
                 .certificate_file = options.tls_certificate,
                 .key_file = options.tls_key};
}

Result<std::unique_ptr<TlsContext>> open_tls(const ServeOptions& options, FileOpener& opener) {
  if (options.tls_certificate.empty()) return nullptr;
  return TlsContext::create(TRY(read_key_pair(options, opener)));
}

// Who may still pull and push should not hang on a typing error: the users stay who they were.
void read_users_anew(const ServeOptions& options, FileOpener& opener, SignIn& sign_in) {
  Result<Users> users = read_users(options, opener);
  if (!users) {
    log::error("the users stay as they were", {{"reason", users.error().message}});
    return;
  }
  log::info("read the users anew", {{"users", users->size()}});
  sign_in.replace_users(*std::move(users));
}

// Nor on a certificate whose key is not there yet.
void read_certificate_anew(const ServeOptions& options, FileOpener& opener, TlsContext& tls) {
  const auto replace = [&]() -> Result<> {
    return tls.replace(TRY(read_key_pair(options, opener)));
  };
  if (Result<> replaced = replace(); !replaced)
    log::error("the certificate stays as it was", {{"reason", replaced.error().message}});
  else
    log::info("read the certificate anew");
}

// Without privileges root is a user like any other, and the first Landlock moves no file to another
// folder: better told now than to every client.
Result<> check_writable(const fs::path& folder) {
  Result<> tried = write_file(folder / "tmp/probe", folder / "blobs/probe", {});
  if (tried) {
    TRY(remove_file(folder / "blobs/probe"));
    return {};
  }
  return fail(ErrorCode::Denied,
              "behind the sandbox {} cannot be written: {} (run it as the folder's owner, or with "
              "--no-sandbox privileges as root; before Linux 5.19 with --no-sandbox landlock)",
              folder.string(), tried.error().message);
}

// All that is needed is open by then; what clients bring is read by a process that has this folder
// and their connections, and nothing else.
Result<> confine(const ServeOptions& options) {
  sandbox::Openings openings{.keeps_files = true};
  const bool writes = !options.read_only;
  openings.folders.push_back(
      {.path = options.folder, .writes = writes, .creates = writes, .removes = writes});
  for (const sandbox::Shortcoming& found : TRY(sandbox::confine(openings, options.sandbox))) {
    const std::string line = fmt::format("sandbox: {}{}: {}", found.is_missing ? "no " : "",
                                         sandbox::name_of(found.layer), found.reason);
    found.is_worth_a_warning() ? log::warning(line) : log::info(line);
  }
  return writes ? check_writable(options.folder) : Result<>();
}

// Without it all works but prune while this server runs.
std::unique_ptr<Control> open_control(const ServeOptions& options) {
  if (options.read_only) return nullptr;
  Result<std::unique_ptr<Control>> control = Control::open(options.folder);
  if (control) return *std::move(control);
  log::warning("wherry registry prune can only be run while this server is stopped",
               {{"reason", control.error().message}});
  return nullptr;
}

Result<> run(const ServeOptions& options) {
  FileOpener opener = TRY(start_opener(options));
  const std::unique_ptr<SignIn> sign_in = TRY(open_sign_in(options, opener));
  const std::unique_ptr<TlsContext> tls = TRY(open_tls(options, opener));
  const auto storage = TRY(Storage::open(
      options.folder, {.read_only = options.read_only, .size_bytes_max = options.size_bytes_max}));
  const auto uploads = TRY(Uploads::open(*storage, options.blob_bytes_max));
  Api api(*storage, *uploads);
  Service service(api, sign_in.get());
  const auto server = TRY(Server::create(
      {.listen = options.listen, .tls = tls.get(), .server_software = "wherry/" WHERRY_VERSION},
      [&](const Request& request) { return service.answer(request); }));
  const std::unique_ptr<Control> control = open_control(options);
  TRY(confine(options));
  if (control) TRY(control->start(*storage));
  fmt::print(stderr, "wherry: registry of {} on {}\n", options.folder.string(), server->url());
  const auto remove_old_uploads = [&] {
    if (storage->is_read_only()) return;
    if (Result<> removed = uploads->remove_expired(); !removed)
      log::warning("cannot remove old uploads", {{"reason", removed.error().message}});
  };
  const auto read_files_anew = [&] {
    if (sign_in) read_users_anew(options, opener, *sign_in);
    if (tls) read_certificate_anew(options, opener, *tls);
  };
  server->run(remove_old_uploads, read_files_anew);
  return {};
}

Result<Pruned> prune_folder(const PruneCommand& command) {
  const auto storage = Storage::open(command.folder, {.create = false});
  if (!storage && storage.error().code == ErrorCode::Unavailable)
    return ask_server_to_prune(command.folder, command.options);
  if (!storage) return std::unexpected(storage.error());
  // Removes those that nobody may go on with any more, as a server does by itself.
  if (!command.options.dry_run) TRY(Uploads::open(**storage, limits::kBlobBytes));
  return prune(**storage, command.options);
}

Result<> run(const PruneCommand& command) {
  const Pruned pruned = TRY(prune_folder(command));
  fmt::print("{} {} blobs of {} bytes, {} manifests\n",
             command.options.dry_run ? "would remove" : "removed", pruned.blobs, pruned.size_bytes,
             pruned.manifests);
  if (pruned.recent > 0)
    fmt::print(
        "left {} that came within {}, since a push may be about to refer to them "
        "(--min-age)\n",
        pruned.recent, policy::duration_text(command.options.age_min));
  return {};
}

}  // namespace

int main(int argc, char** argv) {
  // A client that went away is an error of the write.
  ::signal(SIGPIPE, SIG_IGN);
  // A heap for each of many threads would hold memory that none of them uses.
  ::mallopt(M_ARENA_MAX, 2);
  const auto command = parse_command_line(argc, argv);
  if (!command) return command.error();
  if (const auto* serve = std::get_if<ServeOptions>(&*command)) {
    log::set_level(serve->is_quiet ? log::Level::Warning : log::Level::Info);
    if (serve->logs_json) log::set_format(log::Format::Json);
  }
  const Result<> done = std::visit([](const auto& one) { return run(one); }, *command);
  if (done) return EXIT_SUCCESS;
  log::error(done.error().message);
  return kFailure;
}
