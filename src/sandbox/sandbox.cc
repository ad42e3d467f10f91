#include "sandbox/sandbox.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include "sandbox/keeper.h"
#include "sandbox/layer_setup.h"

namespace wherry::sandbox {

namespace {

// For whoever asked for one of its layers by name it is made on the spot, and is the process's own.
bool uses_keeper(const Selection& selection) {
  const LayerSet& own = selection.required;
  const LayerSet& wanted = selection.wanted;
  return (wanted.has(Layer::Cgroup) || wanted.has(Layer::Namespaces)) && !own.has(Layer::Cgroup) &&
         !own.has(Layer::Namespaces);
}

Outcome ask_for_cgroup(const ResourceBounds& bounds, const Result<Keeper>& keeper) {
  const auto asked =
      keeper ? keeper->ask_for_cgroup(bounds) : Result<>(std::unexpected(keeper.error()));
  if (!asked) return Shortcoming{Layer::Cgroup, true, asked.error().message};
  return std::nullopt;
}

Outcome put_up(Layer layer, const Openings& openings, const Selection& selection,
               const std::optional<Result<Keeper>>& keeper) {
  switch (layer) {
    case Layer::Cgroup:
      return keeper ? ask_for_cgroup(openings.bounds, *keeper) : limit_by_cgroup(openings.bounds);
    case Layer::Rlimits:
      return limit_resources();
    case Layer::Namespaces:
      return enter_namespaces({.has_sockets = openings.network.has_sockets,
                               .keeps_privileges = !selection.wanted.has(Layer::Privileges),
                               .keeper = keeper && *keeper ? &**keeper : nullptr});
    case Layer::Privileges:
      return drop_privileges();
    case Layer::Landlock:
      return restrict_by_landlock(openings);
    case Layer::Seccomp:
      return filter_system_calls(openings);
  }
  return std::nullopt;
}

// In a child that ends at once: namespaces cannot be tried otherwise.
std::optional<Shortcoming> examine_namespaces() {
  const pid_t child = ::fork();
  if (child == 0) {
    auto outcome = enter_namespaces({});
    ::_exit(outcome && !*outcome ? 0 : 1);
  }
  int status = 0;
  if (child > 0 && ::waitpid(child, &status, 0) == child && WIFEXITED(status) &&
      WEXITSTATUS(status) == 0)
    return std::nullopt;
  return Shortcoming{Layer::Namespaces, true,
                     "user namespaces are refused: user.max_user_namespaces, "
                     "kernel.apparmor_restrict_unprivileged_userns or a container forbids them"};
}

// In a child, since nobody leaves a cgroup as it was before; says why not through a pipe.
std::optional<Shortcoming> examine_cgroup() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return Shortcoming{Layer::Cgroup, true, "it cannot be tried"};
  Fd reads(ends[0]), writes(ends[1]);
  const pid_t child = ::fork();
  if (child == 0) {
    constexpr ResourceBounds kSome{.memory_bytes = 1 << 30, .tasks = 100, .processors = 1};
    auto outcome = limit_by_cgroup(kSome);
    if (outcome && !*outcome) ::_exit(0);
    const std::string reason = outcome ? (*outcome)->reason : outcome.error().message;
    ::_exit(::write(writes.get(), reason.data(), reason.size()) < 0 ? 2 : 1);
  }
  writes.reset();
  char reason[512];
  const ssize_t size = child > 0 ? ::read(reads.get(), reason, sizeof reason) : 0;
  int status = 0;
  if (child > 0 && ::waitpid(child, &status, 0) == child && status == 0) return std::nullopt;
  return Shortcoming{Layer::Cgroup, true,
                     std::string(reason, size > 0 ? static_cast<size_t>(size) : 0)};
}

}  // namespace

bool Shortcoming::is_worth_a_warning() const {
  return is_missing && !layer_descriptions()[static_cast<size_t>(layer)].where_permitted;
}

Result<std::vector<Shortcoming>> confine(const Openings& openings, const Selection& selection) {
  // No program that it might become has more privileges than it: no layer of its own, since others
  // stand on it, and harmless where nothing else is wanted.
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
    return std::unexpected(system_error(errno, "sandbox: no_new_privs is refused"));
  std::optional<Result<Keeper>> keeper;
  if (uses_keeper(selection)) keeper = Keeper::reach();
  std::vector<Shortcoming> shortcomings;
  for (const LayerDescription& description : layer_descriptions()) {
    if (!selection.wanted.has(description.layer)) continue;
    std::optional<Shortcoming> found = TRY(put_up(description.layer, openings, selection, keeper));
    if (!found) continue;
    if (found->is_missing && selection.required.has(found->layer))
      return fail(ErrorCode::Unavailable, "--sandbox {}: {}", description.name, found->reason);
    shortcomings.push_back(*std::move(found));
  }
  return shortcomings;
}

std::vector<Shortcoming> examine() {
  std::vector<Shortcoming> shortcomings;
  for (auto examined :
       {examine_cgroup(), examine_namespaces(), examine_landlock(), examine_seccomp()})
    if (examined) shortcomings.push_back(*std::move(examined));
  return shortcomings;
}

}  // namespace wherry::sandbox
