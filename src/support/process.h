// Child processes: started with an argument vector (never a shell), their output bounded.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "support/file.h"
#include "support/result.h"

namespace wherry {

struct ProcessOutput {
  int exit_code;               // 128 + N when signal N ended it
  std::string standard_error;  // at most output_bytes_max; the rest is read and dropped
  std::string standard_output;
};

struct ProcessOptions {
  size_t output_bytes_max = 64 * 1024;
  fs::path working_directory = {};            // empty: ours
  std::vector<std::string> environment = {};  // "KEY=value" entries on top of ours
  // What it reads from stdin, which is /dev/null where this is empty. It goes through a pipe that
  // is filled beforehand, so nobody can be left waiting; hence at most kPipeBytes.
  std::string_view standard_input = {};
  int timeout_ms = -1;  // then it is killed; -1: it may run for ever
};

// What a pipe holds (Linux, pipe(7)).
constexpr size_t kPipeBytes = 64 * 1024;

// Runs a program to its end. argv[0] is looked up in PATH unless it has a slash. Errors: NotFound
// when there is no such program, Unavailable after the timeout, Invalid for too long an input, Io.
// A non-zero exit is not an error here.
Result<ProcessOutput> run_process(const std::vector<std::string>& argv,
                                  const ProcessOptions& options = {});

// Becomes another program; returns only on failure.
Error exec_program(const fs::path& program, const std::vector<std::string>& argv);

// Where a program is in PATH; NotFound names the program.
Result<fs::path> find_program(const std::string& name);

}  // namespace wherry
