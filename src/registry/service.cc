#include "registry/service.h"

#include "support/log.h"

namespace wherry::registry {

static Response response_of(const Refusal& refusal) {
  Response response{.status = refusal.status, .fields = refusal.fields};
  response.fields.push_back({"Content-Type", "application/json"});
  response.body = error_document(refusal);
  return response;
}

// Without the query, where nothing of use is, and cut: it is the client's text.
static std::string logged_request(const Request& request) {
  const std::string_view target = request.target;
  return request.method + " " + std::string(target.substr(0, target.find('?')).substr(0, 400));
}

Answer<Response> Service::checked_answer(const Request& request, std::string& user) {
  if (sign_in_) user = TRY(sign_in_->check(request));
  return api_.answer(request);
}

Response Service::answer(const Request& request) {
  const auto begin = std::chrono::steady_clock::now();
  std::string user;
  Answer<Response> answered = checked_answer(request, user);
  Response response = answered ? *std::move(answered) : response_of(answered.error());
  // Docker's clients look for the first; browsers, should one come, guess no types.
  response.fields.push_back({"Docker-Distribution-API-Version", "registry/2.0"});
  response.fields.push_back({"X-Content-Type-Options", "nosniff"});
  const std::string line = logged_request(request);
  if (!answered && !answered.error().reason.empty())
    log::error("a request failed", {{"request", line}, {"reason", answered.error().reason}});
  if (log::enabled(log::Level::Info)) {
    const auto elapsed = std::chrono::duration_cast<std::chrono::microseconds>(
        std::chrono::steady_clock::now() - begin);
    log::info("answered", {{"request", line},
                           {"status", response.status},
                           {"bytes", response.body_bytes()},
                           {"us", elapsed.count()},
                           {"client", request.remote_address},
                           {"user", user.empty() ? "-" : user}});
  }
  return response;
}

}  // namespace wherry::registry
