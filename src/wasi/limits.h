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

// Arguments, and variables: each list may be as long as Linux lets those of a native program be
// (execve(2): a quarter of the usual stack of 8 MiB, for both together).
constexpr size_t kStringsMax = 65'536;
constexpr size_t kStringBytesMax = 2 << 20;

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

// Addresses of one answer of a name server that are kept: real names have a handful.
constexpr size_t kDnsAddressesMax = 64;

// A guest that asks for more waits that long at most when a socket is closed, and so does the end
// of its run.
constexpr int kLingerSecondsMax = 5;

// As glibc has them (resolv.conf(5)): servers and search domains beyond are ignored.
constexpr size_t kNameServersMax = 3;
constexpr size_t kSearchDomainsMax = 6;

// /etc/hosts of machines that block advertisements have some megabytes.
constexpr size_t kHostsFileBytesMax = 16 << 20;
constexpr size_t kResolverFileBytesMax = 64 << 10;

}  // namespace wherry::wasi::limits
