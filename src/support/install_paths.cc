#include "support/install_paths.h"

#include <unistd.h>

#include <cstdlib>

namespace wherry {

// Of the running program.
static Result<fs::path> own_folder() {
  char buffer[4096];
  ssize_t length = ::readlink("/proc/self/exe", buffer, sizeof buffer);
  if (length <= 0) return std::unexpected(system_error(errno, "reading /proc/self/exe"));
  return fs::path(std::string(buffer, static_cast<size_t>(length))).parent_path();
}

Result<fs::path> find_front_program() {
  fs::path folder = TRY(own_folder());
  fs::path candidates[] = {folder / "wherry",
                           folder.parent_path().parent_path() / "bin" / "wherry"};
  for (const fs::path& candidate : candidates)
    if (::access(candidate.c_str(), X_OK) == 0) return candidate;
  return fail(ErrorCode::NotFound, "wherry is neither {} nor {} (install Wherry whole)",
              candidates[0].string(), candidates[1].string());
}

Result<fs::path> find_helper_program(const std::string& name) {
  fs::path folder = TRY(own_folder());
  fs::path candidates[] = {folder / name, folder.parent_path() / "libexec" / "wherry" / name};
  for (const fs::path& candidate : candidates)
    if (::access(candidate.c_str(), X_OK) == 0) return candidate;
  return fail(ErrorCode::NotFound,
              "helper program {} is neither in {} nor in {} (install Wherry whole)", name,
              candidates[0].parent_path().string(), candidates[1].parent_path().string());
}

Result<fs::path> absolute_path(const fs::path& path) {
  std::error_code error;
  fs::path absolute = fs::absolute(path, error);
  if (error)
    return std::unexpected(
        system_error(error.value(), path.string() + ": the working directory cannot be told"));
  return absolute;
}

// An absolute path from the first variable that is set; relative values are ignored, as the XDG
// base directory specification asks.
static Result<fs::path> user_path(const char* own_variable, const char* xdg_variable,
                                  const char* xdg_suffix, const char* home_suffix) {
  if (const char* value = ::getenv(own_variable); value && *value) return absolute_path(value);
  if (const char* value = ::getenv(xdg_variable); value && *value == '/')
    return fs::path(value) / xdg_suffix;
  if (const char* value = ::getenv("HOME"); value && *value == '/')
    return fs::path(value) / home_suffix;
  return fail(ErrorCode::NotFound, "no folder for Wherry's files: set HOME or {}", own_variable);
}

Result<fs::path> image_store_path() {
  return user_path("WHERRY_STORE", "XDG_DATA_HOME", "wherry/store", ".local/share/wherry/store");
}

Result<fs::path> artifact_cache_path() {
  return user_path("WHERRY_CACHE", "XDG_CACHE_HOME", "wherry", ".cache/wherry");
}

}  // namespace wherry
