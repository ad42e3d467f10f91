#include "registry/storage.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace wherry::registry {

namespace {

// Its presence marks the folder as ours; written first.
constexpr const char* kMarker = "wherry-registry";
constexpr std::string_view kMarkerText = "version 1\n";

uint64_t stored_bytes(const fs::path& path) {
  struct stat status{};
  return ::stat(path.c_str(), &status) == 0 ? static_cast<uint64_t>(status.st_size) : 0;
}

}  // namespace

Result<std::unique_ptr<Storage>> Storage::open(const fs::path& root,
                                               const StorageOptions& options) {
  std::error_code error;
  const fs::path absolute = fs::absolute(root, error);
  if (error) return std::unexpected(system_error(error.value(), root.string()));
  std::unique_ptr<Storage> storage(new Storage(absolute, options));
  TRY(storage->prepare());
  TRY(storage->lock());
  if (options.read_only) return storage;
  for (const char* folder : {"blobs/sha256", "repositories", "uploads", "tmp"})
    TRY(make_folders(absolute / folder));
  // Nobody else writes here: these are a killed process's.
  for (const std::string& name : TRY(list_folder(absolute / "tmp")))
    ::unlink((absolute / "tmp" / name).c_str());
  if (options.size_bytes_max) TRY(storage->count_space());
  return storage;
}

Result<> Storage::prepare() {
  const bool may_create = options_.create && !options_.read_only;
  if (may_create) TRY(make_directories(root_, 0700));
  const std::optional<std::string> marker = TRY(read_text(root_ / kMarker, 64));
  if (marker == kMarkerText) return {};
  if (marker)
    return fail(ErrorCode::Unsupported, "{} is of a newer version of wherry (its {} says: {})",
                root_.string(), kMarker, marker->substr(0, marker->find('\n')));
  if (!may_create)
    return fail(ErrorCode::NotFound, "{} is not a registry's folder (it has no file {})",
                root_.string(), kMarker);
  const fs::path unfinished = root_ / fmt::format("{}.new", kMarker);
  ::unlink(unfinished.c_str());  // of a process that was killed right here
  if (!TRY(list_folder(root_)).empty())
    return fail(ErrorCode::Invalid,
                "{} holds files, and is not a registry's folder (give an empty one, or one that is "
                "not there yet)",
                root_.string());
  return write_file(unfinished, root_ / kMarker, as_bytes(kMarkerText));
}

Result<> Storage::lock() {
  const fs::path path = root_ / kMarker;
  lock_ = Fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (lock_.valid() &&
      ::flock(lock_.get(), (options_.read_only ? LOCK_SH : LOCK_EX) | LOCK_NB) == 0)
    return {};
  if (errno == EWOULDBLOCK)
    return fail(ErrorCode::Unavailable,
                "{} is in use by another wherry registry (stop it first, or take another folder)",
                root_.string());
  return std::unexpected(system_error(errno, "locking " + path.string()));
}

Result<> Storage::count_space() {
  uint64_t total = 0;
  for (const fs::path& folder : {contents_folder(), uploads_folder()})
    for (const std::string& name : TRY(list_folder(folder))) total += stored_bytes(folder / name);
  used_bytes_ = total;
  return {};
}

fs::path Storage::temporary_path() { return root_ / "tmp" / std::to_string(temporaries_++); }

bool Storage::has_content(const Digest& digest) const {
  return ::access(content_path(digest).c_str(), F_OK) == 0;
}

Result<std::optional<Content>> Storage::find_content(const Digest& digest) const {
  return open_content(content_path(digest), O_RDONLY);
}

Result<> Storage::add_content(const Digest& digest, ByteSpan bytes) {
  TRY(take_space(bytes.size()));
  const uint64_t replaced = stored_bytes(content_path(digest));
  Result<> written = write_file(temporary_path(), content_path(digest), bytes);
  give_space_back(written ? replaced : bytes.size());
  return written;
}

// A content that is there already is replaced: its bytes may have rotted, these are known good.
Result<> Storage::adopt_content(const Digest& digest, const fs::path& file, uint64_t size_bytes) {
  const fs::path path = content_path(digest);
  const uint64_t replaced = stored_bytes(path);
  if (::rename(file.c_str(), path.c_str()) != 0)
    return std::unexpected(disk_error(errno, "moving to " + path.string()));
  give_space_back(std::min(replaced, size_bytes));
  return sync_folder(contents_folder());
}

Result<> Storage::remove_content(const Digest& digest) {
  const uint64_t size_bytes = stored_bytes(content_path(digest));
  if (TRY(remove_file(content_path(digest)))) give_space_back(size_bytes);
  return {};
}

Result<> Storage::write_record(const fs::path& path, std::string_view text) {
  return write_file(temporary_path(), path, as_bytes(text));
}

Result<> Storage::take_space(uint64_t size_bytes) {
  if (!options_.size_bytes_max) return {};
  uint64_t used = used_bytes_.load();
  do {
    if (size_bytes > *options_.size_bytes_max || used > *options_.size_bytes_max - size_bytes)
      return fail(
          ErrorCode::Unavailable,
          "the limit of {} bytes is reached (raise it with --size-max, or remove images and "
          "run wherry registry prune)",
          *options_.size_bytes_max);
  } while (!used_bytes_.compare_exchange_weak(used, used + size_bytes));
  return {};
}

void Storage::give_space_back(uint64_t size_bytes) {
  if (options_.size_bytes_max) used_bytes_ -= size_bytes;
}

}  // namespace wherry::registry
