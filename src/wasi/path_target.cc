#include "wasi/path_target.h"

#include <fmt/format.h>

#include "wasi/use.h"

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
    return refuse(Errno::noent);  // what libc says of a path that it finds no folder for
  }
  return target;
}

ErrnoOr<PathTarget> PathTarget::find_granted(ProgramState& state, const GuestMemory& memory,
                                             const PathArgument& argument, Rights needed,
                                             const Attempt& attempt) {
  PathTarget target = TRY(find(state, memory, argument, needed, attempt));
  TRY(target.check_access(attempt));
  return target;
}

std::unexpected<Errno> PathTarget::refuse_access(const Attempt& attempt) const {
  return wasi::refuse_access(*state_, *directory_, path_, attempt);
}

std::unexpected<Errno> PathTarget::refuse_device() const {
  if (state_->options.on_denial)
    state_->options.on_denial(
        {fmt::format("open the device {}", join_guest_path(directory_->guest_path, path_)),
         "no folder gives a device, but null, zero, full, random and urandom"});
  return refuse(Errno::acces);
}

ErrnoOr<> PathTarget::check_access(const Attempt& attempt) const {
  if (!access().includes(attempt.access)) return refuse_access(attempt);
  tell_use(*state_, *directory_, attempt.access);
  return {};
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
