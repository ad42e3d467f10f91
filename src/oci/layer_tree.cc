#include "oci/layer_tree.h"
#include "oci/limits.h"
#include "support/quotes.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace wherry::oci {

// layer.md, "Whiteouts".
static constexpr std::string_view kWhiteout = ".wh.";
static constexpr std::string_view kOpaque = ".wh..wh..opq";

static std::string_view last_name(std::string_view path) {
  return path.substr(path.rfind('/') + 1);  // npos + 1 is 0
}

static std::string_view parent_of(std::string_view path) {
  return path.substr(0, std::max<size_t>(path.rfind('/') + 1, 1) - 1);
}

static std::unexpected<Error> entry_error(int error, std::string_view path) {
  return std::unexpected(system_error(error, "unpacking '" + quote(path, 80) + "'"));
}

// Of a folder in a folder; links are not followed.
static Fd open_folder(int parent, const char* name) {
  return Fd(::openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
}

PieceSource pieces_of(const Fd& file) {
  return [&file](std::span<std::byte> into) -> Result<size_t> {
    const ssize_t count = ::read(file.get(), into.data(), into.size());
    if (count < 0) return std::unexpected(system_error(errno, "reading a file of the image"));
    return static_cast<size_t>(count);
  };
}

Result<LayerTree> LayerTree::create(const fs::path& folder) {
  if (::mkdir(folder.c_str(), 0755) != 0)
    return std::unexpected(system_error(errno, "creating " + folder.string()));
  Fd root = open_folder(AT_FDCWD, folder.c_str());
  if (!root.valid() || ::fchmod(root.get(), 0755) != 0)
    return std::unexpected(system_error(errno, "creating " + folder.string()));
  return LayerTree(std::move(root));
}

// Folders on the way that are not there are made where `make` says so; else the result is no valid
// descriptor.
Result<Fd> LayerTree::open_parent(const std::string& path, bool make) {
  Fd folder = open_folder(root_.get(), ".");
  std::string_view rest = parent_of(path);
  while (folder.valid() && !rest.empty()) {
    const size_t end = std::min(rest.find('/'), rest.size());
    const std::string name(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    Fd next = open_folder(folder.get(), name.c_str());
    if (!next.valid() && errno == ENOENT && make) {
      if (::mkdirat(folder.get(), name.c_str(), 0755) != 0) return entry_error(errno, path);
      next = open_folder(folder.get(), name.c_str());
      if (next.valid() && ::fchmod(next.get(), 0755) != 0) return entry_error(errno, path);
    } else if (!next.valid() && errno == ENOENT) {
      return Fd();
    }
    if (!next.valid() && (errno == ENOTDIR || errno == ELOOP))
      return fail(ErrorCode::Unsupported, "entry '{}': '{}' on the way is no folder",
                  quote(path, 80), quote(name, 80));
    folder = std::move(next);
  }
  if (!folder.valid()) return entry_error(errno, path);
  return folder;
}

static Result<std::vector<std::string>> list_names(int folder) {
  std::vector<std::string> names;
  Fd own = open_folder(folder, ".");
  DIR* stream = own.valid() ? ::fdopendir(own.get()) : nullptr;
  if (!stream) return entry_error(errno, ".");
  own.release();  // the stream's now
  while (const dirent* entry = ::readdir(stream))
    if (std::string name = entry->d_name; name != "." && name != "..") names.push_back(name);
  ::closedir(stream);
  std::ranges::sort(names);
  return names;
}

Result<> LayerTree::remove_children(int folder) {
  for (const std::string& name : TRY(list_names(folder))) TRY(remove(folder, name));
  return {};
}

// Recursion ends where the tree does: limits::kTarPathDepth.
Result<> LayerTree::remove(int parent, const std::string& name) {
  struct stat status;
  if (::fstatat(parent, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
    if (errno == ENOENT) return {};
    return entry_error(errno, name);
  }
  const bool is_folder = S_ISDIR(status.st_mode);
  if (is_folder) {
    Fd folder = open_folder(parent, name.c_str());
    if (!folder.valid()) return entry_error(errno, name);
    TRY(remove_children(folder.get()));
  }
  if (::unlinkat(parent, name.c_str(), is_folder ? AT_REMOVEDIR : 0) != 0)
    return entry_error(errno, name);
  if (S_ISREG(status.st_mode)) files_--;
  return {};
}

// Whiteouts hide what lower layers hold, and never what their own layer does, wherever in it they
// stand: they are applied before anything of it is laid down.
Result<> LayerTree::apply_whiteouts(const fs::path& layer) {
  TarReader reader = TRY(TarReader::open(layer, {.allow_symbolic_links = true,
                                                 .content_bytes_max = content_bytes_left_,
                                                 .entries_max = entries_left_}));
  while (auto entry = TRY(reader.next())) {
    const std::string name(last_name(entry->path));
    if (!name.starts_with(kWhiteout)) continue;
    Fd parent = TRY(open_parent(entry->path, false));
    if (!parent.valid()) continue;
    if (name == kOpaque) {
      TRY(remove_children(parent.get()));
      continue;
    }
    const std::string hidden = name.substr(kWhiteout.size());
    if (hidden.empty() || hidden == "." || hidden == "..")
      return fail(ErrorCode::Malformed, "entry '{}' hides nothing that has a name",
                  quote(entry->path, 80));
    TRY(remove(parent.get(), hidden));
  }
  return {};
}

Result<> LayerTree::apply(const fs::path& layer) {
  if (!is_empty_) TRY(apply_whiteouts(layer));
  is_empty_ = false;
  TarReader reader = TRY(TarReader::open(layer, {.allow_symbolic_links = true,
                                                 .content_bytes_max = content_bytes_left_,
                                                 .entries_max = entries_left_}));
  while (auto entry = TRY(reader.next())) {
    entries_left_--;
    content_bytes_left_ -= entry->size_bytes;
    if (!last_name(entry->path).starts_with(kWhiteout)) TRY(add(reader, *entry));
  }
  return {};
}

Result<> LayerTree::write_file(const PieceSource& source, const std::string& path, int parent,
                               const std::string& name) {
  Fd file(
      ::openat(parent, name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644));
  if (!file.valid() || ::fchmod(file.get(), 0644) != 0) return entry_error(errno, path);
  files_++;
  Bytes block(limits::kPieceBytes);
  while (size_t count = TRY(source(block)))
    TRY(with_context(write_all(file.get(), ByteSpan(block).first(count)), "unpacking '{}'",
                     quote(path, 80)));
  if (path.ends_with(".wasm")) module_names_.push_back(path);
  return {};
}

Result<> LayerTree::add_file(const std::string& path, const PieceSource& source) {
  if (entries_left_ == 0)
    return fail(ErrorCode::Invalid, "has more than {} files", limits::kTarEntries);
  entries_left_--;
  const auto counted = [&](std::span<std::byte> into) -> Result<size_t> {
    const size_t count = TRY(source(into));
    if (count > content_bytes_left_)
      return fail(ErrorCode::Invalid, "its files exceed the limit of {} bytes",
                  limits::kUnpackedBytes);
    content_bytes_left_ -= count;
    return count;
  };
  const Fd parent = TRY(open_parent(path, true));
  const std::string name(last_name(path));
  TRY(remove(parent.get(), name));
  return write_file(counted, path, parent.get(), name);
}

Result<> LayerTree::add(TarReader& reader, const TarEntry& entry) {
  Fd parent = TRY(open_parent(entry.path, true));
  const std::string name(last_name(entry.path));
  if (entry.kind == TarEntry::Kind::Folder) {
    if (open_folder(parent.get(), name.c_str()).valid()) return {};
    TRY(remove(parent.get(), name));
    TRY(open_parent(entry.path + "/.", true));
    return {};
  }
  TRY(remove(parent.get(), name));
  if (entry.kind == TarEntry::Kind::File)
    return write_file([&](std::span<std::byte> into) { return reader.read(into); }, entry.path,
                      parent.get(), name);
  const std::string target = TRY(link_inside(entry.path, entry.target));
  if (::symlinkat(target.c_str(), parent.get(), name.c_str()) != 0)
    return entry_error(errno, entry.path);
  return {};
}

Result<std::vector<std::string>> LayerTree::guest_folders(std::string_view module_path) const {
  std::vector<std::string> folders;
  const Result<std::string> module = normal_entry_path(
      module_path.substr(std::min(module_path.find_first_not_of('/'), module_path.size())));
  const bool module_is_here = module && open_file(*module).has_value();
  if (files_ == (module_is_here ? 1 : 0)) return folders;
  for (const std::string& name : TRY(list_names(root_.get()))) {
    if (module && name == *module) continue;
    if (!open_folder(root_.get(), name.c_str()).valid()) return std::vector<std::string>{"/"};
    folders.push_back("/" + name);
  }
  return folders;
}

Result<std::string> link_inside(std::string_view path, std::string_view target) {
  const std::string_view folder = parent_of(path);
  const auto depth_of_link = folder.empty() ? ptrdiff_t{0} : 1 + std::ranges::count(folder, '/');
  const bool is_absolute = target.starts_with('/');
  ptrdiff_t depth = is_absolute ? 0 : depth_of_link;
  std::string_view rest = target;
  while (!rest.empty()) {
    const size_t end = std::min(rest.find('/'), rest.size());
    const std::string_view part = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (part.empty() || part == ".") continue;
    depth += part == ".." ? -1 : 1;
    if (depth < 0)
      return fail(ErrorCode::Unsupported, "entry '{}' is a symbolic link that leads out, to '{}'",
                  quote(path, 80), quote(target, 80));
  }
  if (!is_absolute) return std::string(target);
  std::string relative;
  for (ptrdiff_t i = 0; i < depth_of_link; i++) relative += "../";
  const std::string_view below =
      target.substr(std::min(target.find_first_not_of('/'), target.size()));
  relative += below;
  return relative.empty() ? "." : relative;
}

Result<Fd> LayerTree::open_file(const std::string& path) const {
  open_how how{};
  how.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK;
  how.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS;
  const long opened = ::syscall(SYS_openat2, root_.get(), path.c_str(), &how, sizeof how);
  if (opened < 0)
    return std::unexpected(system_error(errno, "opening the image's '" + quote(path, 80) + "'"));
  Fd file(static_cast<int>(opened));
  struct stat status;
  if (::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode))
    return fail(ErrorCode::Invalid, "the image's '{}' is no regular file", quote(path, 80));
  return file;
}

}  // namespace wherry::oci
