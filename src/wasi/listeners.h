// Sockets that the host opens for a program and hands over: WASI preview 1 has functions for what
// is open already, and none for opening.
#pragma once

#include <vector>

#include "policy/network.h"
#include "support/file.h"
#include "support/result.h"

namespace wherry::wasi {

struct Listener {
  Fd socket;                  // bound and listening
  policy::Endpoint endpoint;  // with the port that it got
};

// One for each rule about TCP that names one address, or all, and one port, or leaves the port to
// the system (":*"); in the rules' order.
// Errors: Denied, Unavailable, Io, naming the flag.
Result<std::vector<Listener>> open_listeners(const policy::NetworkRules& rules);

}  // namespace wherry::wasi
