// What a client or a guest may make us hold, and for how long.
#pragma once

#include <chrono>
#include <cstddef>

namespace wherry::serve::limits {

using namespace std::chrono_literals;

// A request's head. What nginx and Apache take is 8 KiB a line and 100 fields; cookies need the
// room.
inline constexpr size_t kRequestHeadBytes = 16 * 1024;
inline constexpr size_t kRequestFields = 100;
inline constexpr size_t kTargetBytes = 8 * 1024;       // RFC 9110 §4.1 asks for at least 8000
inline constexpr size_t kRequestBodyBytes = 10 << 20;  // held in memory while the guest runs

// What a guest may print: a response, and lines for our log.
inline constexpr size_t kResponseHeadBytes = 64 * 1024;
inline constexpr size_t kResponseFields = 100;
inline constexpr size_t kResponseBytes = 64 << 20;
inline constexpr size_t kLogLineBytes = 4 * 1024;  // the rest of a line is dropped
inline constexpr size_t kLogBytes = 64 * 1024;     // a request; the rest is counted

// Bodies and responses of all connections together, so that many slow clients cannot take all
// memory.
inline constexpr size_t kBufferedBytes = 512 << 20;

inline constexpr size_t kConnections = 4096;
inline constexpr size_t kRequestsQueued = 512;  // beyond those that run: 503
inline constexpr unsigned kThreads = 1024;

inline constexpr auto kHeadTimeout = 10s;       // from a head's first byte to its last
inline constexpr auto kIdleTimeout = 60s;       // between requests, and between pieces of a body
inline constexpr auto kBodyTimeout = 300s;      // a whole body
inline constexpr auto kWriteTimeout = 30s;      // without any progress
inline constexpr auto kResponseTimeout = 600s;  // a whole response
inline constexpr auto kLingerTimeout = 2s;      // for the client to take the last answer
inline constexpr auto kStopTimeout = 2s;        // for interrupted guests to be answered for

}  // namespace wherry::serve::limits
