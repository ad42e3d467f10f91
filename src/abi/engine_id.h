// What an artifact depends on besides its module: this build of Wherry's compiler and the CPU's
// features. Two engines with the same id write interchangeable artifacts.
#pragma once

#include "support/digest.h"

namespace wherry::abi {

// SHA-256 over the artifact version, Wherry's version, LLVM's version and the CPU features that
// compiled code may use (read by CPUID and XGETBV). Cheap: microseconds.
Digest engine_id();

}  // namespace wherry::abi
