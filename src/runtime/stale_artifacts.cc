#include "runtime/stale_artifacts.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <optional>
#include <string>

#include "abi/engine_id.h"

namespace wherry::runtime {

// The module's, of a name as ArtifactCache::path_of gives it.
static std::optional<Digest> module_of(const std::string& name) {
  Result<Digest> digest = parse_digest("sha256:" + name.substr(0, 64));
  if (!digest || (name.size() > 64 && name[64] != '.')) return std::nullopt;
  return *digest;
}

// What is remembered in symbolic links (support/file_fact.h).
static bool is_memory(const std::string& name, const struct stat& status) {
  return S_ISLNK(status.st_mode) && (name.starts_with("digest.") || name.starts_with("image."));
}

static bool is_unused(const struct stat& status, int64_t unused_s) {
  return ::time(nullptr) - std::max(status.st_atim.tv_sec, status.st_mtim.tv_sec) >= unused_s;
}

// The lock under which the module's artifact is made.
static Fd lock_module(const fs::path& folder, const Digest& module) {
  Fd fd(::open((folder / ("lock." + module.hex().substr(0, 2))).c_str(),
               O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644));
  if (fd.valid() && ::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) fd.reset();
  return fd;
}

static void prune_folder(const fs::path& folder, bool is_current, const StaleOptions& options,
                         std::vector<StaleArtifact>& pruned) {
  std::error_code ignored;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, ignored)) {
    const std::string name = entry.path().filename().string();
    struct stat status;
    if (::lstat(entry.path().c_str(), &status) != 0 || !is_unused(status, options.unused_s))
      continue;
    if (is_memory(name, status) && !options.dry_run) ::unlink(entry.path().c_str());
    std::optional<Digest> module = module_of(name);
    if (!module || !S_ISREG(status.st_mode) || (is_current && options.needed.contains(*module)))
      continue;
    Fd lock = lock_module(folder, *module);
    if (!lock.valid() || (!options.dry_run && ::unlink(entry.path().c_str()) != 0)) continue;
    pruned.push_back({entry.path(), static_cast<uint64_t>(status.st_size)});
  }
}

std::vector<StaleArtifact> prune_artifacts(const fs::path& directory, const StaleOptions& options) {
  std::vector<StaleArtifact> pruned;
  const std::string current = abi::engine_id().hex().substr(0, 16);
  std::error_code ignored;
  for (const fs::directory_entry& entry : fs::directory_iterator(directory / "artifacts", ignored))
    if (entry.is_directory(ignored) && !entry.is_symlink(ignored))
      prune_folder(entry.path(), entry.path().filename() == current, options, pruned);
  return pruned;
}

}  // namespace wherry::runtime
