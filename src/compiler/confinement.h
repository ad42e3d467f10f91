// What wherry-compile denies itself before it reads a module: the module may be hostile, and nobody
// has proven LLVM against such.
//
// The process gets no new privileges and no files but its input and the folder of its output,
// leaves no core, ends with the one that started it, and ends by itself beyond its limits: with one
// line "CODE: message" on standard error, as for every other failure, and nothing left behind.
#pragma once

#include <sys/types.h>

#include <cstdint>

#include "support/file.h"
#include "support/result.h"

namespace wherry::compiler {

struct Confinement {
  uint64_t memory_bytes_max;
  uint64_t cpu_seconds_max;
  uint64_t seconds_max;       // by the clock
  bool low_priority = false;  // yields to everything else
  pid_t parent = 0;           // ends with it; 0: does not
};

// Once, before there are threads. Standard input, output and error stay open.
void confine(const Confinement& confinement);

// From now on no file can be opened but in the folder of `output`, none can be executed, and no
// TCP port be reached, where the kernel has Landlock. Errors: as sandbox::confine.
Result<> confine_to_output(const fs::path& output);

// Ends the process as its limit of memory does.
[[noreturn]] void end_out_of_memory();

// The limits of time no longer end the process: for the write of what they allowed to be made.
void lift_time_limits();

}  // namespace wherry::compiler
