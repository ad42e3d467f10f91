// The keeper: one process that the walls of a user share, as rootless container engines have their
// pause process. What it gives takes longer to make than most programs run:
//
// - namespaces(7) of users, IPC, host name, cgroups and network, held by a child of its. To make
//   those takes 400 us, to join them 5. They are shared by all who join; nobody in them has a
//   socket.
// - a cgroup, which takes 0.6 to 13 ms: for processes that are still there 10 to 20 ms later.
// Before that
//   the limits that the engine keeps are the only ones.
//
// It is the program wherry-keeper, started by the first wall that wants it, and ends a minute after
// the last. It is outside of all walls, so it listens to no answer and takes no path: requests are
// records of one size, in a pipe that only its user can write.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>

#include "sandbox/sandbox.h"
#include "support/file.h"

namespace wherry::sandbox {

// For a cgroup. Written at once, and so never mixed with another's (pipe(7), PIPE_BUF).
struct KeeperRequest {
  static constexpr uint64_t kNoBound = ~uint64_t{0};
  uint64_t memory_bytes = kNoBound;
  uint64_t tasks = kNoBound;
  uint64_t processors = kNoBound;
  int64_t process = 0;  // the caller's pid
};

// From a request to when it is read, and from there to the cgroup.
inline constexpr std::chrono::milliseconds kCgroupDelay{10};

// Where keepers are found: the link kKeeperLink leads to the pipe of the one that is there, which
// is named kKeeperLink, a dot, and the pid of who
// holds the namespaces (0: the system refuses them). The number goes up with
// what requests look like.
inline constexpr const char* kKeeperLink = "keeper-1";
// ${XDG_RUNTIME_DIR}/wherry, /run/wherry for root, else /run/user/UID/wherry or /tmp/wherry-UID.
fs::path keeper_folder();

class Keeper {
 public:
  // This user's; started where there is none. Errors: Unavailable, with the reason.
  static Result<Keeper> reach();

  // Joins its namespaces of these kinds (CLONE_NEW*). Errors: Unavailable where the system refuses.
  Result<> share_namespaces(int kinds) const;
  // Asks for a cgroup with these bounds. It comes in 10 to 20 ms, where this machine permits
  // one.
  Result<> ask_for_cgroup(const ResourceBounds& bounds) const;

 private:
  Keeper(Fd pipe, Fd holder) : pipe_(std::move(pipe)), holder_(std::move(holder)) {}
  static Result<Keeper> find(const fs::path& folder);

  Fd pipe_;
  Fd holder_;  // pidfd_open(2); not valid where there is none
};

}  // namespace wherry::sandbox
