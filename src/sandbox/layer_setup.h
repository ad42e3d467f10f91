// One function for each layer, called by confine() in this order, and what tells of a layer without
// it. Each returns why it is missing or weaker; nothing where it is whole.
#pragma once

#include <optional>

#include "sandbox/sandbox.h"

namespace wherry::sandbox {

using Outcome = Result<std::optional<Shortcoming>>;

Outcome limit_by_cgroup(const ResourceBounds& bounds);
Outcome limit_resources();
Outcome enter_namespaces(const NetworkRules& network);
Outcome drop_privileges();
// Both need no_new_privs.
Outcome restrict_by_landlock(const Openings& openings);
Outcome filter_system_calls(const Openings& openings);

std::optional<Shortcoming> examine_landlock();
std::optional<Shortcoming> examine_seccomp();

}  // namespace wherry::sandbox
