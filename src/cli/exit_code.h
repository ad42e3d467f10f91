// Exit codes, as docs/exit-codes.md lists them. `wherry run` gives the guest's own, and keeps to
// what docker and podman users know for its own failures; every other verb fails with 1, or 2 for a
// wrong command line.
#pragma once

#include "support/result.h"

namespace wherry::cli {

constexpr int kSuccess = 0;
constexpr int kFailure = 1;
constexpr int kUsage = 2;

constexpr int kRunFailure = 125;  // Wherry itself failed
constexpr int kRunNotExecutable =
    126;                           // found, and cannot be run: malformed, invalid, not permitted
constexpr int kRunNotFound = 127;  // no such file or image
constexpr int kRunTrap = 134;      // the guest was stopped by a trap: 128 + SIGABRT

int run_exit_code(ErrorCode code);

// Prints "wherry: error: …" and gives kFailure.
int report(const Error& error);

}  // namespace wherry::cli
