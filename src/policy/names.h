// The rules for names that applications and operators choose: guest paths, environment variables.
// They hold alike in wherry.toml, in a request that an image carries, and in a grant on the command
// line.
#pragma once

#include <string>
#include <string_view>

#include "support/result.h"

namespace wherry::policy {

// Absolute and normal: begins with '/', has no empty component, no '.', no '..', no control
// character, no
// ':' (it would not fit into a grant), and no '/' at its end (but "/" itself is one). Errors:
// Invalid says which rule, for behind the path's name.
Result<> check_guest_path(std::string_view path);

// The same for a path inside a folder: relative, and so not able to leave it.
Result<> check_relative_path(std::string_view path);

// [A-Za-z_][A-Za-z0-9_]*, as POSIX has it (XBD §3.235). Errors: Invalid.
Result<> check_environment_name(std::string_view name);

// An application's name, which is its image's name where none is given: lower-case letters and
// digits with single '.', '_' or '-' between them, as OCI's repository names
// (distribution-spec 1.1, "pulling manifests").
Result<> check_application_name(std::string_view name);

}  // namespace wherry::policy
