// Runs a module's initialisation now, and writes a module that begins where it ended: memories,
// their sizes and globals hold what the initialisation left; its export and the start function are
// gone. So start-up work is done once, when an application is built.
//
// The state of an instance is more than that: what cannot be written as a module is refused, with
// its reason (tables that changed, references in globals, descriptors that are open). What a
// program remembers of its arguments, its environment and its folders becomes part of the module.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "policy/policy.h"
#include "sandbox/sandbox.h"
#include "support/file.h"
#include "support/result.h"

namespace wherry::container {

// Of the initialisation, where nothing else is said: long for work that is done once, and short for
// a build that waits for a loop without end.
constexpr uint64_t kSnapshotTimeMs = 120'000;

struct SnapshotOptions {
  // The export to run, without parameters and results; empty: wherry.initialize, or
  // wizer.initialize.
  std::string init = {};
  // Whether WASI may be called; with what `grant` gives. Otherwise, as with any other import, the
  // initialisation fails at the first call.
  bool allow_wasi = false;
  // Its limits hold for the initialisation in all cases.
  policy::Grant grant = {};
  // Of the second wall, behind which it runs.
  sandbox::Selection layers = {};
  std::function<void(const sandbox::Shortcoming&)> on_shortcoming = {};
};

// The new module's binary. The initialisation runs in a process of its own. Call it while there is
// one thread. A reactor's `_initialize` runs first, and is gone as well.
// Errors: NotFound without the file or the export; Invalid where the initialisation fails or its
// state cannot be captured; those of the decoder, the validator and the compiler.
Result<Bytes> snapshot_module(const fs::path& module_file, const SnapshotOptions& options);

}  // namespace wherry::container
