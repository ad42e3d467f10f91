// fdflags and the host's open flags.
#pragma once

#include <fcntl.h>

#include "wasi/abi_types.h"

namespace wherry::wasi {

constexpr int to_host_flags(uint32_t flags) {
  int host = 0;
  if (flags & fdflags::append) host |= O_APPEND;
  if (flags & fdflags::dsync) host |= O_DSYNC;
  if (flags & fdflags::nonblock) host |= O_NONBLOCK;
  if (flags & fdflags::rsync) host |= O_RSYNC;
  if (flags & fdflags::sync) host |= O_SYNC;
  return host;
}

// Linux has one flag for sync and rsync, and it includes dsync's.
constexpr uint32_t from_host_flags(int host) {
  uint32_t flags = 0;
  if (host & O_APPEND) flags |= fdflags::append;
  if (host & O_NONBLOCK) flags |= fdflags::nonblock;
  if ((host & O_SYNC) == O_SYNC)
    flags |= fdflags::sync | fdflags::rsync | fdflags::dsync;
  else if (host & O_DSYNC)
    flags |= fdflags::dsync;
  return flags;
}

}  // namespace wherry::wasi
