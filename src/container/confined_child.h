// Work on code that nobody trusts, in a process of its own behind the second wall, for who has
// something left to do that the wall would forbid: writing a file where the user says.
#pragma once

#include <functional>

#include "sandbox/sandbox.h"
#include "support/file.h"

namespace wherry::container {

struct ConfinedWork {
  // Gets ready what the wall would forbid; what the work needs to stay open.
  std::function<Result<sandbox::Openings>()> prepare;
  std::function<Result<Bytes>()> work;
  size_t result_bytes_max;
  sandbox::Selection layers;
  // In the child: of a layer that is missing or weaker.
  std::function<void(const sandbox::Shortcoming&)> on_shortcoming;
};

// What the work gives. Trust: the child may have been taken over, so its bytes are as hostile as
// what it worked on. Errors: its own; of sandbox::confine; Io where it was ended by a signal. Call
// it while there is one thread.
Result<Bytes> run_confined(const ConfinedWork& work);

}  // namespace wherry::container
