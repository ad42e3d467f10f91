#include "wasi/path_target.h"

namespace wherry::wasi {

ErrnoOr<PathTarget> PathTarget::find(ProgramState& state, const GuestMemory& memory,
                                     const PathArgument& argument, Rights needed,
                                     const Attempt& attempt) {
  const Descriptor& directory = *TRY(state.descriptors.find(argument.fd, 0));
  if (!directory.is_directory()) return refuse(Errno::notdir);
  TRY(state.descriptors.find(argument.fd, needed));
  PathTarget target(state, directory, attempt);
  target.path_ = TRY(read_path(memory, argument.address, argument.size_bytes));
  if (directory.kind == Descriptor::Kind::Nowhere) {
    tell_escape(state, directory, target.path_, attempt);
    return refuse(Errno::notcapable);
  }
  return target;
}

ErrnoOr<PathTarget> PathTarget::find_writable(ProgramState& state, const GuestMemory& memory,
                                              const PathArgument& argument, Rights needed,
                                              const char* verb) {
  PathTarget target = TRY(find(state, memory, argument, needed, {verb, policy::kReadWrite}));
  if (target.is_read_only()) return target.refuse_write(verb);
  return target;
}

std::unexpected<Errno> PathTarget::refuse_write(const char* verb) const {
  tell_read_only(*state_, *directory_, path_, {verb, policy::kReadWrite});
  return refuse(Errno::rofs);
}

ErrnoOr<Fd> PathTarget::open(const OpenOptions& options) const {
  auto opened = open_beneath(state_->lookup, directory_->host_fd(), path_, options);
  if (!opened && opened.error() == Errno::notcapable)
    tell_escape(*state_, *directory_, path_, attempt_);
  return opened;
}

ErrnoOr<Parent> PathTarget::open_parent() const {
  auto parent = wasi::open_parent(state_->lookup, directory_->host_fd(), path_);
  if (!parent && parent.error() == Errno::notcapable)
    tell_escape(*state_, *directory_, path_, attempt_);
  return parent;
}

}  // namespace wherry::wasi
