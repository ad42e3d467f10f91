// wherry-registryd: the program behind `wherry registry`. Puts the parts of this folder together.
#include <malloc.h>
#include <signal.h>

#include <cstdlib>

#include "registry/api.h"
#include "registry/limits.h"
#include "registry/options.h"
#include "registry/server.h"
#include "registry/service.h"
#include "support/log.h"

namespace {

using namespace wherry;
using namespace wherry::registry;

constexpr int kFailure = 1;

Result<std::unique_ptr<SignIn>> open_sign_in(const ServeOptions& options) {
  if (options.htpasswd.empty()) return nullptr;
  const Bytes text = TRY(read_file(options.htpasswd, {.size_bytes_max = limits::kHtpasswdBytes}));
  Users users = TRY(with_context(parse_htpasswd(as_text(text)), "{}", options.htpasswd));
  if (users.empty())
    return fail(ErrorCode::Invalid, "{} names no user (add one with htpasswd -B)",
                options.htpasswd);
  return std::make_unique<SignIn>(std::move(users),
                                  SignInOptions{.anonymous_pull = options.anonymous_pull});
}

Result<std::unique_ptr<TlsContext>> open_tls(const ServeOptions& options) {
  if (options.tls_certificate.empty()) return nullptr;
  return TlsContext::create(options.tls_certificate, options.tls_key);
}

Result<> run(const ServeOptions& options) {
  const std::unique_ptr<SignIn> sign_in = TRY(open_sign_in(options));
  const std::unique_ptr<TlsContext> tls = TRY(open_tls(options));
  const auto storage = TRY(Storage::open(
      options.folder, {.read_only = options.read_only, .size_bytes_max = options.size_bytes_max}));
  const auto uploads = TRY(Uploads::open(*storage, options.blob_bytes_max));
  Api api(*storage, *uploads);
  Service service(api, sign_in.get());
  const auto server = TRY(Server::create(
      {.listen = options.listen, .tls = tls.get(), .server_software = "wherry/" WHERRY_VERSION},
      [&](const Request& request) { return service.answer(request); }));
  fmt::print(stderr, "wherry: registry of {} on {}\n", options.folder.string(), server->url());
  server->run([&] {
    if (storage->is_read_only()) return;
    if (Result<> removed = uploads->remove_expired(); !removed)
      log::warning("cannot remove old uploads", {{"reason", removed.error().message}});
  });
  return {};
}

Result<> run(const PruneCommand& command) {
  const auto storage = TRY(Storage::open(command.folder, {.create = false}));
  const Pruned pruned = TRY(prune(*storage, command.options));
  fmt::print("{} {} blobs of {} bytes, {} manifests, {} uploads\n",
             command.options.dry_run ? "would remove" : "removed", pruned.blobs, pruned.size_bytes,
             pruned.manifests, pruned.uploads);
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
