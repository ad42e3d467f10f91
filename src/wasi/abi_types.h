// The types of WASI preview 1 as they lie in guest memory: little-endian, with the padding spelt
// out so that no byte of the host's stack ever travels with them. Names and numbers are the
// documents' (phases/snapshot/witx/typenames.witx; wasi_unstable's differences:
// phases/old/snapshot_0).
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

namespace wherry::wasi {

static_assert(std::endian::native == std::endian::little, "the structures are copied as they are");

// wasi_unstable and wasi_snapshot_preview1 differ in the layout of filestat and subscription and in
// whence.
enum class Edition : uint8_t { Unstable, Preview1 };

// errno: alphabetical, as in the document.
// clang-format off
enum class Errno : uint16_t {
  success, toobig, acces, addrinuse, addrnotavail, afnosupport, again, already, badf, badmsg, busy,
  canceled, child, connaborted, connrefused, connreset, deadlk, destaddrreq, dom, dquot, exist,
  fault, fbig, hostunreach, idrm, ilseq, inprogress, intr, inval, io, isconn, isdir, loop, mfile,
  mlink, msgsize, multihop, nametoolong, netdown, netreset, netunreach, nfile, nobufs, nodev,
  noent, noexec, nolck, nolink, nomem, nomsg, noprotoopt, nospc, nosys, notconn, notdir, notempty,
  notrecoverable, notsock, notsup, notty, nxio, overflow, ownerdead, perm, pipe, proto,
  protonosupport, prototype, range, rofs, spipe, srch, stale, timedout, txtbsy, xdev, notcapable,
  // WasmEdge's, of sock_getaddrinfo alone
  aiaddrfamily, aiagain, aibadflag, aifail, aifamily, aimemory, ainodata, ainoname, aiservice,
  aisocktype, aisystem
};
// clang-format on
static_assert(static_cast<int>(Errno::notcapable) == 76 && static_cast<int>(Errno::aisystem) == 87);

using Rights = uint64_t;
namespace rights {
constexpr Rights bit(int number) { return Rights{1} << number; }
constexpr Rights fd_datasync = bit(0);
constexpr Rights fd_read = bit(1);
constexpr Rights fd_seek = bit(2);
constexpr Rights fd_fdstat_set_flags = bit(3);
constexpr Rights fd_sync = bit(4);
constexpr Rights fd_tell = bit(5);
constexpr Rights fd_write = bit(6);
constexpr Rights fd_advise = bit(7);
constexpr Rights fd_allocate = bit(8);
constexpr Rights path_create_directory = bit(9);
constexpr Rights path_create_file = bit(10);
constexpr Rights path_link_source = bit(11);
constexpr Rights path_link_target = bit(12);
constexpr Rights path_open = bit(13);
constexpr Rights fd_readdir = bit(14);
constexpr Rights path_readlink = bit(15);
constexpr Rights path_rename_source = bit(16);
constexpr Rights path_rename_target = bit(17);
constexpr Rights path_filestat_get = bit(18);
constexpr Rights path_filestat_set_size = bit(19);
constexpr Rights path_filestat_set_times = bit(20);
constexpr Rights fd_filestat_get = bit(21);
constexpr Rights fd_filestat_set_size = bit(22);
constexpr Rights fd_filestat_set_times = bit(23);
constexpr Rights path_symlink = bit(24);
constexpr Rights path_remove_directory = bit(25);
constexpr Rights path_unlink_file = bit(26);
constexpr Rights poll_fd_readwrite = bit(27);
constexpr Rights sock_shutdown = bit(28);
constexpr Rights sock_accept = bit(29);

constexpr Rights kAll = bit(30) - 1;
constexpr Rights kSocket =
    fd_read | fd_write | fd_fdstat_set_flags | fd_filestat_get | poll_fd_readwrite | sock_shutdown;
constexpr Rights kListener =
    sock_accept | fd_fdstat_set_flags | fd_filestat_get | poll_fd_readwrite;
constexpr Rights kFile = fd_datasync | fd_read | fd_seek | fd_fdstat_set_flags | fd_sync | fd_tell |
                         fd_write | fd_advise | fd_allocate | fd_filestat_get |
                         fd_filestat_set_size | fd_filestat_set_times | poll_fd_readwrite;
constexpr Rights kDirectory = fd_fdstat_set_flags | fd_sync | fd_datasync | fd_advise | fd_readdir |
                              fd_filestat_get | fd_filestat_set_times | path_create_directory |
                              path_create_file | path_link_source | path_link_target | path_open |
                              path_readlink | path_rename_source | path_rename_target |
                              path_filestat_get | path_filestat_set_size | path_filestat_set_times |
                              path_symlink | path_remove_directory | path_unlink_file;
}  // namespace rights

enum class FileType : uint8_t {
  unknown,
  block_device,
  character_device,
  directory,
  regular_file,
  socket_dgram,
  socket_stream,
  symbolic_link
};

namespace fdflags {
constexpr uint32_t append = 1, dsync = 2, nonblock = 4, rsync = 8, sync = 16, kAll = 31;
}
namespace oflags {
constexpr uint32_t creat = 1, directory = 2, excl = 4, trunc = 8, kAll = 15;
}
namespace lookupflags {
constexpr uint32_t symlink_follow = 1, kAll = 1;
}
namespace riflags {
constexpr uint32_t recv_peek = 1, recv_waitall = 2, kAll = 3;
}
namespace roflags {
constexpr uint16_t recv_data_truncated = 1;
}
namespace sdflags {
constexpr uint32_t rd = 1, wr = 2, kAll = 3;
}
namespace fstflags {
constexpr uint32_t atim = 1, atim_now = 2, mtim = 4, mtim_now = 8, kAll = 15;
}
namespace clockid {
constexpr uint32_t realtime = 0, monotonic = 1, process_cputime_id = 2, thread_cputime_id = 3;
}

struct Fdstat {
  FileType fs_filetype;
  uint8_t padding_0 = 0;
  uint16_t fs_flags;
  uint32_t padding_1 = 0;
  Rights fs_rights_base;
  Rights fs_rights_inheriting;
};
static_assert(sizeof(Fdstat) == 24 && offsetof(Fdstat, fs_rights_base) == 8);

struct Filestat {
  uint64_t dev;
  uint64_t ino;
  FileType filetype;
  uint8_t padding[7] = {};
  uint64_t nlink;
  uint64_t size;
  uint64_t atim;  // nanoseconds, as all times
  uint64_t mtim;
  uint64_t ctim;
};
static_assert(sizeof(Filestat) == 64 && offsetof(Filestat, nlink) == 24 &&
              offsetof(Filestat, ctim) == 56);

// wasi_unstable: nlink is 32 bits wide and sits in filetype's padding.
struct UnstableFilestat {
  uint64_t dev;
  uint64_t ino;
  FileType filetype;
  uint8_t padding[3] = {};
  uint32_t nlink;
  uint64_t size;
  uint64_t atim;
  uint64_t mtim;
  uint64_t ctim;
};
static_assert(sizeof(UnstableFilestat) == 56 && offsetof(UnstableFilestat, nlink) == 20);

struct Dirent {
  uint64_t d_next;
  uint64_t d_ino;
  uint32_t d_namlen;
  FileType d_type;
  uint8_t padding[3] = {};
};
static_assert(sizeof(Dirent) == 24 && offsetof(Dirent, d_type) == 20);

constexpr uint8_t kPreopenDirectory = 0;  // preopentype dir, the only one in the documents
// Deviation: what a listening socket answers, which comes before the folders. C libraries and Go
// end their search for folders at the first badf, and pass over a type that they do not know.
constexpr uint8_t kPreopenSocket = 1;

struct Prestat {
  uint8_t tag = kPreopenDirectory;
  uint8_t padding[3] = {};
  uint32_t pr_name_len;
};
static_assert(sizeof(Prestat) == 8);

struct Iovec {
  uint32_t buf;
  uint32_t buf_len;
};
static_assert(sizeof(Iovec) == 8);

enum class EventType : uint8_t { clock, fd_read, fd_write };

struct ClockSubscription {
  uint32_t id;
  uint32_t padding_0;
  uint64_t timeout;
  uint64_t precision;
  uint16_t flags;
  uint8_t padding_1[6];
};
static_assert(sizeof(ClockSubscription) == 32 && offsetof(ClockSubscription, flags) == 24);
constexpr uint16_t kSubscriptionClockAbstime = 1;

struct Subscription {
  uint64_t userdata;
  EventType tag;
  uint8_t padding[7];
  ClockSubscription clock;  // of fd_read and fd_write, `clock.id` is the descriptor
};
static_assert(sizeof(Subscription) == 48 && offsetof(Subscription, clock) == 16);

// wasi_unstable: a clock subscription has an identifier in front (which nothing ever read).
struct UnstableSubscription {
  uint64_t userdata;
  EventType tag;
  uint8_t padding[7];
  uint64_t identifier;  // of fd_read and fd_write, its low half is the descriptor
  ClockSubscription clock;
};
static_assert(sizeof(UnstableSubscription) == 56 && offsetof(UnstableSubscription, clock) == 24);

struct Event {
  uint64_t userdata;
  Errno error;
  EventType type;
  uint8_t padding_0[5] = {};
  uint64_t nbytes;
  uint16_t flags;
  uint8_t padding_1[6] = {};
};
static_assert(sizeof(Event) == 32 && offsetof(Event, nbytes) == 16 && offsetof(Event, flags) == 24);
constexpr uint16_t kEventFdReadwriteHangup = 1;

}  // namespace wherry::wasi
