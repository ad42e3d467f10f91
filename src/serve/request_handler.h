// Answers one request by one run of the application, in a fresh instance.
//
// What the client gets when the guest fails says nothing about the guest; the reason is in our log:
//   the request cannot be put as CGI                          400
//   a trap; no memory; output that is no CGI response         500
//   more output than is taken                                 500
//   stopped for its time                                      504
//   stopped since the server stops                            503
// A guest that printed a response and then exits with a status other than 0 is answered with its
// response: CGI knows no exit status (RFC 3875), Apache and WAGI ignore it; the log tells.
#pragma once

#include <span>
#include <string>

#include "container/application.h"
#include "container/denial_log.h"
#include "serve/byte_budget.h"
#include "serve/http_message.h"
#include "serve/running_guests.h"

namespace wherry::serve {

// Thread-safe. What it borrows outlives it.
class RequestHandler {
 public:
  struct Options {
    std::string server_software;       // "wherry/1.0"
    std::span<const Fd> folders = {};  // as container::ExecutionOptions::folders
  };

  RequestHandler(const container::Application& application, RunningGuests& guests,
                 ByteBudget& budget, Options options);

  // Blocks until the guest has ended.
  HttpResponse answer(const HttpRequest& request) const;

 private:
  mutable container::DenialLog denials_;  // of all requests together
  const container::Application& application_;
  RunningGuests& guests_;
  ByteBudget& budget_;
  const Options options_;
};

}  // namespace wherry::serve
