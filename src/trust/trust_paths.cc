// In a file of its own: the front program looks whether there is a policy, and links nothing more.
#include "trust/trust_paths.h"

#include <cstdlib>

namespace wherry::trust {

TrustPaths trust_paths() {
  TrustPaths paths{.machine = "/etc/wherry/trust.toml", .user = {}};
  const char* config = std::getenv("XDG_CONFIG_HOME");
  const char* home = std::getenv("HOME");
  // A relative folder is to be ignored (XDG Base Directory Specification).
  if (config && config[0] == '/')
    paths.user = fs::path(config) / "wherry/trust.toml";
  else if (home && home[0] == '/')
    paths.user = fs::path(home) / ".config/wherry/trust.toml";
  return paths;
}

}  // namespace wherry::trust
