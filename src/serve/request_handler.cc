#include "serve/request_handler.h"

#include <utility>

#include "container/application_log.h"
#include "serve/cgi_request.h"
#include "serve/cgi_response.h"
#include "serve/guest_streams.h"
#include "support/log.h"

namespace wherry::serve {

namespace {

// "GET /path": the query may hold secrets, and is left out.
std::string request_line(const HttpRequest& request) {
  return fmt::format("{} {}", request.method, request.target.substr(0, request.target.find('?')));
}

HttpResponse fail_request(const HttpRequest& request, std::string_view reason) {
  log::error(reason, {{"request", request_line(request)}});
  return make_plain_response(500);
}

HttpResponse answer_for_trap(const HttpRequest& request, const abi::Trap& trap) {
  if (trap.code == abi::TrapCode::Interrupted) {
    log::warning("request interrupted: the server stops", {{"request", request_line(request)}});
    return make_plain_response(503);
  }
  log::error(container::describe(trap), {{"request", request_line(request)}});
  return make_plain_response(trap.code == abi::TrapCode::TimeLimit ? 504 : 500);
}

HttpResponse answer_for_output(const HttpRequest& request, ResponseCollector& collector,
                               uint32_t exit_status) {
  if (collector.overflowed())
    return fail_request(request, "the response exceeds what is held in memory");
  auto response = parse_cgi_response(collector.take_output());
  if (!response && exit_status != 0)
    return fail_request(request,
                        fmt::format("exit status {}: {}", exit_status, response.error().message));
  if (!response) return fail_request(request, "no CGI response: " + response.error().message);
  if (exit_status != 0)
    log::warning("answered, but exited with an error",
                 {{"exit_status", exit_status}, {"request", request_line(request)}});
  response->body_share = collector.take_share();
  return *std::move(response);
}

}  // namespace

RequestHandler::RequestHandler(const container::Application& application, RunningGuests& guests,
                               ByteBudget& budget, Options options)
    : denials_(container::log_denial, {.is_verbose = log::enabled(log::Level::Info)}),
      application_(application),
      guests_(guests),
      budget_(budget),
      options_(std::move(options)) {}

HttpResponse RequestHandler::answer(const HttpRequest& request) const {
  Result<CgiRequest> cgi = make_cgi_request(request, options_.server_software);
  if (!cgi) return make_plain_response(400, cgi.error().message);

  BodyReader body(request.body);
  ResponseCollector collector(budget_);
  LineLogger logger([](std::string_view line) { log::warning("guest", {{"stderr", line}}); });
  container::ExecutionOptions options;
  options.program_name = std::move(cgi->program_name);
  options.arguments = std::move(cgi->arguments);
  options.environment = std::move(cgi->environment);
  options.standard_input = {.input = &body};
  options.standard_output = {.output = &collector};
  options.standard_error = {.output = &logger};
  options.folders = options_.folders;
  options.on_denial = [this](const wasi::Denial& denial) { denials_.add(denial); };

  auto execution = container::Execution::create(application_, std::move(options));
  if (!execution) return fail_request(request, execution.error().message);
  auto outcome = [&] {
    RunningGuests::Entry entry(guests_, [&] { execution->interrupt(); });
    return execution->run();
  }();
  logger.finish();
  container::finish_denials(denials_, !outcome || *outcome != 0);
  if (!outcome) return answer_for_trap(request, outcome.error());
  return answer_for_output(request, collector, *outcome);
}

}  // namespace wherry::serve
