// Capabilities and resource limits: prctl(2), capset(2), capabilities(7), setrlimit(2).
#include <linux/capability.h>
#include <linux/securebits.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "sandbox/layer_setup.h"

namespace wherry::sandbox {

namespace {

// For a process of root's: being root means nothing any more, not even to another program. Locked,
// each of them. The bounding set matters to programs that are executed alone, and so is empty by
// this; clearing it would take another 41 calls, 25 us.
constexpr unsigned long kRootIsNobody =
    SECBIT_NOROOT | SECBIT_NOROOT_LOCKED | SECBIT_NO_SETUID_FIXUP | SECBIT_NO_SETUID_FIXUP_LOCKED |
    SECBIT_KEEP_CAPS_LOCKED | SECBIT_NO_CAP_AMBIENT_RAISE | SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED;

bool has_capability(const __user_cap_data_struct* sets, unsigned capability) {
  return (sets[capability / 32].effective >> (capability % 32)) & 1;
}

}  // namespace

Outcome drop_privileges(std::optional<unsigned> kept) {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3]{};
  if (::syscall(SYS_capget, &header, sets) != 0)
    return std::unexpected(system_error(errno, "sandbox: capabilities cannot be read"));
  if (has_capability(sets, CAP_SETPCAP) && ::prctl(PR_SET_SECUREBITS, kRootIsNobody, 0, 0, 0) != 0)
    return std::unexpected(system_error(errno, "sandbox: root's privileges cannot be locked away"));
  // Those of the ambient set go with the permitted ones.
  __user_cap_data_struct rest[_LINUX_CAPABILITY_U32S_3]{};
  if (kept && has_capability(sets, *kept))
    rest[*kept / 32].effective = rest[*kept / 32].permitted = 1u << (*kept % 32);
  if (::syscall(SYS_capset, &header, rest) != 0)
    return std::unexpected(system_error(errno, "sandbox: capabilities cannot be dropped"));
  return std::nullopt;
}

// Lowering a limit is always allowed.
Outcome limit_resources() {
  const rlimit no_core{0, 0};
  rlimit files{};
  bool done = ::setrlimit(RLIMIT_CORE, &no_core) == 0 && ::getrlimit(RLIMIT_NOFILE, &files) == 0;
  files.rlim_max = files.rlim_cur;
  if (!done || ::setrlimit(RLIMIT_NOFILE, &files) != 0)
    return std::unexpected(system_error(errno, "sandbox: resource limits cannot be set"));
  return std::nullopt;
}

}  // namespace wherry::sandbox
