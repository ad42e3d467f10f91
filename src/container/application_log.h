// What an operator is told of an application that was loaded, by every verb that runs one.
#pragma once

#include "container/application.h"

namespace wherry::container {

// Logs what its preparation took, and each permission that is not just as it was asked for: a
// warning where the operator should do something.
void log_loaded(const Application& application);

}  // namespace wherry::container
