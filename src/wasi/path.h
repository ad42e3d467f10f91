// Paths of the guest, found below a folder and never outside of it: not by "..", not by a symbolic
// link, not by a rename that races with the lookup.
//
// The kernel does it, by openat2(2) with RESOLVE_BENEATH and RESOLVE_NO_MAGICLINKS. Where it does
// not offer that (before Linux 5.6, or a filter that answers ENOSYS), the path is walked here,
// component by component, each opened without following links. Calls without an openat2 form
// (unlinkat, mkdirat, …) get the last folder opened this way, and a single name below it, which
// they do not follow.
#pragma once

#include <sys/types.h>

#include <string>

#include "support/file.h"
#include "wasi/errno.h"
#include "wasi/guest_memory.h"

namespace wherry::wasi {

// Who resolves; goes from Kernel to Walk at the first ENOSYS.
enum class PathLookup : uint8_t { Kernel, Walk };

// Copies a path out of guest memory. Errors: fault; nametoolong; inval for a NUL byte inside. Any
// other bytes are allowed: names on Linux are no more than bytes.
ErrnoOr<std::string> read_path(const GuestMemory& memory, uint32_t address, uint32_t size_bytes);

struct OpenOptions {
  int flags;        // open(2)'s; O_NOFOLLOW for a last component that may be a link
  mode_t mode = 0;  // of a file that is created
};

// Opens `path` below the folder `directory`. Errors: notcapable where it leads outside; as open(2).
ErrnoOr<Fd> open_beneath(PathLookup& lookup, int directory, const std::string& path,
                         const OpenOptions& options);

// The folder that holds a path's last component, for calls that take a folder and a name.
struct Parent {
  Fd owned;  // empty where it is the folder that the lookup started from
  int fd;
  std::string name;  // without '/' inside; at the end as the guest wrote it: "a/" asks for a folder
};
ErrnoOr<Parent> open_parent(PathLookup& lookup, int directory, const std::string& path);

// The lookup without openat2; open_beneath() is the way to it.
ErrnoOr<Fd> walk_beneath(int directory, const std::string& path, const OpenOptions& options);

}  // namespace wherry::wasi
