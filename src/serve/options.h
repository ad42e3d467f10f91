// The command line of wherry-serve, which people call as `wherry serve`.
#pragma once

#include <chrono>
#include <expected>
#include <string>
#include <vector>

#include "http/listen_address.h"
#include "policy/policy.h"
#include "sandbox/layers.h"
#include "support/result.h"

namespace wherry::serve {

struct Options {
  std::string what;  // an image's name, or a file
  http::ListenAddress listen;
  policy::Grant grant;
  std::string store;  // empty: the default
  unsigned threads;
  std::chrono::milliseconds grace;
  sandbox::Selection sandbox;
  std::string policy_file;  // empty: the user's own
  int verbosity;
  bool logs_json;
};

// The options, or the exit code where there is nothing more to do: 0 after --help, 2 after a wrong
// command line, with its reason on standard error.
std::expected<Options, int> parse_command_line(int argc, char** argv);

}  // namespace wherry::serve
