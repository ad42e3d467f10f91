// When claims hold (trust/claims.h). In a file of its own: the front program checks the times of
// what was verified before, and links no signatures.
#pragma once

#include <cstdint>
#include <string>

#include "support/result.h"

namespace wherry::trust {

// Seconds since 1970: from the first on, up to and without the second. Errors: Denied says since
// when they do not hold, or from when on.
Result<> check_times(uint64_t from_s, uint64_t until_s, uint64_t now_s);

// "2026-11-21T20:15:00Z" (RFC 3339)
std::string time_text(uint64_t seconds);

}  // namespace wherry::trust
