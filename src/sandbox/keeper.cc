#include "sandbox/keeper.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstdlib>

#include "support/install_paths.h"
#include "support/process.h"

namespace wherry::sandbox {

fs::path keeper_folder() {
  const char* runtime = ::getenv("XDG_RUNTIME_DIR");
  if (runtime && *runtime == '/') return fs::path(runtime) / "wherry";
  if (::geteuid() == 0) return "/run/wherry";
  const std::string of_user = fmt::format("/run/user/{}", ::geteuid());
  if (::access(of_user.c_str(), W_OK) == 0) return of_user + "/wherry";
  return fmt::format("/tmp/wherry-{}", ::geteuid());
}

Result<Keeper> Keeper::find(const fs::path& folder) {
  char name[64];
  const ssize_t size = ::readlink((folder / kKeeperLink).c_str(), name, sizeof name);
  if (size < 0) return fail(ErrorCode::Unavailable, "no keeper in {}", folder.string());
  const std::string_view target(name, static_cast<size_t>(size));
  pid_t pid = 0;
  const char* digits = name + std::min(target.rfind('.') + 1, target.size());
  std::from_chars(digits, name + size, pid);
  // Nobody can open it for writing once its reader is gone.
  Fd pipe(::open((folder / target).c_str(), O_WRONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC));
  struct stat status;
  if (!pipe.valid() || ::fstat(pipe.get(), &status) != 0 || !S_ISFIFO(status.st_mode) ||
      status.st_uid != ::geteuid())
    return fail(ErrorCode::Unavailable, "the keeper of {} is gone", folder.string());
  Fd holder(pid == 0 ? -1 : static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  if (pid != 0 && !holder.valid())
    return std::unexpected(system_error(errno, "who holds namespaces"));
  return Keeper(std::move(pipe), std::move(holder));
}

Result<Keeper> Keeper::reach() {
  const fs::path folder = keeper_folder();
  if (auto found = find(folder)) return found;
  if (::access(folder.parent_path().c_str(), W_OK) != 0)
    return std::unexpected(system_error(errno, folder.parent_path().string()));
  constexpr int kStartMs = 2000;
  const fs::path program = TRY(find_helper_program("wherry-keeper"));
  const ProcessOutput started =
      TRY(run_process({program.string(), folder.string()}, {.timeout_ms = kStartMs}));
  if (started.exit_code != 0) return fail(ErrorCode::Unavailable, "{}", started.standard_error);
  return find(folder);
}

Result<> Keeper::share_namespaces(int kinds) const {
  if (::setns(holder_.get(), kinds) != 0)
    return std::unexpected(system_error(errno, "joining the keeper's namespaces"));
  return {};
}

Result<> Keeper::ask_for_cgroup(const ResourceBounds& bounds) const {
  const KeeperRequest request{.memory_bytes = bounds.memory_bytes.value_or(KeeperRequest::kNoBound),
                              .tasks = bounds.tasks.value_or(KeeperRequest::kNoBound),
                              .processors = bounds.processors.value_or(KeeperRequest::kNoBound),
                              .process = ::getpid()};
  if (::write(pipe_.get(), &request, sizeof request) != sizeof request)
    return std::unexpected(system_error(errno, "asking the keeper"));
  return {};
}

}  // namespace wherry::sandbox
