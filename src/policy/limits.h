// What wherry.toml, a request inside an image and a grant may hold. No real application comes near
// these; they bound the work that a hostile file can cause.
#pragma once

#include <cstddef>
#include <cstdint>

namespace wherry::policy::limits {

constexpr size_t kApplicationFileBytes = 64 * 1024;
// Every dot may open a table ("a.b.c = 1"), and the TOML library recurses as deep as tables are
// nested.
constexpr size_t kApplicationFileDots = 2048;
constexpr int kApplicationFileNesting = 16;  // of lists and tables inside of values
constexpr size_t kRequestJsonBytes = 64 * 1024;
constexpr size_t kRequestJsonDepth = 8;

constexpr size_t kDirectories = 64;
constexpr size_t kEnvironmentNames = 256;
constexpr size_t kSources = 1024;
constexpr size_t kFlags = 256;

constexpr size_t kNameChars =
    128;  // a name becomes a repository's: OCI registries stop at 255 with host
constexpr size_t kPathBytes = 1024;
constexpr size_t kEnvironmentNameBytes = 256;
constexpr size_t kFlagBytes = 1024;

// One page of WebAssembly's (Core 3.0 §4.2.8) up to all that a 32-bit memory can address.
constexpr uint64_t kMemoryPageBytes = 64 * 1024;
constexpr uint64_t kMemoryBytesMin = kMemoryPageBytes;
constexpr uint64_t kMemoryBytesMax = 4ull << 30;

}  // namespace wherry::policy::limits
