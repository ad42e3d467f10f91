// Uses of what is granted, told to the host (ProgramOptions::on_use).
#pragma once

#include "wasi/program_state.h"

namespace wherry::wasi {

inline void tell_use(const ProgramState& state, Use::Kind kind) {
  if (state.options.on_use) state.options.on_use({.kind = kind});
}

inline void tell_use(const ProgramState& state, const Descriptor& directory,
                     policy::FileRights rights) {
  if (state.options.on_use && directory.grant && !rights.empty())
    state.options.on_use({.kind = Use::Kind::Folder, .folder = directory.grant, .rights = rights});
}

}  // namespace wherry::wasi
