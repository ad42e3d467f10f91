// What a guest may ask of WASI at most. The memory behind each is the host's, so each has a bound.
#pragma once

#include <cstddef>
#include <cstdint>

namespace wherry::wasi::limits {

// A guest's open files and folders: within the usual soft limit of 1024 descriptors of a process,
// which the host needs some of.
constexpr uint32_t kDescriptorsMax = 960;

// Linux' PATH_MAX without the terminator: the kernel refuses longer ones anyway.
constexpr size_t kPathBytesMax = 4095;

// Symbolic links followed in one path: the kernel's own number (MAXSYMLINKS).
constexpr int kSymbolicLinksMax = 40;

// Buffers of one read or write; the kernel's IOV_MAX. More is a short transfer, which POSIX allows.
constexpr uint32_t kBuffersMax = 1024;

// Bytes of one read or write; the kernel's MAX_RW_COUNT, and so a count always fits into 32 bits.
constexpr uint64_t kTransferBytesMax = 0x7fff'f000;

// Subscriptions of one poll_oneoff: each descriptor for reading and writing, and as many clocks
// again.
constexpr uint32_t kSubscriptionsMax = 4 * kDescriptorsMax;

// Tries of a path lookup that races with a rename (openat2's EAGAIN), before the guest is told to
// try again.
constexpr int kLookupTriesMax = 16;

}  // namespace wherry::wasi::limits
