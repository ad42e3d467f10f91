// Namespaces: namespaces(7), user_namespaces(7). Files need none, Landlock governs them; processes
// need none, since none is ever started.
#include <sched.h>

#include <cerrno>

#include "sandbox/keeper.h"
#include "sandbox/layer_setup.h"

namespace wherry::sandbox {

namespace {

constexpr int kWithoutNetwork = CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP;

// Calls `enter` with these kinds. The namespace of users is what allows the others to a process
// without privileges. Nobody is mapped into it: what files are concerned, the process remains who
// it was. To a privileged process they are allowed without: it comes first where privileges are to
// be kept.
template <typename Enter>
auto enter_with_users(int kinds, bool keeps_privileges, const Enter& enter) {
  const int with_users = CLONE_NEWUSER | kinds;
  auto entered = enter(keeps_privileges ? kinds : with_users);
  if (!entered) entered = enter(keeps_privileges ? with_users : kinds);
  return entered;
}

Result<> make_own(int kinds) {
  if (::unshare(kinds) != 0) return std::unexpected(system_error(errno, "unshare"));
  return {};
}

}  // namespace

Outcome enter_namespaces(const NamespaceOptions& options) {
  // Sockets that are open stay in the network in which they were made.
  const int kinds = options.has_sockets ? kWithoutNetwork : kWithoutNetwork | CLONE_NEWNET;
  if (options.keeper) {
    auto share = [&](int shared) { return options.keeper->share_namespaces(shared); };
    if (enter_with_users(kinds, options.keeps_privileges, share)) return std::nullopt;
  }
  auto made = enter_with_users(kinds, options.keeps_privileges, make_own);
  if (made) return std::nullopt;
  return Shortcoming{Layer::Namespaces, true,
                     fmt::format("namespaces are refused ({}): user.max_user_namespaces, "
                                 "kernel.apparmor_restrict_unprivileged_userns or a container "
                                 "forbids them",
                                 made.error().message)};
}

Result<> make_shared_namespaces() {
  return enter_with_users(kWithoutNetwork | CLONE_NEWNET, false, make_own);
}

}  // namespace wherry::sandbox
