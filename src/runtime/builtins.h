// What compiled code calls in the host: abi::Builtins, implemented. They run on the guest's stack,
// with abi::kHostStackBytes of room, and never unwind (exception_raise is unwind.h's). Trust: every
// argument but the context and the indices is the guest's, and is checked here.
#pragma once

#include "abi/calls.h"

namespace wherry::runtime {

// The one table, for all instances.
const abi::Builtins& builtins();

}  // namespace wherry::runtime
