// What a policy's limits are to the runtime.
#pragma once

#include "policy/limit_kinds.h"
#include "runtime/instance.h"

namespace wherry::container {

// The runtime's own defaults where there are none.
runtime::InstanceOptions instance_options(const policy::Limits& limits);

}  // namespace wherry::container
