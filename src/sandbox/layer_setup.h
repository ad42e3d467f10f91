// One function for each layer, called by confine() in this order, and what tells of a layer without
// it. Each returns why it is missing or weaker; nothing where it is whole.
#pragma once

#include <optional>

#include "sandbox/sandbox.h"

namespace wherry::sandbox {

using Outcome = Result<std::optional<Shortcoming>>;

class Keeper;

// Of the process's own, at once.
Outcome limit_by_cgroup(const ResourceBounds& bounds);
Outcome limit_resources();

struct NamespaceOptions {
  bool has_sockets = false;        // and so stays in the machine's network
  bool keeps_privileges = false;   // those that it has outside
  const Keeper* keeper = nullptr;  // whose are joined; else they are the process's own
};
Outcome enter_namespaces(const NamespaceOptions& options);
// Those that a keeper's child holds for others to join.
Result<> make_shared_namespaces();

// All, but for one capability (CAP_*) where `kept` names one that the process has.
Outcome drop_privileges(std::optional<unsigned> kept = {});
// Both need no_new_privs.
Outcome restrict_by_landlock(const Openings& openings);
Outcome filter_system_calls(const Openings& openings);

std::optional<Shortcoming> examine_landlock();
std::optional<Shortcoming> examine_seccomp();

}  // namespace wherry::sandbox
