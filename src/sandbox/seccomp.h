// The filter that filter_system_calls() installs, for tests.
#pragma once

#include <sys/types.h>

#include "sandbox/filter_program.h"
#include "sandbox/sandbox.h"

namespace wherry::sandbox {

constexpr size_t kInstructionsMax = 128;
using Filter = FilterProgram<kInstructionsMax>;

Filter filter_for(const Openings& openings, pid_t own_process);

}  // namespace wherry::sandbox
