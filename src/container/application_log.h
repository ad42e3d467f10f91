// What an operator is told of an application that was loaded, by every verb that runs one.
#pragma once

#include "container/application.h"
#include "container/denial_log.h"

namespace wherry::container {

// Logs what its preparation took, and each permission that is not just as it was asked for: a
// warning where the operator should do something.
void log_loaded(const Application& application);

void log_denial(const wasi::Denial& denial);
// A program, or one request to it, has ended: tells what was kept back until then.
void finish_denials(DenialLog& denials, bool has_failed);

}  // namespace wherry::container
