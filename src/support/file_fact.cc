#include "support/file_fact.h"

#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <climits>

namespace wherry {

namespace {

// The coarsest steps of a file's times: 2 s on FAT.
constexpr int64_t kSettledSeconds = 3;

std::string nanoseconds(const timespec& time) {
  return fmt::format("{}{:09}", time.tv_sec, time.tv_nsec);
}

// What changes whenever the file does; empty where there is none.
std::string state_of(const fs::path& file, struct stat& status) {
  if (stat(file.c_str(), &status) != 0) return {};
  return fmt::format("{:x}.{:x}.{}.{}.{} ", status.st_dev, status.st_ino, status.st_size,
                     nanoseconds(status.st_mtim), nanoseconds(status.st_ctim));
}

bool is_settled(const struct stat& status) {
  timespec now;
  clock_gettime(CLOCK_REALTIME_COARSE, &now);
  return now.tv_sec - std::max(status.st_mtim.tv_sec, status.st_ctim.tv_sec) > kSettledSeconds;
}

}  // namespace

FileFact::FileFact(const fs::path& file, fs::path link) : file_(file), link_(std::move(link)) {
  struct stat status{};
  state_ = state_of(file_, status);
}

std::optional<std::string> FileFact::recall() const {
  char text[PATH_MAX];
  const ssize_t size = state_.empty() ? -1 : readlink(link_.c_str(), text, sizeof text);
  if (size < 0) return std::nullopt;
  std::string_view remembered(text, static_cast<size_t>(size));
  if (!remembered.starts_with(state_)) return std::nullopt;
  remembered.remove_prefix(state_.size());
  return std::string(remembered);
}

void FileFact::remember(std::string_view text) const {
  struct stat status{};
  if (state_.empty() || state_of(file_, status) != state_ || !is_settled(status)) return;
  const std::string target = state_ + std::string(text);
  const std::string temporary = fmt::format("{}.{}", link_.string(), getpid());
  if (target.size() >= PATH_MAX || symlink(target.c_str(), temporary.c_str()) != 0) return;
  if (rename(temporary.c_str(), link_.c_str()) != 0) unlink(temporary.c_str());
}

}  // namespace wherry
