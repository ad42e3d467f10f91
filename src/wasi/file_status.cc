// *_filestat_*: what a file is, its size and its times.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "wasi/clock.h"
#include "wasi/functions.h"
#include "wasi/path_target.h"
#include "wasi/use.h"

namespace wherry::wasi {
namespace {

constexpr Attempt kLook{"look at", policy::kReadOnly};
constexpr const char* kSetTimes = "set the times of";

// A file's times would be a precise clock for who can write one.
uint64_t shown_time(const ProgramState& state, const timespec& time) {
  const uint64_t time_ns = to_nanoseconds(time);
  return state.options.clock == policy::Clock::Coarse ? time_ns - time_ns % kCoarseResolutionNs
                                                      : time_ns;
}

Filestat filestat_from_host(const ProgramState& state, const struct stat& host) {
  return {.dev = host.st_dev,
          .ino = host.st_ino,
          .filetype = file_type_from_mode(host.st_mode),
          .nlink = host.st_nlink,
          .size = static_cast<uint64_t>(host.st_size),
          .atim = shown_time(state, host.st_atim),
          .mtim = shown_time(state, host.st_mtim),
          .ctim = shown_time(state, host.st_ctim)};
}

// A stream object and the empty folder "/" have a type and nothing else.
ErrnoOr<Filestat> filestat_of(const ProgramState& state, const Descriptor& descriptor) {
  if (descriptor.host_fd() < 0) {
    Filestat empty{};
    empty.filetype = TRY(file_type(descriptor));
    empty.nlink = 1;
    return empty;
  }
  struct stat host;
  if (fstat(descriptor.host_fd(), &host) != 0) return refuse_from_host();
  Filestat filestat = filestat_from_host(state, host);
  if (S_ISSOCK(host.st_mode)) filestat.filetype = socket_type(descriptor.host_fd());
  return filestat;
}

template <Edition edition>
ErrnoOr<> write_filestat(Memory& memory, uint32_t result, const Filestat& filestat) {
  if constexpr (edition == Edition::Preview1) return memory.write(result, filestat);
  return memory.write(result, UnstableFilestat{.dev = filestat.dev,
                                               .ino = filestat.ino,
                                               .filetype = filestat.filetype,
                                               .nlink = static_cast<uint32_t>(filestat.nlink),
                                               .size = filestat.size,
                                               .atim = filestat.atim,
                                               .mtim = filestat.mtim,
                                               .ctim = filestat.ctim});
}

// One of the two times: set to a value, set to now, or left alone.
ErrnoOr<timespec> time_to_set(uint64_t nanoseconds, bool to_value, bool to_now) {
  if (to_value && to_now) return refuse(Errno::inval);
  if (to_now) return timespec{.tv_sec = 0, .tv_nsec = UTIME_NOW};
  if (!to_value) return timespec{.tv_sec = 0, .tv_nsec = UTIME_OMIT};
  return to_timespec(nanoseconds);
}

struct Times {
  timespec values[2];
};

ErrnoOr<Times> times_to_set(uint64_t atim, uint64_t mtim, uint32_t flags) {
  if (flags & ~fstflags::kAll) return refuse(Errno::inval);
  return Times{{TRY(time_to_set(atim, flags & fstflags::atim, flags & fstflags::atim_now)),
                TRY(time_to_set(mtim, flags & fstflags::mtim, flags & fstflags::mtim_now))}};
}

// Changing a file itself, by its descriptor.
ErrnoOr<> check_writable(const ProgramState& state, const Descriptor& descriptor,
                         const char* verb) {
  const Attempt attempt{verb, policy::FileRight::Write};
  if (!descriptor.access().includes(attempt.access))
    return refuse_access(state, descriptor, "", attempt);
  tell_use(state, descriptor, attempt.access);
  return {};
}

}  // namespace

template <Edition edition>
ErrnoOr<> fd_filestat_get(ProgramState& state, Memory& memory, uint32_t fd, uint32_t result) {
  const Descriptor& descriptor = *TRY(state.descriptors.find(fd, rights::fd_filestat_get));
  return write_filestat<edition>(memory, result, TRY(filestat_of(state, descriptor)));
}

template ErrnoOr<> fd_filestat_get<Edition::Unstable>(ProgramState&, Memory&, uint32_t, uint32_t);
template ErrnoOr<> fd_filestat_get<Edition::Preview1>(ProgramState&, Memory&, uint32_t, uint32_t);

ErrnoOr<> fd_filestat_set_size(ProgramState& state, Memory&, uint32_t fd, uint64_t size_bytes) {
  const Descriptor& descriptor = *TRY(state.descriptors.find(fd, rights::fd_filestat_set_size));
  TRY(check_writable(state, descriptor, "set the size of"));
  if (size_bytes > INT64_MAX) return refuse(Errno::inval);
  if (descriptor.host_fd() < 0) return refuse(Errno::inval);
  auto change = TRY(state.quotas.grow(state, descriptor, size_bytes));
  if (ftruncate(descriptor.host_fd(), static_cast<off_t>(size_bytes)) != 0)
    return refuse_from_host();
  change.settle();
  return {};
}

ErrnoOr<> fd_filestat_set_times(ProgramState& state, Memory&, uint32_t fd, uint64_t atim,
                                uint64_t mtim, uint32_t flags) {
  const Descriptor& descriptor = *TRY(state.descriptors.find(fd, rights::fd_filestat_set_times));
  Times times = TRY(times_to_set(atim, mtim, flags));
  TRY(check_writable(state, descriptor, kSetTimes));
  if (descriptor.host_fd() < 0) return refuse(Errno::notsup);
  if (futimens(descriptor.host_fd(), times.values) != 0) return refuse_from_host();
  return {};
}

template <Edition edition>
ErrnoOr<> path_filestat_get(ProgramState& state, Memory& memory, uint32_t fd, uint32_t lookup_flags,
                            uint32_t path, uint32_t path_size, uint32_t result) {
  auto target = TRY(PathTarget::find_granted(state, memory, {fd, path, path_size},
                                             rights::path_filestat_get, kLook));
  if (lookup_flags & ~lookupflags::kAll) return refuse(Errno::inval);
  int nofollow = (lookup_flags & lookupflags::symlink_follow) ? 0 : O_NOFOLLOW;
  Fd file = TRY(target.open({.flags = O_PATH | nofollow}));
  struct stat host;
  if (fstat(file.get(), &host) != 0) return refuse_from_host();
  return write_filestat<edition>(memory, result, filestat_from_host(state, host));
}

template ErrnoOr<> path_filestat_get<Edition::Unstable>(ProgramState&, Memory&, uint32_t, uint32_t,
                                                        uint32_t, uint32_t, uint32_t);
template ErrnoOr<> path_filestat_get<Edition::Preview1>(ProgramState&, Memory&, uint32_t, uint32_t,
                                                        uint32_t, uint32_t, uint32_t);

ErrnoOr<> path_filestat_set_times(ProgramState& state, Memory& memory, uint32_t fd,
                                  uint32_t lookup_flags, uint32_t path, uint32_t path_size,
                                  uint64_t atim, uint64_t mtim, uint32_t flags) {
  auto target = TRY(PathTarget::find_granted(state, memory, {fd, path, path_size},
                                             rights::path_filestat_set_times,
                                             {kSetTimes, policy::FileRight::Write}));
  if (lookup_flags & ~lookupflags::kAll) return refuse(Errno::inval);
  Times times = TRY(times_to_set(atim, mtim, flags));
  int nofollow = (lookup_flags & lookupflags::symlink_follow) ? 0 : O_NOFOLLOW;
  // An O_PATH descriptor needs no permission to read or write the file, as utimensat by name does
  // not.
  Fd file = TRY(target.open({.flags = O_PATH | nofollow}));
  if (utimensat(file.get(), "", times.values, AT_EMPTY_PATH) != 0) return refuse_from_host();
  return {};
}

}  // namespace wherry::wasi
