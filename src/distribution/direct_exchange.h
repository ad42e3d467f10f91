// One exchange in HTTP/1.1 (RFC 9112) on a connection of whoever asks, for what registries answer
// ordinarily: large bodies are received into the memory of whoever takes them. Through libcurl's
// buffer and callbacks, 16 KiB at a time, a pull from a fast network takes a tenth more.
#pragma once

#include <optional>
#include <string>

#include "distribution/connection.h"
#include "distribution/http.h"

namespace wherry::distribution {

constexpr char kUserAgent[] = "wherry";

// The request's head; it has no body. nullopt for what libcurl has to do: another method than GET
// and HEAD, a URL that has to be put in order first.
std::optional<std::string> request_text(const HttpRequest& request);

struct DirectAnswer {
  HttpResponse response;
  bool keeps_open = false;  // another request may follow on the connection
};

// Sends `text`, which is request_text's, and receives the answer. nullopt, and nothing was given to
// the sink, where the answer's body is not just a number of bytes: libcurl is to ask again. Errors:
// Transport's.
Result<std::optional<DirectAnswer>> exchange_directly(const HttpRequest& request,
                                                      const std::string& text,
                                                      Connection& connection);

}  // namespace wherry::distribution
