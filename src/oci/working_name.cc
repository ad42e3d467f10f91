#include "oci/working_name.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

namespace wherry::oci {

// No registry can have this name (RFC 2606 §2), so that no image is ever called so.
static constexpr std::string_view kRegistry = "unverified.invalid";
static constexpr std::string_view kPrefix = "unverified.invalid/image:";
static constexpr std::string_view kFilePrefix = "name.";

Result<WorkingName> WorkingName::create(const fs::path& store) {
  const fs::path staging = store / "staging";
  TRY(make_directories(staging));
  while (true) {
    std::string file = (staging / (std::string(kFilePrefix) + "XXXXXX")).string();
    Fd fd(::mkostemp(file.data(), O_CLOEXEC));
    if (!fd.valid() || ::flock(fd.get(), LOCK_EX) != 0)
      return std::unexpected(system_error(errno, "creating a file in " + staging.string()));
    struct stat status;
    // A sweep between the two calls took the file for a leaving: make another.
    if (::fstat(fd.get(), &status) != 0 || status.st_nlink == 0) continue;
    return WorkingName(std::move(fd), file);
  }
}

WorkingName::WorkingName(WorkingName&& other) noexcept
    : lock_(std::move(other.lock_)), file_(std::exchange(other.file_, {})) {}

WorkingName::~WorkingName() {
  if (!file_.empty()) ::unlink(file_.c_str());
}

Reference WorkingName::reference(size_t index) const {
  const std::string id = file_.filename().string().substr(kFilePrefix.size());
  return {.registry = std::string(kRegistry),
          .repository = "image",
          .tag = fmt::format("{}-{}", id, index)};
}

bool is_working_name(std::string_view name) { return name.starts_with(kPrefix); }

bool is_abandoned_name(const fs::path& store, std::string_view name) {
  if (!is_working_name(name)) return false;
  name.remove_prefix(kPrefix.size());
  const std::string id(name.substr(0, name.find('-')));
  if (id.contains('/')) return true;  // none of ours
  Fd fd(::open((store / "staging" / (std::string(kFilePrefix) + id)).c_str(),
               O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  return !fd.valid() || ::flock(fd.get(), LOCK_EX | LOCK_NB) == 0;
}

}  // namespace wherry::oci
