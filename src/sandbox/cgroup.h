// A cgroup of the process's own (cgroups(7)), below the one that it is started in: version 1's
// hierarchies where these govern memory, tasks and processors, else version 2's. The engine keeps
// an application's limits by itself; the cgroup bounds the whole process, also one whose engine
// has been broken.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sandbox/sandbox.h"
#include "support/file.h"

namespace wherry::sandbox {

// Cgroups that were made: folders, in each hierarchy.
using CgroupFolders = std::vector<fs::path>;

// Removes a cgroup when everybody has left it, which its members cannot do: a process that waits
// for the end of this one, whatever it ends by. Where that process is killed as well, the next
// cgroup that is made in the same place removes what is left.
class CgroupRemover {
 public:
  // Before the cgroup is entered: it must not be in there itself.
  static Result<CgroupRemover> start();
  pid_t pid() const { return pid_; }
  // What is to be removed at the end of this process; else nothing is. At most once.
  void remove_at_end(const CgroupFolders& folders);

 private:
  CgroupRemover(Fd pipe, pid_t pid) : pipe_(std::move(pipe)), pid_(pid) {}
  Fd pipe_;
  pid_t pid_;
};

struct CgroupMembers {
  pid_t process;  // which it is for
  pid_t remover;  // which removes it, and stays outside
};

// Makes one and moves the process into it. Where version 2 wants the cgroup above without any
// process, a remover that is there gets one of its own beside, and is to remove that, too. Errors:
// why that cannot be; nothing is left then.
Result<CgroupFolders> make_cgroup(const ResourceBounds& bounds, const CgroupMembers& members);

// By the remover, once the process has ended: false while the kernel still sees it in there.
bool remove_cgroup(const CgroupFolders& folders);

// Where a controller's cgroup of a process is, by the text of its /proc/PID/cgroup; the version is
// told by the mount. std::nullopt where it is in no hierarchy.
struct CgroupPlace {
  std::string hierarchy;  // "memory", "cpu,cpuacct"; empty: version 2's
  std::string path;       // "/user.slice"
  bool operator==(const CgroupPlace&) const = default;
};
std::optional<CgroupPlace> find_cgroup(std::string_view proc_cgroup, std::string_view controller);

}  // namespace wherry::sandbox
