#include "sandbox/cgroup.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <csignal>

#include "sandbox/layer_setup.h"

namespace wherry::sandbox {

namespace {

constexpr std::string_view kRoot = "/sys/fs/cgroup";  // as systemd mounts them, and all others
constexpr std::string_view kPrefix = "wherry-";       // and the number of the process in it
constexpr const char* kGivenBelow = "cgroup.subtree_control";  // version 2's controllers
constexpr size_t kKernelFileBytes = 64 << 10;
// The kernel's own period of cpu.max and cpu.cfs_period_us.
constexpr uint64_t kPeriodUs = 100'000;

struct Controller {
  std::string_view name;
  const char* file;     // version 1's
  const char* file_v2;  // also what shows that a cgroup of version 2 has the controller
  std::optional<uint64_t> ResourceBounds::* bound;
  uint64_t scale;
};
constexpr Controller kControllers[] = {
    {"memory", "memory.limit_in_bytes", "memory.max", &ResourceBounds::memory_bytes, 1},
    {"pids", "pids.max", "pids.max", &ResourceBounds::tasks, 1},
    {"cpu", "cpu.cfs_quota_us", "cpu.max", &ResourceBounds::processors, kPeriodUs},
};

// A file of the kernel's: written at once, or refused.
Result<> write_value(const fs::path& file, std::string_view value) {
  Fd fd(::open(file.c_str(), O_WRONLY | O_CLOEXEC));
  if (!fd.valid() || ::write(fd.get(), value.data(), value.size()) < 0)
    return std::unexpected(system_error(errno, file.string()));
  return {};
}

// It has no size to be asked for first.
Result<std::string> read_kernel_file(const fs::path& path) {
  Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  std::string text(kKernelFileBytes, '\0');
  size_t size = 0;
  while (size < text.size()) {
    const ssize_t got = ::read(fd.get(), text.data() + size, text.size() - size);
    if (got < 0) return std::unexpected(system_error(errno, path.string()));
    if (got == 0) break;
    size += static_cast<size_t>(got);
  }
  text.resize(size);
  return text;
}

std::string take_until(std::string_view& text, char end) {
  const size_t size = std::min(text.find(end), text.size());
  std::string taken(text.substr(0, size));
  text.remove_prefix(std::min(size + 1, text.size()));
  return taken;
}

bool names_controller(std::string_view list, std::string_view controller) {
  while (!list.empty())
    if (take_until(list, ',') == controller) return true;
  return false;
}

bool is_version_2(const fs::path& mount) {
  struct statfs file_system{};
  return ::statfs(mount.c_str(), &file_system) == 0 && file_system.f_type == CGROUP2_SUPER_MAGIC;
}

// Where a cgroup for the controller can be made.
struct Parent {
  fs::path folder;
  bool is_v2;
};

Result<Parent> find_parent(const Controller& controller, std::string_view proc_cgroup) {
  auto place = find_cgroup(proc_cgroup, controller.name);
  if (!place) return fail(ErrorCode::Unavailable, "no cgroup governs {} here", controller.name);
  const bool is_v2 = place->hierarchy.empty();
  fs::path mount = kRoot;
  if (!is_v2)
    mount /= place->hierarchy;
  else if (!is_version_2(mount))
    return fail(ErrorCode::Unavailable, "no cgroup governs {} here", controller.name);
  fs::path folder = mount / place->path.substr(1);
  std::error_code ignored;
  // A container may be shown no more than its own.
  return Parent{fs::is_directory(folder, ignored) ? std::move(folder) : std::move(mount), is_v2};
}

// What processes left that were killed together with those that should have removed it.
void sweep(const fs::path& parent) {
  std::error_code ignored;
  for (const fs::directory_entry& entry : fs::directory_iterator(parent, ignored)) {
    const std::string name = entry.path().filename().string();
    pid_t owner = 0;
    if (!name.starts_with(kPrefix)) continue;
    const char* end = name.data() + name.size();
    auto [read_to, error] = std::from_chars(name.data() + kPrefix.size(), end, owner);
    if (error == std::errc() && read_to == end && ::kill(owner, 0) != 0 && errno == ESRCH)
      ::rmdir(entry.path().c_str());
  }
}

Result<> move(pid_t process, const fs::path& cgroup) {
  return write_value(cgroup / "cgroup.procs", fmt::format("{}", process));
}

bool has_member(const fs::path& cgroup, pid_t process) {
  const auto processes = read_kernel_file(cgroup / "cgroup.procs");
  return processes && ("\n" + *processes).contains(fmt::format("\n{}\n", process));
}

// From the cgroups below: then there can be processes in itself again. Not for a root, whose other
// cgroups may have use for them.
void withhold_controllers(const fs::path& parent) {
  for (const Controller& controller : kControllers)
    (void)write_value(parent / kGivenBelow, fmt::format("-{}", controller.name));
}

// A cgroup that is being made, and is gone again where that does not succeed.
class NewCgroup {
 public:
  explicit NewCgroup(const CgroupMembers& members) : members_(members) {}
  ~NewCgroup() {
    for (const Part& part : parts_)
      if (part.owner == members_.remover) withhold_controllers(part.parent.folder);
    for (const Part& part : parts_) {
      if (part.has_joined) (void)move(part.owner, part.parent.folder);
      ::rmdir(part.folder.c_str());
    }
  }

