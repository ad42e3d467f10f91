// The command lines of wherry-registryd, which people call as `wherry registry serve` and
// `wherry registry prune`.
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <variant>

#include "http/listen_address.h"
#include "registry/prune.h"
#include "sandbox/layers.h"
#include "support/file.h"

namespace wherry::registry {

struct ServeOptions {
  fs::path folder;
  http::ListenAddress listen;
  std::string htpasswd;  // empty: everybody may do everything
  bool anonymous_pull = false;
  std::string tls_certificate, tls_key;  // both empty: plain HTTP
  bool read_only = false;
  std::optional<uint64_t> size_bytes_max;
  uint64_t blob_bytes_max = 0;
  sandbox::Selection sandbox;
  bool is_quiet = false;
  bool logs_json = false;
};

struct PruneCommand {
  fs::path folder;
  PruneOptions options;
};

using Command = std::variant<ServeOptions, PruneCommand>;

// What is to be done, or the exit code where there is nothing more to do: 0 after --help, 2 after a
// wrong command line, with its reason on standard error.
std::expected<Command, int> parse_command_line(int argc, char** argv);

}  // namespace wherry::registry
