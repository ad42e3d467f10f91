// Descriptors as such: closing, renumbering, flags and rights.
#include <unistd.h>

#include "wasi/functions.h"
#include "wasi/host_flags.h"

namespace wherry::wasi {
namespace {

constexpr uint32_t kSynchronous = fdflags::dsync | fdflags::rsync | fdflags::sync;

ErrnoOr<uint32_t> current_flags(const Descriptor& descriptor) {
  if (descriptor.kind == Descriptor::Kind::Stream) return uint32_t{descriptor.stream_flags};
  if (descriptor.kind == Descriptor::Kind::Nowhere) return 0;
  int host = fcntl(descriptor.host_fd(), F_GETFL);
  if (host < 0) return refuse_from_host();
  return from_host_flags(host);
}

// libc's isatty() is "a character device that can neither seek nor tell", so these two are hidden
// from the guest for terminals, and only for them: /dev/null is no terminal.
Rights shown_rights(const Descriptor& descriptor, FileType type) {
  if (type != FileType::character_device || isatty(descriptor.host_fd()) == 0)
    return descriptor.base;
  return descriptor.base & ~(rights::fd_seek | rights::fd_tell);
}

}  // namespace

ErrnoOr<> fd_close(ProgramState& state, Memory&, uint32_t fd) {
  return state.descriptors.close(fd);
}

ErrnoOr<> fd_renumber(ProgramState& state, Memory&, uint32_t from, uint32_t to) {
  return state.descriptors.renumber(from, to);
}

ErrnoOr<> fd_fdstat_get(ProgramState& state, Memory& memory, uint32_t fd, uint32_t result) {
  const Descriptor& descriptor = *TRY(state.descriptors.find(fd, 0));
  FileType type = TRY(file_type(descriptor));
  return memory.write(result,
                      Fdstat{.fs_filetype = type,
                             .fs_flags = static_cast<uint16_t>(TRY(current_flags(descriptor))),
                             .fs_rights_base = shown_rights(descriptor, type),
                             .fs_rights_inheriting = descriptor.inheriting});
}

ErrnoOr<> fd_fdstat_set_flags(ProgramState& state, Memory&, uint32_t fd, uint32_t flags) {
  Descriptor& descriptor = *TRY(state.descriptors.find(fd, rights::fd_fdstat_set_flags));
  if (flags & ~fdflags::kAll) return refuse(Errno::inval);
  if (descriptor.kind == Descriptor::Kind::Stream) {
    descriptor.stream_flags = flags;
    return {};
  }
  const Quotas::Change held = state.quotas.change_flags(descriptor);
  // Linux cannot change these on an open file, and would not say so.
  if ((flags ^ TRY(current_flags(descriptor))) & kSynchronous) return refuse(Errno::inval);
  if (descriptor.kind == Descriptor::Kind::Nowhere) return {};
  if (fcntl(descriptor.host_fd(), F_SETFL, to_host_flags(flags)) < 0) return refuse_from_host();
  return {};
}

ErrnoOr<> fd_fdstat_set_rights(ProgramState& state, Memory&, uint32_t fd, uint64_t base,
                               uint64_t inheriting) {
  Descriptor& descriptor = *TRY(state.descriptors.find(fd, 0));
  if ((base & ~descriptor.base) || (inheriting & ~descriptor.inheriting))
    return refuse(Errno::notcapable);
  descriptor.base = base;
  descriptor.inheriting = inheriting;
  return {};
}

}  // namespace wherry::wasi
