// Where Wherry's own things are: its helper programs, the user's image store and artifact cache.
#pragma once

#include <string>

#include "support/file.h"
#include "support/result.h"

namespace wherry {

// The helper program `name` (wherry-compile, …): beside the running program (the build tree), or in
// ../libexec/wherry (installed), or in the running program's own folder when that is
// libexec/wherry. Errors: NotFound names the folders that were searched.
Result<fs::path> find_helper_program(const std::string& name);

// The front program `wherry`, from one of its helper programs: beside it, or in ../../bin
// (installed). Errors: as above.
Result<fs::path> find_front_program();

// From the working directory. Errors: NotFound where that is gone.
Result<fs::path> absolute_path(const fs::path& path);

// $WHERRY_STORE, else $XDG_DATA_HOME/wherry/store, else ~/.local/share/wherry/store.
// Errors: NotFound when neither is set nor HOME.
Result<fs::path> image_store_path();

// $WHERRY_CACHE, else $XDG_CACHE_HOME/wherry, else ~/.cache/wherry.
Result<fs::path> artifact_cache_path();

}  // namespace wherry
