// Refused accesses, told to the host (ProgramOptions::on_denial) in words that lead to the flag to
// change. The guest sees an errno only.
#pragma once

#include <string_view>

#include "wasi/fd_table.h"
#include "wasi/program_state.h"

namespace wherry::wasi {

// What the guest was about to do with a path.
struct Attempt {
  const char* verb;           // "open", "remove"
  policy::FileRights access;  // that it needs
};

// The path leads out of the folder that it starts from: by "..", being absolute, or by a symbolic
// link.
void tell_escape(const ProgramState& state, const Descriptor& directory, std::string_view path,
                 const Attempt& attempt);

// The folder was not granted for the attempt, which the host is told. rofs where it is for reading
// alone and the attempt is to change something, else acces.
std::unexpected<Errno> refuse_access(const ProgramState& state, const Descriptor& descriptor,
                                     std::string_view path, const Attempt& attempt);

// The guest lacks something that the host can explain (ProgramOptions::on_lack).
inline void tell_lack(const ProgramState& state, Lack lack, uint32_t which = 0) {
  if (state.options.on_lack) state.options.on_lack(lack, which);
}

// Whether one more descriptor may be open: asked before anything is made or consumed that cannot be
// put back. Errors: mfile, which the host is told.
ErrnoOr<> check_room(ProgramState& state);

// `path` below the guest folder `directory`, made absolute and freed of "." and "..": "/data" and
// "../x/./y" are "/x/y".
std::string join_guest_path(std::string_view directory, std::string_view path);

}  // namespace wherry::wasi
