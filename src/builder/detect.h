// Decides what a folder of source is written in, by names and content of its files, and which of
// them make the module. Never guesses: where two answers are possible, the error lists them and
// says where to choose.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "builder/source_tree.h"
#include "builder/toolchain.h"
#include "policy/application_file.h"
#include "support/result.h"

namespace wherry::builder {

struct Detected {
  const Toolchain* toolchain;  // never null
  std::vector<std::string>
      sources;  // sorted, but for those that the user listed: in the user's order
};

// What `section` ([build] of wherry.toml) says goes before what is found; `assets` are no sources.
// Errors: Invalid when nothing or more than one thing could be built; SourceTree's.
Result<Detected> detect(const SourceTree& tree, const policy::BuildSection& section,
                        std::span<const policy::Asset> assets = {});

}  // namespace wherry::builder
