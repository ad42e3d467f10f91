// wherry-keeper FOLDER: keeper.h tells what it is. Returns when the keeper can be reached in
// FOLDER, or when another is being started there.
#include <fcntl.h>
#include <linux/capability.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <optional>
#include <vector>

#include "sandbox/cgroup.h"
#include "sandbox/keeper.h"
#include "sandbox/layer_setup.h"

namespace wherry::sandbox {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kIdle{60};
// For those who had found the pipe before it lost its name.
constexpr std::chrono::milliseconds kLastWords{100};
// How often it is tried to remove a cgroup: a process that has ended is not out of it at once.
constexpr std::chrono::milliseconds kRemovalStep{5};
constexpr int kRemovalTries = 1000;
// Of those that are watched at once; a descriptor each. Further ones get no cgroup.
constexpr size_t kProcessesMax = 900;

std::optional<uint64_t> bound_of(uint64_t value) {
  return value == KeeperRequest::kNoBound ? std::nullopt : std::optional(value);
}

// A process that has asked, until it or its cgroup is gone.
struct Watched {
  pid_t pid;
  Fd process;  // pidfd
  ResourceBounds bounds;
  Clock::time_point due;  // when there is something to do
  CgroupFolders folders = {};
  int tries = 0;
  bool is_settled = false;
};

bool has_ended(const Fd& process) {
  pollfd polled{process.get(), POLLIN, 0};
  return ::poll(&polled, 1, 0) != 0;
}

// Has it put up a wall? Bounds are for those alone: a guest that may write files where the pipe is
// must not take the memory of other programs away.
bool stands_in_wall(pid_t pid) {
  std::ifstream status(fmt::format("/proc/{}/status", pid));
  for (std::string line; std::getline(status, line);)
    if (line == "NoNewPrivs:\t1") return true;
  return false;
}

// Most who ask have ended before they get anything, and are not to be slowed down by it: nothing is
// done at once, and nobody is looked after who has no cgroup.
class Server {
 public:
  explicit Server(Fd requests) : requests_(std::move(requests)) {}

  // Until nobody has asked for so long and all who asked have ended, or until the holder has.
  void serve(std::chrono::milliseconds idle, const Fd& holder) {
    for (;;) {
      std::vector<pollfd> polled{{reading_due_ ? -1 : requests_.get(), POLLIN, 0},
                                 {holder.get(), POLLIN, 0}};
      for (const Watched& one : watched_)
        polled.push_back({one.folders.empty() ? -1 : one.process.get(), POLLIN, 0});
      const bool is_idle = !reading_due_ && watched_.empty();
      const auto wait = is_idle ? idle : time_left();
      const int ready = ::poll(polled.data(), polled.size(), static_cast<int>(wait.count()));
      if ((ready == 0 && is_idle) || polled[1].revents != 0) return;
      for (size_t index = 0; index < watched_.size(); ++index)
        if (polled[index + 2].revents != 0 && watched_[index].due == kNever)
          watched_[index].due = Clock::now();
      act_on_due();
      if (polled[0].revents != 0) reading_due_ = Clock::now() + kCgroupDelay;
      if (reading_due_ && *reading_due_ <= Clock::now()) take_requests();
    }
  }

 private:
  static constexpr Clock::time_point kNever = Clock::time_point::max();

  // -1: something has to happen first.
  std::chrono::milliseconds time_left() const {
    Clock::time_point next = reading_due_.value_or(kNever);
    for (const Watched& one : watched_) next = std::min(next, one.due);
    if (next == kNever) return std::chrono::milliseconds(-1);
    return std::max(std::chrono::ceil<std::chrono::milliseconds>(next - Clock::now()),
                    std::chrono::milliseconds(0));
  }

  void take_requests() {
    reading_due_.reset();
    KeeperRequest request;
    while (::read(requests_.get(), &request, sizeof request) == sizeof request) {
      const auto pid = static_cast<pid_t>(request.process);
      Fd process(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
      if (!process.valid() || watched_.size() >= kProcessesMax) continue;
      watched_.push_back({.pid = pid,
                          .process = std::move(process),
                          .bounds = {.memory_bytes = bound_of(request.memory_bytes),
                                     .tasks = bound_of(request.tasks),
                                     .processors = bound_of(request.processors)},
                          .due = Clock::now() + kCgroupDelay});
    }
  }

  void act_on_due() {
    for (Watched& one : watched_)
      if (one.due <= Clock::now()) one.folders.empty() ? bound(one) : remove(one);
    std::erase_if(watched_, [](const Watched& one) { return one.is_settled; });
  }

  static void bound(Watched& one) {
    one.due = kNever;
    if (!has_ended(one.process) && stands_in_wall(one.pid))
      if (auto made = make_cgroup(one.bounds, {.process = one.pid, .remover = ::getpid()}))
        one.folders = *std::move(made);
    one.is_settled = one.folders.empty();
  }

  static void remove(Watched& one) {
    one.is_settled = remove_cgroup(one.folders) || ++one.tries == kRemovalTries;
    one.due = Clock::now() + kRemovalStep;
  }

  Fd requests_;
  std::optional<Clock::time_point> reading_due_;  // where somebody has asked
  std::vector<Watched> watched_;
};

// The pipe under its name, and the link that leads to it, while this object is there.
class Place {
 public:
  static Result<Place> take(const fs::path& folder, pid_t holder, Fd& requests) {
    const std::string name = fmt::format("{}.{}", kKeeperLink, holder);
    const fs::path pipe = folder / name, link = folder / kKeeperLink;
    // What keepers left that were killed.
    std::error_code ignored;
    for (const fs::directory_entry& entry : fs::directory_iterator(folder, ignored))
      if (entry.path().filename().string().starts_with(kKeeperLink)) ::unlink(entry.path().c_str());
    if (::mkfifo(pipe.c_str(), 0600) != 0)
      return std::unexpected(system_error(errno, pipe.string()));
    Place place(pipe, link);
    // Open for writing, too, so that it never comes to an end.
    requests.reset(::open(pipe.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC));
    if (!requests.valid()) return std::unexpected(system_error(errno, pipe.string()));
    if (::symlink(name.c_str(), link.c_str()) != 0)
      return std::unexpected(system_error(errno, link.string()));
    return place;
  }
  Place(Place&& other) noexcept : pipe_(std::move(other.pipe_)), link_(std::move(other.link_)) {
    other.pipe_.clear();
  }
  ~Place() {
    if (pipe_.empty()) return;
    ::unlink(link_.c_str());
    ::unlink(pipe_.c_str());
  }