  Result<> bound(const Controller& controller, const Parent& parent, uint64_t value) {
    if (parent.is_v2) TRY(have_controller(controller, parent));
    const Part& part = *TRY(part_in(parent, members_.process));
    const fs::path& folder = part.folder;
    if (!parent.is_v2) return write_value(folder / controller.file, fmt::format("{}", value));
    const bool has_period = controller.scale != 1;
    return write_value(folder / controller.file_v2, has_period
                                                        ? fmt::format("{} {}", value, kPeriodUs)
                                                        : fmt::format("{}", value));
  }

  Result<CgroupFolders> join() {
    CgroupFolders folders;
    for (Part& part : parts_) {
      TRY(join(part));
      folders.push_back(part.folder);
    }
    parts_.clear();
    return folders;
  }

 private:
  struct Part {
    Parent parent;
    pid_t owner;  // whom it is for
    fs::path folder;
    bool has_joined = false;
  };

  Result<Part*> part_in(const Parent& parent, pid_t owner) {
    for (Part& part : parts_)
      if (part.parent.folder == parent.folder && part.owner == owner) return &part;
    sweep(parent.folder);
    fs::path folder = parent.folder / fmt::format("{}{}", kPrefix, owner);
    if (::mkdir(folder.c_str(), 0755) != 0)
      return std::unexpected(system_error(errno, "making the cgroup " + folder.string()));
    return &parts_.emplace_back(Part{parent, owner, std::move(folder)});
  }

  static Result<> join(Part& part) {
    if (!part.has_joined) TRY(move(part.owner, part.folder));
    part.has_joined = true;
    return {};
  }

  // Version 2 gives controllers to the cgroups below one that has no process in itself, the root
  // aside: the process leaves it first, and where that is not enough, so does a remover.
  Result<> have_controller(const Controller& controller, const Parent& parent) {
    Part& own = *TRY(part_in(parent, members_.process));
    std::error_code ignored;
    if (fs::exists(own.folder / controller.file_v2, ignored)) return {};
    TRY(join(own));
    const auto enable = [&] {
      return write_value(parent.folder / kGivenBelow, fmt::format("+{}", controller.name));
    };
    auto enabled = enable();
    if (!enabled && has_member(parent.folder, members_.remover)) {
      TRY(join(*TRY(part_in(parent, members_.remover))));
      enabled = enable();
    }
    if (enabled) return {};
    return fail(ErrorCode::Unavailable,
                "{} (start it alone in a cgroup that is its own, as by systemd-run --user --scope "
                "-p Delegate=yes)",
                enabled.error().message);
  }

