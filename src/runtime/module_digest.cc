#include "runtime/module_digest.h"

#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <optional>

namespace wherry::runtime {

namespace {

// The coarsest steps of a file's times: 2 s on FAT.
constexpr int64_t kSettledSeconds = 3;

std::string nanoseconds(const timespec& time) {
  return fmt::format("{}{:09}", time.tv_sec, time.tv_nsec);
}

// What changes whenever the file does.
std::string state_of(const struct stat& status) {
  return fmt::format("{}.{}.{}.", status.st_size, nanoseconds(status.st_mtim),
                     nanoseconds(status.st_ctim));
}

bool is_settled(const struct stat& status) {
  timespec now;
  clock_gettime(CLOCK_REALTIME_COARSE, &now);
  return now.tv_sec - std::max(status.st_mtim.tv_sec, status.st_ctim.tv_sec) > kSettledSeconds;
}

std::optional<Digest> recall(const fs::path& link, const std::string& state) {
  char text[256];
  const ssize_t size = readlink(link.c_str(), text, sizeof text);
  if (size < 0) return std::nullopt;
  std::string_view remembered(text, static_cast<size_t>(size));
  if (!remembered.starts_with(state)) return std::nullopt;
  remembered.remove_prefix(state.size());
  auto digest = parse_digest(fmt::format("sha256:{}", remembered));
  return digest ? std::optional(*digest) : std::nullopt;
}

// A failure costs the next start some time, and nothing else.
void remember(const fs::path& link, const std::string& state, const Digest& digest) {
  const std::string temporary = fmt::format("{}.{}", link.string(), getpid());
  if (symlink((state + digest.hex()).c_str(), temporary.c_str()) != 0) return;
  if (rename(temporary.c_str(), link.c_str()) != 0) unlink(temporary.c_str());
}

}  // namespace

Result<Digest> digest_module_file(const fs::path& file, const fs::path& folder,
                                  const ReadOptions& options) {
  struct stat before{};
  if (stat(file.c_str(), &before) != 0) return sha256(TRY(map_file(file, options)).bytes());
  const std::string state = state_of(before);
  const fs::path link = folder / fmt::format("digest.{:x}.{:x}", before.st_dev, before.st_ino);
  if (auto digest = recall(link, state)) return *digest;
  Digest digest = sha256(TRY(map_file(file, options)).bytes());
  struct stat after{};
  if (stat(file.c_str(), &after) == 0 && before.st_dev == after.st_dev &&
      before.st_ino == after.st_ino && state_of(after) == state && is_settled(after))
    remember(link, state, digest);
  return digest;
}

}  // namespace wherry::runtime
