// What the WASI functions of one program work on.
#pragma once

#include <array>
#include <memory>
#include <mutex>
#include <optional>

#include "wasi/fd_table.h"
#include "wasi/module.h"
#include "wasi/network.h"
#include "wasi/path.h"
#include "wasi/quota.h"
#include "wasi/seeded_random.h"
#include "wasi/wasi.h"

namespace wherry::wasi {

// One thread at a time, until Program::allow_threads(). Pinned: modules and descriptors point into
// it.
struct ProgramState {
  explicit ProgramState(ProgramOptions program_options);
  ProgramState(const ProgramState&) = delete;
  ProgramState& operator=(const ProgramState&) = delete;

  // Opens the granted folders. Errors: NotFound, Denied, naming the folder and its flag.
  Result<> open_directories();

  // That the program may have open at once.
  uint32_t descriptors_max() const;

  ProgramOptions options;
  FdTable descriptors;
  Network network;
  PathLookup lookup = PathLookup::Kernel;
  Quotas quotas;
  std::optional<SeededRandom> random;  // where options ask for it
  std::mutex random_mutex;
  std::mutex streams;  // held while one of the host's stream objects works
  std::mutex
      directories;  // held while entries are read: a place in a folder is set, then read from
  Module preview1;
  Module unstable;
  std::array<runtime::HostModule*, 2> modules;
};

// Arguments and variables are within limits.h. Errors: Invalid.
Result<> check_strings(const ProgramOptions& options);

}  // namespace wherry::wasi