  const CgroupMembers members_;
  std::vector<Part> parts_;
};

}  // namespace

std::optional<CgroupPlace> find_cgroup(std::string_view proc_cgroup, std::string_view controller) {
  // Lines of number:controllers:path; version 2's have no controllers. cgroups(7)
  std::optional<CgroupPlace> version_2;
  while (!proc_cgroup.empty()) {
    const std::string line = take_until(proc_cgroup, '\n');
    std::string_view rest = line;
    take_until(rest, ':');
    const std::string controllers = take_until(rest, ':');
    if (!rest.starts_with('/')) continue;
    if (controllers.empty())
      version_2 = CgroupPlace{"", std::string(rest)};
    else if (names_controller(controllers, controller))
      return CgroupPlace{controllers, std::string(rest)};
  }
  return version_2;
}

Result<CgroupFolders> make_cgroup(const ResourceBounds& bounds, const CgroupMembers& members) {
  const std::string text = TRY(read_kernel_file(fmt::format("/proc/{}/cgroup", members.process)));
  NewCgroup cgroup(members);
  for (const Controller& controller : kControllers) {
    const std::optional<uint64_t>& bound = bounds.*controller.bound;
    if (!bound) continue;
    const Parent parent = TRY(find_parent(controller, text));
    TRY(cgroup.bound(controller, parent, *bound * controller.scale));
  }
  return cgroup.join();
}

bool remove_cgroup(const CgroupFolders& folders) {
  bool is_gone = true;
  for (const fs::path& folder : folders) {
    if (folder.filename() == fmt::format("{}{}", kPrefix, ::getpid())) {  // our own
      withhold_controllers(folder.parent_path());
      (void)move(::getpid(), folder.parent_path());
    }
    is_gone = (::rmdir(folder.c_str()) == 0 || errno != EBUSY) && is_gone;
  }
  return is_gone;
}

namespace {

// The remover. Names of folders come first, a line each, and a NUL. What comes behind it is not
// read: by then a guest may run that has broken out, and this process is in no wall.
[[noreturn]] void remove_when_closed(int pipe) {
  // Out of our terminal's signals, and without any descriptor of ours: who reads what the program
  // writes must see its end.
  ::setsid();
  ::prctl(PR_SET_NAME, "wherry-cgroup");
  ::dup2(pipe, STDIN_FILENO);
  ::syscall(SYS_close_range, STDOUT_FILENO, ~0u, 0);
  std::string names;
  bool are_complete = false;
  for (;;) {
    char byte;
    const ssize_t size = ::read(STDIN_FILENO, &byte, 1);
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) break;
    if (byte == '\0') are_complete = true;
    if (!are_complete) names += byte;
  }
  CgroupFolders folders;
  std::string_view rest = names;
  while (are_complete && !rest.empty()) folders.emplace_back(take_until(rest, '\n'));
  // A process that has closed its files is not out of its cgroup yet: some seconds of patience.
  constexpr int kTries = 1000;
  for (int tries = 0; !remove_cgroup(folders) && tries < kTries; ++tries) ::usleep(5000);
  ::_exit(0);
}

}  // namespace

Result<CgroupRemover> CgroupRemover::start() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0)
    return std::unexpected(system_error(errno, "sandbox: no pipe for who removes the cgroup"));
  Fd reads(ends[0]), writes(ends[1]);
  const pid_t child = ::fork();
  if (child < 0)
    return std::unexpected(system_error(errno, "sandbox: no process to remove the cgroup"));
  if (child == 0) remove_when_closed(reads.get());
  return CgroupRemover(std::move(writes), child);
}

void CgroupRemover::remove_at_end(const CgroupFolders& folders) {
  std::string names;
  for (const fs::path& folder : folders) names += folder.string() + '\n';
  // With the NUL. Names are shorter than a pipe is large.
  (void)!::write(pipe_.get(), names.c_str(), names.size() + 1);
  // Our end of the pipe stays open until the system closes it.
  (void)pipe_.release();
}

Outcome limit_by_cgroup(const ResourceBounds& bounds) {
  CgroupRemover remover = TRY(CgroupRemover::start());
  auto entered = make_cgroup(bounds, {.process = ::getpid(), .remover = remover.pid()});
  if (!entered) return Shortcoming{Layer::Cgroup, true, std::move(entered).error().message};
  remover.remove_at_end(*entered);
  return std::nullopt;
}

}  // namespace wherry::sandbox
