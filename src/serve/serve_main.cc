// wherry-serve: the program behind `wherry serve`. Puts together the parts of this folder:
// connections (http_server.h) hand requests to threads (worker_pool.h), where guests answer them
// (request_handler.h).
#include <sys/resource.h>

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <thread>

#include "container/application.h"
#include "container/application_log.h"
#include "container/confinement.h"
#include "serve/http_server.h"
#include "serve/limits.h"
#include "serve/options.h"
#include "serve/request_handler.h"
#include "serve/worker_pool.h"
#include "support/log.h"

namespace {

using namespace wherry;
using namespace wherry::serve;

constexpr int kFailure = 1;
constexpr const char* kServerSoftware = "wherry/" WHERRY_VERSION;

// Every connection and every guest's folders take descriptors; the usual soft limit of 1024 is for
// select(2). Where the system refuses, connections beyond it wait in the kernel's queue.
void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

Result<container::Application> load(const Options& options) {
  container::Places places = TRY(container::default_places());
  if (!options.store.empty()) places.image_store = options.store;
  if (!options.policy_file.empty()) places.policies = policy::policy_paths(options.policy_file);
  container::Application application = TRY(container::Application::load(
      options.what, options.grant, places, {.executions_at_once = options.threads}));
  if (application.trigger() == "command")
    return fail(ErrorCode::Invalid,
                "{} is a command, not an HTTP application (run it with wherry run; or set trigger "
                "= \"http\" in its "
                "wherry.toml, and build it again)",
                application.name());
  container::log_loaded(application);
  return application;
}

// One instance made and thrown away: an unknown import shows now, not with the first request.
Result<> check_that_it_starts(const container::Application& application,
                              std::span<const Fd> folders) {
  TRY(container::Execution::create(application, {.folders = folders}));
  return {};
}

// Threads inherit it: before there are any.
Result<> confine(const container::Application& application, std::span<const Fd> folders,
                 const Options& options) {
  std::vector<int> descriptors;
  for (const Fd& folder : folders) descriptors.push_back(folder.get());
  for (const sandbox::Shortcoming& found :
       TRY(container::confine(application, {.selection = options.sandbox,
                                            .serves = true,
                                            .executions_at_once = options.threads,
                                            .folders = descriptors}))) {
    const std::string line = container::describe(found);
    found.is_worth_a_warning() ? log::warning(line) : log::info(line);
  }
  return {};
}

HttpHandler make_http_handler(WorkerPool& workers, const RequestHandler& handler) {
  return [&](HttpRequest request, Respond respond) {
    struct Task {
      HttpRequest request;
      Respond respond;
    };
    auto task = std::make_unique<Task>(Task{std::move(request), std::move(respond)});
    // Borrowed, since a job that is refused gives the task back.
    Task* refused = task.get();
    WorkerPool::Job job = [&handler, owned = std::move(task)] {
      HttpResponse response = handler.answer(owned->request);
      owned->respond(std::move(response));
    };
    if (workers.submit(job)) return;
    HttpResponse busy = make_plain_response(503, "too many requests at once");
    busy.fields.push_back({"Retry-After", "1"});
    refused->respond(std::move(busy));
  };
}

Result<> serve_until_stopped(const Options& options) {
  container::Application application = TRY(load(options));
  // The wall around them, and all requests, are about the folders that are there now, whatever
  // their paths lead to later.
  const std::vector<Fd> folders = TRY(container::open_folders(application));
  TRY(check_that_it_starts(application, folders));

  ByteBudget budget(limits::kBufferedBytes);
  RunningGuests guests;
  RequestHandler handler(application, guests, budget,
                         {.server_software = kServerSoftware, .folders = folders});
  HttpHandler http_handler;
  auto server = TRY(HttpServer::create(
      {.listen = options.listen,
       .server_software = kServerSoftware,
       .io_threads = std::clamp(std::thread::hardware_concurrency() / 4, 1u, 16u),
       .grace = options.grace},
      [&http_handler](HttpRequest request, Respond respond) {
        http_handler(std::move(request), std::move(respond));
      },
      budget));
  TRY(confine(application, folders, options));
  const uint64_t instances_max =
      application.effective().limits.instances_max.value_or(options.threads);
  WorkerPool workers(
      {.threads = static_cast<unsigned>(std::min<uint64_t>(options.threads, instances_max)),
       .threads_eager = std::thread::hardware_concurrency(),
       .queued_max = limits::kRequestsQueued});
  http_handler = make_http_handler(workers, handler);
  fmt::print(stderr, "wherry: serving {} on {}\n", application.name(), server->url());
  server->run([&] { guests.interrupt_all(); });
  // A guest that no interrupt reaches (in a system call of the host) would keep us for ever: the
  // system ends it.
  log::info("stopped");
  std::_Exit(EXIT_SUCCESS);
}

}  // namespace

int main(int argc, char** argv) {
  auto options = parse_command_line(argc, argv);
  if (!options) return options.error();
  if (options->verbosity > 0)
    log::set_level(options->verbosity > 1 ? log::Level::Debug : log::Level::Info);
  if (options->logs_json) log::set_format(log::Format::Json);
  sandbox::close_inherited_descriptors();
  raise_descriptor_limit();
  Result<> done = serve_until_stopped(*options);
  log::error(done.error().message);
  return kFailure;
}
