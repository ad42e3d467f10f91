// What this machine gives Wherry, and what it lacks: `wherry doctor`.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace wherry::container {

struct Finding {
  enum class State : uint8_t {
    Good,
    Weaker,   // works, with less than a newer or another machine would give
    Missing,  // is not needed, unless asked for
    Broken,   // what is on by default, or needed for everything, is not there
  };
  std::string_view group;  // "sandbox", "kernel", "files", "programs"
  std::string name;
  State state;
  std::string detail;  // what it is good for; or why it is not there, and what to do
};
// "ok", "weaker", "missing", "broken"
const char* to_string(Finding::State state);

// Looks at everything. Makes the artifact cache and the image store where they are missing, as a
// first run does, and starts a child that ends at once.
std::vector<Finding> diagnose();

}  // namespace wherry::container
