#include "wasi/path.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>

#include "wasi/limits.h"

namespace wherry::wasi {

ErrnoOr<std::string> read_path(const GuestMemory& memory, uint32_t address, uint32_t size_bytes) {
  auto bytes = TRY(memory.slice(address, size_bytes));
  if (size_bytes > limits::kPathBytesMax) return refuse(Errno::nametoolong);
  std::string path(as_text(bytes));
  if (path.find('\0') != std::string::npos) return refuse(Errno::inval);
  return path;
}

namespace {

// openat2(2). EXDEV from it has one meaning, "outside of the folder"; EAGAIN is a race with a
// rename, which the kernel asks to be tried again.
ErrnoOr<Fd> open_by_kernel(int directory, const std::string& path, const OpenOptions& options) {
  open_how how{};
  how.flags = static_cast<uint64_t>(options.flags);
  how.mode = options.mode;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
  for (int tries = 0;; ++tries) {
    long fd = syscall(SYS_openat2, directory, path.c_str(), &how, sizeof how);
    if (fd >= 0) return Fd(static_cast<int>(fd));
    if (errno == EXDEV) return refuse(Errno::notcapable);
    if (errno != EAGAIN || tries == limits::kLookupTriesMax) return refuse_from_host();
  }
}

}  // namespace

ErrnoOr<Fd> open_beneath(PathLookup& lookup, int directory, const std::string& path,
                         const OpenOptions& options) {
  OpenOptions ours = options;
  ours.flags |= O_CLOEXEC;
  std::atomic_ref found(lookup);  // by any thread of the program
  if (found.load() == PathLookup::Kernel) {
    ErrnoOr<Fd> opened = open_by_kernel(directory, path, ours);
    if (opened || opened.error() != Errno::nosys) return opened;
    found.store(PathLookup::Walk);
  }
  return walk_beneath(directory, path, ours);
}

ErrnoOr<Parent> open_parent(PathLookup& lookup, int directory, const std::string& path) {
  if (path.empty()) return refuse(Errno::noent);
  if (path.front() == '/') return refuse(Errno::notcapable);
  size_t last = path.find_last_not_of('/');
  size_t slash = path.find_last_of('/', last);
  if (slash == std::string::npos) return Parent{Fd(), directory, path};
  OpenOptions options{.flags = O_PATH | O_DIRECTORY};
  Fd parent = TRY(open_beneath(lookup, directory, path.substr(0, slash), options));
  int fd = parent.get();
  return Parent{std::move(parent), fd, path.substr(slash + 1)};
}

}  // namespace wherry::wasi
