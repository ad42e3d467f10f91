// The second wall around a process that runs an application, as wide as the application's effective
// policy. sandbox/sandbox.h tells of the layers.
#pragma once

#include <span>
#include <vector>

#include "container/application.h"
#include "sandbox/sandbox.h"

namespace wherry::container {

struct ConfinementOptions {
  sandbox::Selection selection;
  bool serves = false;  // requests, from a socket that is listening already
  uint64_t executions_at_once = 1;
  // Of the granted folders, in their order, where they are open already; borrowed.
  std::span<const int> folders = {};
};

// Once, when the application is loaded and all that the host itself needs is open, while there is
// one thread, before a guest runs. What comes after is confined: nothing can be compiled, mapped as
// code or opened but below the granted folders. Errors: as sandbox::confine.
Result<std::vector<sandbox::Shortcoming>> confine(const Application& application,
                                                  const ConfinementOptions& options);

// What confine() leaves open; `folders` as above.
sandbox::Openings openings_for(const policy::Effective& effective,
                               std::span<const int> folders = {});

// For the log: "landlock is missing: this kernel … (wherry doctor tells more; …)".
std::string describe(const sandbox::Shortcoming& shortcoming);

}  // namespace wherry::container