 private:
  Place(fs::path pipe, fs::path link) : pipe_(std::move(pipe)), link_(std::move(link)) {}
  fs::path pipe_, link_;
};

// The folder, locked: there is one keeper at a time. Not valid where another has it.
Result<Fd> lock_folder(const fs::path& folder) {
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST)
    return std::unexpected(system_error(errno, folder.string()));
  Fd fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  struct stat status;
  if (!fd.valid() || ::fstat(fd.get(), &status) != 0)
    return std::unexpected(system_error(errno, folder.string()));
  if (status.st_uid != ::geteuid() || (status.st_mode & 077) != 0)
    return fail(ErrorCode::Denied, "{} is not ours alone", folder.string());
  if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) return Fd();
  return fd;
}

// A child that is in the namespaces, and does nothing. It ends with the keeper.
struct Holder {
  pid_t pid = 0;  // 0: the system refuses namespaces
  Fd process = {};
};

[[noreturn]] void hold_namespaces(pid_t keeper, const Fd& ready) {
  if (!make_shared_namespaces() || !drop_privileges()) ::_exit(1);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != keeper || !write_all(ready.get(), as_bytes("r"))) ::_exit(1);
  ::syscall(SYS_close_range, 0, ~0u, 0);
  for (;;) ::pause();
}

Result<Holder> start_holder() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return std::unexpected(system_error(errno, "a pipe"));
  Fd reads(ends[0]), writes(ends[1]);
  const pid_t keeper = ::getpid(), child = ::fork();
  if (child == 0) hold_namespaces(keeper, writes);
  writes.reset();
  char byte;
  Fd process(static_cast<int>(::syscall(SYS_pidfd_open, child, 0)));
  if (::read(reads.get(), &byte, 1) != 1 || !process.valid()) return Holder{};
  return Holder{child, std::move(process)};
}

// Becomes the keeper, and tells `ready` when it can be reached. Returns at once where there is one.
Result<> keep(const fs::path& folder, Fd ready) {
  ::setsid();
  for (const int number : {SIGHUP, SIGINT, SIGPIPE}) ::signal(number, SIG_IGN);
  ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  const Fd lock = TRY(lock_folder(folder));
  if (!lock.valid()) return {};
  const Holder holder = TRY(start_holder());
  // Folders of cgroups at the root are writable to nobody.
  TRY(drop_privileges(CAP_DAC_OVERRIDE));
  Fd requests;
  std::optional<Place> place = TRY(Place::take(folder, holder.pid, requests));
  Server server(std::move(requests));
  TRY(write_all(ready.get(), as_bytes("r")));
  ready.reset();
  // Nobody waits for the end of what a keeper writes, and no folder is in use by it.
  const Fd nothing(::open("/dev/null", O_RDWR | O_CLOEXEC));
  for (const int standard : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    ::dup2(nothing.get(), standard);
  if (::chdir("/") != 0) return std::unexpected(system_error(errno, "/"));
  server.serve(kIdle, holder.process);
  place.reset();
  server.serve(kLastWords, Fd());
  return {};
}

}  // namespace
}  // namespace wherry::sandbox

int main(int argc, char** argv) {
  using namespace wherry;
  sandbox::close_inherited_descriptors();
  int ends[2];
  if (argc != 2 || ::pipe2(ends, O_CLOEXEC) != 0) {
    std::fputs("usage: wherry-keeper FOLDER (Wherry starts it by itself)\n", stderr);
    return 2;
  }
  Fd reads(ends[0]), writes(ends[1]);
  const pid_t child = ::fork();
  if (child == 0) {
    reads.reset();
    const auto kept = sandbox::keep(argv[1], std::move(writes));
    if (!kept) fmt::print(stderr, "{}", kept.error().message);
    ::_exit(kept ? 0 : 1);
  }
  writes.reset();
  char byte;
  if (::read(reads.get(), &byte, 1) == 1) return 0;
  int status = 1;
  return ::waitpid(child, &status, 0) == child && status == 0 ? 0 : 1;
}
