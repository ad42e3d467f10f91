// Names in folders: made, removed, moved, linked.
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "wasi/functions.h"
#include "wasi/path_target.h"

namespace wherry::wasi {
namespace {

using policy::FileRight;
using policy::FileRights;

// Before the host's umask.
constexpr mode_t kNewDirectoryMode = 0777;

ErrnoOr<> check(int result) {
  if (result != 0) return refuse_from_host();
  return {};
}

// A file that gets a name below another grant can be used as that one says: no more than where it
// is.
ErrnoOr<> check_gives_no_more(const PathTarget& source, const PathTarget& target,
                              const char* verb) {
  if (source.access().includes(target.access())) return {};
  return source.refuse_access({verb, target.access()});
}

// "a/", "." and "..": linkat would look behind these (at a link's target, above the folder), where
// other calls do not. They are folders or nothing, and folders have one name only.
ErrnoOr<> refuse_folder_as_source(const PathTarget& target, const Parent& parent) {
  bool is_folder = parent.name.ends_with('/') || parent.name == "." || parent.name == "..";
  if (!is_folder) return {};
  TRY(target.open({.flags = O_PATH | O_DIRECTORY}));
  return refuse(Errno::perm);
}

}  // namespace

ErrnoOr<> path_create_directory(ProgramState& state, Memory& memory, uint32_t fd, uint32_t path,
                                uint32_t path_size) {
  auto target =
      TRY(PathTarget::find_granted(state, memory, {fd, path, path_size},
                                   rights::path_create_directory, {"create", FileRight::Create}));
  Parent parent = TRY(target.open_parent());
  return check(mkdirat(parent.fd, parent.name.c_str(), kNewDirectoryMode));
}

ErrnoOr<> path_remove_directory(ProgramState& state, Memory& memory, uint32_t fd, uint32_t path,
                                uint32_t path_size) {
  auto target =
      TRY(PathTarget::find_granted(state, memory, {fd, path, path_size},
                                   rights::path_remove_directory, {"remove", FileRight::Delete}));
  Parent parent = TRY(target.open_parent());
  return check(unlinkat(parent.fd, parent.name.c_str(), AT_REMOVEDIR));
}

ErrnoOr<> path_unlink_file(ProgramState& state, Memory& memory, uint32_t fd, uint32_t path,
                           uint32_t path_size) {
  auto target =
      TRY(PathTarget::find_granted(state, memory, {fd, path, path_size}, rights::path_unlink_file,
                                   {"remove", FileRight::Delete}));
  Parent parent = TRY(target.open_parent());
  Quotas::Change change = state.quotas.remove(state, target.directory(), parent);
  TRY(check(unlinkat(parent.fd, parent.name.c_str(), 0)));
  change.settle();
  return {};
}

// Deviation: following a symbolic link is refused with inval, as most hosts do: linkat by
// descriptor, the only way to link what a lookup has found, is a privileged call on Linux.
ErrnoOr<> path_link(ProgramState& state, Memory& memory, uint32_t old_fd, uint32_t old_flags,
                    uint32_t old_path, uint32_t old_path_size, uint32_t new_fd, uint32_t new_path,
                    uint32_t new_path_size) {
  auto source = TRY(PathTarget::find_granted(state, memory, {old_fd, old_path, old_path_size},
                                             rights::path_link_source, {"link", FileRights{}}));
  auto target =
      TRY(PathTarget::find_granted(state, memory, {new_fd, new_path, new_path_size},
                                   rights::path_link_target, {"create", FileRight::Create}));
  TRY(check_gives_no_more(source, target, "link"));
  if (old_flags != 0) return refuse(Errno::inval);
  Parent from = TRY(source.open_parent());
  TRY(refuse_folder_as_source(source, from));
  Parent to = TRY(target.open_parent());
  const Quotas::Change held = state.quotas.link(source.directory(), target.directory());
  return check(linkat(from.fd, from.name.c_str(), to.fd, to.name.c_str(), 0));
}

ErrnoOr<> path_rename(ProgramState& state, Memory& memory, uint32_t old_fd, uint32_t old_path,
                      uint32_t old_path_size, uint32_t new_fd, uint32_t new_path,
                      uint32_t new_path_size) {
  auto source =
      TRY(PathTarget::find_granted(state, memory, {old_fd, old_path, old_path_size},
                                   rights::path_rename_source, {"rename", FileRight::Delete}));
  auto target =
      TRY(PathTarget::find_granted(state, memory, {new_fd, new_path, new_path_size},
                                   rights::path_rename_target, {"create", FileRight::Create}));
  TRY(check_gives_no_more(source, target, "rename"));
  Parent from = TRY(source.open_parent());
  Parent to = TRY(target.open_parent());
  // What is replaced is deleted.
  const unsigned flags = target.access().includes(FileRight::Delete) ? 0 : RENAME_NOREPLACE;
  Quotas::Change change =
      state.quotas.replace(state, {source.directory(), from}, {target.directory(), to});
  TRY(check(renameat2(from.fd, from.name.c_str(), to.fd, to.name.c_str(), flags)));
  change.settle();
  return {};
}

// A link may be made to anything below: it is looked at when it is followed, not before. Only an
// absolute target is refused, which could never be followed, and would confuse programs of the
// host.
ErrnoOr<> path_symlink(ProgramState& state, Memory& memory, uint32_t target, uint32_t target_size,
                       uint32_t fd, uint32_t path, uint32_t path_size) {
  std::string text = TRY(read_path(memory, target, target_size));
  auto link = TRY(PathTarget::find_granted(state, memory, {fd, path, path_size},
                                           rights::path_symlink, {"create", FileRight::Create}));
  if (text.starts_with('/')) return refuse(Errno::notcapable);
  Parent parent = TRY(link.open_parent());
  return check(symlinkat(text.c_str(), parent.fd, parent.name.c_str()));
}

ErrnoOr<> path_readlink(ProgramState& state, Memory& memory, uint32_t fd, uint32_t path,
                        uint32_t path_size, uint32_t buffer, uint32_t buffer_size,
                        uint32_t size_result) {
  auto target =
      TRY(PathTarget::find_granted(state, memory, {fd, path, path_size}, rights::path_readlink,
                                   {"read the link", FileRight::Read}));
  auto bytes = TRY(memory.slice(buffer, buffer_size));
  Fd link = TRY(target.open({.flags = O_PATH | O_NOFOLLOW}));
  if (bytes.empty()) return memory.write(size_result, uint32_t{0});
  // With an empty name, what is no link is ENOENT here, where readlink by name says EINVAL.
  ssize_t size = readlinkat(link.get(), "", reinterpret_cast<char*>(bytes.data()), bytes.size());
  if (size < 0) return refuse(errno == ENOENT ? Errno::inval : errno_from_host(errno));
  return memory.write(size_result, static_cast<uint32_t>(size));
}

}  // namespace wherry::wasi
