// Child processes: started with an argument vector (never a shell), their output bounded.
#pragma once

#include <string>
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
};

// Runs a program to its end with stdin from /dev/null. argv[0] is looked up in PATH unless it has a
// slash. Errors: NotFound when there is no such program, Io. A non-zero exit is not an error here.
Result<ProcessOutput> run_process(const std::vector<std::string>& argv,
                                  const ProcessOptions& options = {});

// Becomes another program; returns only on failure.
Error exec_program(const fs::path& program, const std::vector<std::string>& argv);

// Where a program is in PATH; NotFound names the program.
Result<fs::path> find_program(const std::string& name);

}  // namespace wherry
