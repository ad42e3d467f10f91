// path_open: the one function by which a guest gets at files.
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>

#include "wasi/functions.h"
#include "wasi/host_flags.h"
#include "wasi/path_target.h"

namespace wherry::wasi {
namespace {

using policy::FileRight;

// Of a new file, before the host's umask.
constexpr mode_t kNewFileMode = 0666;

struct Request {
  uint32_t lookup_flags;
  uint32_t open_flags;
  Rights base;
  Rights inheriting;
  uint32_t flags;

  bool creates() const { return open_flags & oflags::creat; }
  bool is_exclusive() const { return open_flags & oflags::excl; }
  bool truncates() const { return open_flags & oflags::trunc; }
  Request without_truncation() const {
    Request same = *this;
    same.open_flags &= ~uint32_t{oflags::trunc};
    return same;
  }
  bool writes() const { return base & rights::fd_write; }
  bool reads() const { return base & rights::fd_read; }
};

// What the folder's descriptor must be allowed, beside the rights that the new one inherits.
Rights needed_rights(const Request& request) {
  Rights needed = rights::path_open;
  if (request.creates()) needed |= rights::path_create_file;
  if (request.truncates()) needed |= rights::path_filestat_set_size;
  return needed;
}

ErrnoOr<> check_request(const Request& request) {
  bool unknown = (request.lookup_flags & ~lookupflags::kAll) ||
                 (request.open_flags & ~oflags::kAll) || (request.flags & ~fdflags::kAll);
  if (unknown) return refuse(Errno::inval);
  // What Linux itself refuses.
  if (request.creates() && (request.open_flags & oflags::directory)) return refuse(Errno::inval);
  return {};
}

int host_flags(const Request& request) {
  int flags = O_NOCTTY | to_host_flags(request.flags);
  if (!request.writes())
    flags |= O_RDONLY;
  else
    flags |= (request.base & (rights::fd_read | rights::fd_readdir)) ? O_RDWR : O_WRONLY;
  if (request.open_flags & oflags::directory) flags |= O_DIRECTORY;
  if (request.creates()) flags |= O_CREAT;
  if (request.creates() && request.is_exclusive()) flags |= O_EXCL;
  if (request.truncates()) flags |= O_TRUNC;
  if (!(request.lookup_flags & lookupflags::symlink_follow)) flags |= O_NOFOLLOW;
  return flags;
}

struct Opened {
  Fd fd;
  bool is_own = false;  // made by this call, in a folder where others' files may not be changed
};

constexpr Attempt kRead{"open", FileRight::Read};
constexpr Attempt kWrite{"open", FileRight::Write};
constexpr Attempt kCreate{"create", FileRight::Create};

// Where changing is not granted, what is not there yet lacks the right to be made, and no other.
ErrnoOr<> check_write(const PathTarget& target, const Request& request) {
  if (request.creates() && !target.access().includes(FileRight::Write)) {
    auto there = target.open({.flags = O_PATH});
    if (!there && there.error() == Errno::noent) return target.refuse_access(kCreate);
  }
  return target.check_access(kWrite);
}

// Without making it: what exists can be opened even with O_CREAT.
ErrnoOr<Opened> open_existing(const PathTarget& target, const Request& request) {
  if (request.writes() || request.truncates()) TRY(check_write(target, request));
  auto opened = target.open({.flags = host_flags(request) & ~(O_CREAT | O_EXCL)});
  if (opened && request.creates() && request.is_exclusive()) return refuse(Errno::exist);
  if (!opened && opened.error() == Errno::noent && request.creates())
    return target.refuse_access(kCreate);
  return Opened{TRY(std::move(opened))};
}

// A file that is there may not be changed, so making one and opening one are told apart.
ErrnoOr<Opened> open_or_make(const PathTarget& target, const Request& request) {
  auto made = target.open({.flags = host_flags(request) | O_EXCL, .mode = kNewFileMode});
  if (made) return Opened{*std::move(made), true};
  if (made.error() != Errno::exist || request.is_exclusive()) return refuse(made.error());
  return open_existing(target, request);
}

ErrnoOr<Opened> open_target(const PathTarget& target, const Request& request) {
  if (request.reads()) TRY(target.check_access(kRead));
  const policy::FileRights access = target.access();
  if (!request.creates() || !access.includes(FileRight::Create))
    return open_existing(target, request);
  TRY(target.check_access(kCreate));
  if (!access.includes(FileRight::Write)) return open_or_make(target, request);
  if (request.writes() || request.truncates()) TRY(target.check_access(kWrite));
  return Opened{TRY(target.open({.flags = host_flags(request), .mode = kNewFileMode}))};
}

// An unpacked archive may hold nodes that lead to disks, terminals and the kernel's log: they are
// not given with the folder that they lie in. Memory devices 3 to 9 without 4 and 6 have nothing
// behind them: null, zero, full, random, urandom (Linux, admin-guide/devices.txt).
bool is_harmless(const struct stat& status) {
  if (S_ISBLK(status.st_mode)) return false;
  if (!S_ISCHR(status.st_mode)) return true;
  constexpr unsigned kMemoryDevices = 1, kMinors[] = {3, 5, 7, 8, 9};
  return major(status.st_rdev) == kMemoryDevices &&
         std::ranges::find(kMinors, minor(status.st_rdev)) != std::end(kMinors);
}

// A new descriptor has those of the requested rights that apply to what was opened.
ErrnoOr<Descriptor> make_descriptor(const ProgramState& state, const PathTarget& target,
                                    Opened opened, const Request& request) {
  struct stat status;
  if (fstat(opened.fd.get(), &status) != 0) return refuse_from_host();
  if (!is_harmless(status)) return target.refuse_device();
  bool is_directory = S_ISDIR(status.st_mode);
  Descriptor descriptor;
  descriptor.kind = is_directory ? Descriptor::Kind::Directory : Descriptor::Kind::File;
  descriptor.fd = std::move(opened.fd);
  descriptor.is_own = opened.is_own;
  descriptor.base = request.base & (is_directory ? rights::kDirectory : rights::kFile);
  descriptor.inheriting = request.inheriting & (rights::kFile | rights::kDirectory);
  descriptor.grant = target.directory().grant;
  if (state.options.on_denial)
    descriptor.guest_path = join_guest_path(target.directory().guest_path, target.path());
  return descriptor;
}

}  // namespace

ErrnoOr<> path_open(ProgramState& state, Memory& memory, uint32_t fd, uint32_t lookup_flags,
                    uint32_t path, uint32_t path_size, uint32_t open_flags, uint64_t base,
                    uint64_t inheriting, uint32_t flags, uint32_t result) {
  Request request{lookup_flags, open_flags, base, inheriting, flags};
  policy::FileRights wanted;
  if (request.reads()) wanted = wanted | FileRight::Read;
  if (request.writes() || request.truncates()) wanted = wanted | FileRight::Write;
  if (request.creates()) wanted = wanted | FileRight::Create;
  Attempt attempt{"open", wanted.empty() ? policy::kReadOnly : wanted};
  auto target =
      TRY(PathTarget::find(state, memory, {fd, path, path_size}, needed_rights(request), attempt));
  TRY(check_request(request));
  // Bits that are no right of files and folders are ignored: some guests ask for all 64.
  Rights asked = (base | inheriting) & (rights::kFile | rights::kDirectory);
  // Typenames, rights: fd_datasync and fd_sync are also those to open files with these flags.
  if (flags & fdflags::dsync) asked |= rights::fd_datasync;
  if (flags & (fdflags::rsync | fdflags::sync)) asked |= rights::fd_sync;
  if (asked & ~target.directory().inheriting) return refuse(Errno::notcapable);
  TRY(memory.slice(result, sizeof(uint32_t)));
  TRY(check_room(state));  // before a file is made or cut off
  // With a quota, what is cut off is measured: it is done below.
  const bool truncates = request.truncates() && request.writes() && target.directory().grant &&
                         target.directory().grant->quota_bytes;
  Opened opened = TRY(open_target(target, truncates ? request.without_truncation() : request));
  Descriptor descriptor = TRY(make_descriptor(state, target, std::move(opened), request));
  if (truncates) {
    auto change = TRY(state.quotas.grow(state, descriptor, 0));
    if (ftruncate(descriptor.host_fd(), 0) != 0) return refuse_from_host();
    change.settle();
  }
  return memory.write(result, TRY(state.descriptors.add(std::move(descriptor))));
}

}  // namespace wherry::wasi
