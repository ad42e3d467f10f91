// The second wall around a process that runs an application, as wide as the application's effective
// policy. sandbox/sandbox.h tells of the layers.
#pragma once

#include <vector>

#include "container/application.h"
#include "sandbox/sandbox.h"

namespace wherry::container {

struct ConfinementOptions {
  sandbox::Selection selection;
  bool serves = false;  // requests, from a socket that is listening already
};

// Once, when the application is loaded and all that the host itself needs is open, while there is
// one thread, before a guest runs. What comes after is confined: nothing can be compiled, mapped as
// code or opened but below the granted folders. Errors: as sandbox::confine.
Result<std::vector<sandbox::Shortcoming>> confine(const Application& application,
                                                  const ConfinementOptions& options);

// What confine() leaves open.
sandbox::Openings openings_for(const policy::Effective& effective);

// For the log: "landlock is missing: this kernel … (wherry doctor tells more; …)".
std::string describe(const sandbox::Shortcoming& shortcoming);

}  // namespace wherry::container
