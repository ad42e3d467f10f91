#include "container/handed_over_sockets.h"

#include <algorithm>

#include "wasi/listeners.h"

namespace wherry::container {

namespace {

// systemd's protocol, sd_listen_fds(3), as far as a program without a process id can have it: how
// many sockets there are, from descriptor 3 on.
void announce_listeners(wasi::ProgramOptions& options) {
  constexpr const char* kVariable = "LISTEN_FDS";
  if (options.listeners.empty()) return;
  if (std::ranges::find(options.environment, kVariable, &policy::EnvironmentGrant::name) !=
      options.environment.end())
    return;
  options.environment.push_back({kVariable, fmt::format("{}", options.listeners.size())});
}

bool opens_sockets(const runtime::Artifact& artifact) {
  const abi::ArtifactView& view = artifact.view();
  return std::ranges::any_of(view.imports, [&](const abi::ImportRecord& import) {
    return view.string(import.module) == "wasi_snapshot_preview1" &&
           view.string(import.name).starts_with("sock_open");
  });
}

}  // namespace

Result<std::vector<policy::Endpoint>> hand_over_sockets(const policy::NetworkRules& rules,
                                                        const runtime::Artifact& artifact,
                                                        wasi::ProgramOptions& options) {
  std::vector<policy::Endpoint> listening;
  if (rules.listen.empty() || opens_sockets(artifact)) return listening;
  for (wasi::Listener& listener : TRY(wasi::open_listeners(rules))) {
    options.listeners.push_back(std::move(listener.socket));
    listening.push_back(listener.endpoint);
  }
  announce_listeners(options);
  return listening;
}

}  // namespace wherry::container
