// What a signed image may make us look at, with the reasons.
#pragma once

#include <cstddef>

namespace wherry::signing::limits {

// Signatures of one image that are looked at: verifying one takes a tenth of a millisecond.
constexpr size_t kSignatures = 256;

}  // namespace wherry::signing::limits
