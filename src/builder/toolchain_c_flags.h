// Which flags of wherry.toml the C compiler gets. A list of what is allowed, not of what is
// forbidden: with its other flags clang loads plug-ins, reads files anywhere and writes them
// anywhere, and a folder of source that someone sent should not be able to do that by being built.
#pragma once

#include <string_view>

#include "support/result.h"

namespace wherry::builder {

// Errors: Invalid names the flag, and what is allowed.
Result<> check_c_flag(std::string_view flag);

}  // namespace wherry::builder
