// Imports that Wherry does not offer, explained: which version of WASI or other host they are of,
// whether Wherry has the same under another name, and what to do.
#pragma once

#include <span>
#include <string>

#include "runtime/import_binding.h"

namespace wherry::container {

// All of them, in as many lines as there are kinds of advice, each indented by two blanks under a
// first line that counts them. Names are escaped.
std::string describe_missing(std::span<const runtime::MissingImport> missing);

}  // namespace wherry::container
