// Sockets that a program listens on and that it did not open: the rules for listening become
// descriptors (wasi/listeners.h).
#pragma once

#include <vector>

#include "policy/network.h"
#include "runtime/artifact.h"
#include "support/result.h"
#include "wasi/wasi.h"

namespace wherry::container {

// Opens them, adds them to the options, and tells their number by the variable LISTEN_FDS. Where a
// program opens sockets by itself (it imports WasmEdge's sock_open) there are none: it binds where
// the rules allow, and must find the port free. Gives where it listens, in the descriptors' order.
// Errors: as wasi::open_listeners().
Result<std::vector<policy::Endpoint>> hand_over_sockets(const policy::NetworkRules& rules,
                                                        const runtime::Artifact& artifact,
                                                        wasi::ProgramOptions& options);

}  // namespace wherry::container
