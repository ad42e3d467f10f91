// What wherry.toml, a request inside an image and a grant may hold. No real application comes near
// these; they bound the work that a hostile file can cause.
#pragma once

#include <cstddef>
#include <cstdint>

namespace wherry::policy::limits {

constexpr size_t kRequestJsonBytes = 64 * 1024;
constexpr size_t kRequestJsonDepth = 8;

constexpr size_t kDirectories = 64;
constexpr size_t kEnvironmentNames = 256;
constexpr size_t kFileRights = 4;  // of one folder: there are no more
constexpr size_t kStreams = 3;
constexpr size_t kPolicyRules = 1024;  // of one file
constexpr size_t kNetworkRules = 256;  // for listening, and as many for connecting
// A resolver gives up to some dozens of addresses a name.
constexpr size_t kResolvedNames = 1024;
// RFC 1035 §2.3.4, as text.
constexpr size_t kHostNameChars = 253;
constexpr size_t kHostLabelChars = 63;
constexpr size_t kSources = 1024;
constexpr size_t kFlags = 256;
constexpr size_t kClaimedNames = 256;  // as trust/limits.h reads them
constexpr uint64_t kClaimDays = 36'500;

constexpr size_t kNameChars =
    128;  // a name becomes a repository's: OCI registries stop at 255 with host
constexpr size_t kPathBytes = 1024;
constexpr size_t kEnvironmentNameBytes = 256;
constexpr size_t kWordBytes = 1024;  // flags, capabilities, tags

// One page of WebAssembly's (Core 3.0 §4.2.8) up to more than a machine has. The default is all
// that one 32-bit memory can address.
constexpr uint64_t kMemoryBytesMin = 64 * 1024;
constexpr uint64_t kMemoryBytesMax = 1ull << 40;
constexpr uint64_t kMemoryBytesDefault = 4ull << 30;
// Tables have 32-bit indices. The default is 300 MiB of functions.
constexpr uint64_t kTableEntriesMax = 0xffff'ffff;
constexpr uint64_t kTableEntriesDefault = 10'000'000;
// The default is what the system gives a native program.
constexpr uint64_t kStackBytesMin = 64 * 1024;
constexpr uint64_t kStackBytesMax = 1ull << 30;
constexpr uint64_t kStackBytesDefault = 8ull << 20;
// A year is beyond any use, and far from any overflow.
constexpr uint64_t kTimeMs = 365ull * 24 * 60 * 60 * 1000;

// Of one program, standard streams and folders included: within the usual soft limit of 1024
// descriptors of a process, which the host needs some of.
constexpr uint64_t kOpenFilesMin = 3;
constexpr uint64_t kOpenFilesMax = 960;
// More than one machine runs.
constexpr uint64_t kInstancesMax = 100'000;
// A folder's quota: to more than file systems hold.
constexpr uint64_t kQuotaBytesMax = 1ull << 60;

// Centuries of it, and far from any overflow.
constexpr uint64_t kFuel = 1ull << 62;

// More than a machine has processors, and less than a process may have threads (each takes two
// stacks of address space).
constexpr uint64_t kThreadsMax = 4096;
constexpr uint64_t kThreadsDefault = 64;

}  // namespace wherry::policy::limits
