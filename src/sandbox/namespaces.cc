// Namespaces of the process's own: namespaces(7), user_namespaces(7). Files need none, Landlock
// governs them; processes need none, since none is ever started.
#include <sched.h>

#include <cerrno>

#include "sandbox/layer_setup.h"

namespace wherry::sandbox {

Outcome enter_namespaces(const NetworkRules& network) {
  int kinds = CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP;
  // Sockets that are open stay in the network in which they were made.
  if (!network.has_sockets) kinds |= CLONE_NEWNET;
  // The namespace of users is what allows the others to a process without privileges. Nobody is
  // mapped into it: what files are concerned, the process remains who it was.
  if (::unshare(CLONE_NEWUSER | kinds) == 0) return std::nullopt;
  const int refused = errno;
  if (::unshare(kinds) == 0) return std::nullopt;  // a privileged one's
  return Shortcoming{
      Layer::Namespaces, true,
      fmt::format("namespaces are refused ({}): user.max_user_namespaces, "
                  "kernel.apparmor_restrict_unprivileged_userns or a container forbids them",
                  refused == EPERM    ? "EPERM"
                  : refused == ENOSPC ? "ENOSPC"
                                      : "not supported")};
}

}  // namespace wherry::sandbox
