#include "builder/source_tree.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "builder/limits.h"
#include "policy/names.h"
#include "support/quotes.h"

namespace wherry::builder {

static std::unexpected<Error> system_failure(const std::error_code& error, const fs::path& path) {
  return std::unexpected(system_error(error.value(), path.string()));
}

Result<SourceTree> SourceTree::open(const fs::path& folder) {
  fs::path shown = folder.empty() ? fs::path(".") : folder;
  std::error_code error;
  fs::path canonical = fs::canonical(shown, error);
  if (error) return system_failure(error, shown);
  if (!fs::is_directory(canonical, error))
    return fail(ErrorCode::Invalid, "{}: is no folder (give the folder that holds the source)",
                shown.string());
  if (::access(canonical.c_str(), R_OK | X_OK) != 0)
    return std::unexpected(system_error(errno, shown.string()));
  return SourceTree(std::move(canonical), std::move(shown));
}

bool SourceTree::is_inside(const fs::path& canonical) const {
  auto [rest, unused] =
      std::mismatch(folder_.begin(), folder_.end(), canonical.begin(), canonical.end());
  return rest == folder_.end();
}

Result<std::vector<SourceFile>> SourceTree::files() const {
  std::vector<SourceFile> found;
  TRY(add_folder({}, 0, found));
  std::ranges::sort(found, {}, &SourceFile::path);
  return found;
}

Result<> SourceTree::add_folder(const fs::path& relative, size_t depth,
                                std::vector<SourceFile>& found) const {
  if (depth > limits::kFolderDepth)
    return fail(ErrorCode::Invalid, "{}: folders are nested deeper than {}", shown_.string(),
                limits::kFolderDepth);
  std::error_code error;
  fs::directory_iterator entries(folder_ / relative, error);
  if (error) return system_failure(error, shown_ / relative);
  while (entries != fs::directory_iterator()) {
    TRY(add_entry(*entries, relative, depth, found));
    entries.increment(error);
    if (error) return system_failure(error, shown_ / relative);
  }
  return {};
}

Result<> SourceTree::add_entry(const fs::directory_entry& entry, const fs::path& relative,
                               size_t depth, std::vector<SourceFile>& found) const {
  fs::path name = entry.path().filename();
  if (name.native().starts_with('.')) return {};
  std::error_code error;
  fs::file_status status = entry.symlink_status(error);
  if (error) return system_failure(error, shown_ / relative / name);
  if (fs::is_directory(status)) return add_folder(relative / name, depth + 1, found);

  SourceFile file{(relative / name).string()};
  if (fs::is_symlink(status)) {
    fs::path target = fs::canonical(entry.path(), error);
    file.leads_out = error || !is_inside(target);
    if (!file.leads_out && !fs::is_regular_file(target, error)) return {};
  } else if (!fs::is_regular_file(status)) {
    return {};
  }
  if (found.size() == limits::kFiles)
    return fail(ErrorCode::Invalid,
                "{}: more than {} files (is it the right folder? else name the files in sources of "
                "[build] in wherry.toml)",
                shown_.string(), limits::kFiles);
  found.push_back(std::move(file));
  return {};
}

Result<fs::path> SourceTree::resolve(std::string_view path) const {
  if (auto checked = policy::check_relative_path(path); !checked)
    return fail(ErrorCode::Invalid, "{} {}", in_quotes(path), checked.error().message);
  std::error_code error;
  fs::path target = fs::canonical(folder_ / path, error);
  if (error) return system_failure(error, shown_ / path);
  if (!is_inside(target))
    return fail(ErrorCode::Invalid,
                "{} is a symbolic link that leads out of the folder (copy the file into it)",
                in_quotes(path));
  return target;
}

Result<> SourceTree::check_file(std::string_view path) const {
  Result<fs::path> target = resolve(path);
  if (!target) {
    if (target.error().code == ErrorCode::Invalid) target.error().message.insert(0, "source ");
    return std::unexpected(std::move(target).error());
  }
  std::error_code error;
  if (!fs::is_regular_file(*target, error))
    return fail(ErrorCode::Invalid, "source {} is no regular file", in_quotes(path));
  return {};
}

Result<std::string> SourceTree::read_beginning(std::string_view path) const {
  fs::path full = folder_ / path;
  // A pipe that took the file's place would block without O_NONBLOCK.
  Fd fd(::open(full.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!fd.valid()) return std::unexpected(system_error(errno, (shown_ / path).string()));
  std::string beginning(limits::kBeginningBytes, '\0');
  ssize_t count = ::read(fd.get(), beginning.data(), beginning.size());
  if (count < 0) return std::unexpected(system_error(errno, (shown_ / path).string()));
  beginning.resize(static_cast<size_t>(count));
  return beginning;
}

}  // namespace wherry::builder
