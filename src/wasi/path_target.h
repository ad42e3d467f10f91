// The common beginning of all path_* functions: the folder, the path, and whether what is intended
// is allowed there at all.
#pragma once

#include "wasi/denial.h"
#include "wasi/path.h"
#include "wasi/program_state.h"

namespace wherry::wasi {

// A path argument as the guest gives it.
struct PathArgument {
  uint32_t fd;
  uint32_t address;
  uint32_t size_bytes;
};

// One path that one function works on. Borrows the state and the descriptor, so it does not outlive
// the call.
class PathTarget {
 public:
  // Errors: badf, notdir where `fd` is no folder, notcapable without `needed`, those of
  // read_path(), and noent in the empty folder "/", which the host is told.
  static ErrnoOr<PathTarget> find(ProgramState& state, const GuestMemory& memory,
                                  const PathArgument& argument, Rights needed,
                                  const Attempt& attempt);
  // The same where the folder must have been granted with all rights of the attempt:
  // refuse_access() where it was not.
  static ErrnoOr<PathTarget> find_granted(ProgramState& state, const GuestMemory& memory,
                                          const PathArgument& argument, Rights needed,
                                          const Attempt& attempt);

  // As the functions of path.h, telling the host when the path leads outside.
  ErrnoOr<Fd> open(const OpenOptions& options) const;
  ErrnoOr<Parent> open_parent() const;

  // Told to the host: rofs for changes below a folder that is for reading alone, as on a file
  // system that is mounted so; acces for everything else that the folder was not granted for.
  std::unexpected<Errno> refuse_access(const Attempt& attempt) const;
  // acces: what was opened is a device, which the host is told.
  std::unexpected<Errno> refuse_device() const;
  // Errors: refuse_access().
  ErrnoOr<> check_access(const Attempt& attempt) const;

  const Descriptor& directory() const { return *directory_; }
  const std::string& path() const { return path_; }
  policy::FileRights access() const { return directory_->access(); }

 private:
  PathTarget(ProgramState& state, const Descriptor& directory, const Attempt& attempt)
      : state_(&state), directory_(&directory), attempt_(attempt) {}

  ProgramState* state_;
  const Descriptor* directory_;
  std::string path_;
  Attempt attempt_;
};

}  // namespace wherry::wasi
