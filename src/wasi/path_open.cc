// path_open: the one function by which a guest gets at files.
#include <sys/stat.h>

#include "wasi/functions.h"
#include "wasi/host_flags.h"
#include "wasi/path_target.h"

namespace wherry::wasi {
namespace {

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
  bool writes() const { return base & rights::fd_write; }
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

// A folder granted for reading behaves as a file system mounted so: what exists can be opened for
// reading, even with O_CREAT, and everything else is rofs.
ErrnoOr<Fd> open_read_only(const PathTarget& target, const Request& request) {
  if (request.writes() || request.truncates()) return target.refuse_write("open");
  auto opened = target.open({.flags = host_flags(request) & ~(O_CREAT | O_EXCL)});
  if (!request.creates()) return opened;
  if (opened && request.is_exclusive()) return refuse(Errno::exist);
  if (!opened && opened.error() == Errno::noent) return target.refuse_write("create");
  return opened;
}

ErrnoOr<Fd> open_target(const PathTarget& target, const Request& request) {
  if (target.is_read_only()) return open_read_only(target, request);
  return target.open({.flags = host_flags(request), .mode = request.creates() ? kNewFileMode : 0});
}

// A new descriptor has those of the requested rights that apply to what was opened.
ErrnoOr<Descriptor> make_descriptor(const ProgramState& state, const PathTarget& target, Fd fd,
                                    const Request& request) {
  struct stat status;
  if (fstat(fd.get(), &status) != 0) return refuse_from_host();
  bool is_directory = S_ISDIR(status.st_mode);
  Descriptor descriptor;
  descriptor.kind = is_directory ? Descriptor::Kind::Directory : Descriptor::Kind::File;
  descriptor.fd = std::move(fd);
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
  bool is_write = request.writes() || request.creates() || request.truncates();
  Attempt attempt{"open", is_write ? policy::kReadWrite : policy::kReadOnly};
  auto target =
      TRY(PathTarget::find(state, memory, {fd, path, path_size}, needed_rights(request), attempt));
  TRY(check_request(request));
  // Bits that are no right of files and folders are ignored: some guests ask for all 64.
  Rights asked = (base | inheriting) & (rights::kFile | rights::kDirectory);
  if (asked & ~target.directory().inheriting) return refuse(Errno::notcapable);
  TRY(memory.slice(result, sizeof(uint32_t)));
  Fd opened = TRY(open_target(target, request));
  Descriptor descriptor = TRY(make_descriptor(state, target, std::move(opened), request));
  return memory.write(result, TRY(state.descriptors.add(std::move(descriptor))));
}

}  // namespace wherry::wasi
