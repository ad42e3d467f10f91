// How a WASI function fails: with an Errno, which the guest sees. The one place that turns the
// host's errno into it.
#pragma once

#include <cerrno>
#include <expected>

#include "support/result.h"  // TRY works with every std::expected
#include "wasi/abi_types.h"

namespace wherry::wasi {

template <class T = void>
using ErrnoOr = std::expected<T, Errno>;

inline std::unexpected<Errno> refuse(Errno error) { return std::unexpected(error); }

// Numbers without a counterpart are Errno::io.
Errno errno_from_host(int host_errno);

// The failure of the system call just made.
inline std::unexpected<Errno> refuse_from_host() { return refuse(errno_from_host(errno)); }

}  // namespace wherry::wasi
