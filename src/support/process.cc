#include "support/process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <optional>

extern char** environ;

namespace wherry {

Result<fs::path> find_program(const std::string& name) {
  if (name.find('/') != std::string::npos) {
    if (::access(name.c_str(), X_OK) == 0) return fs::path(name);
    return std::unexpected(system_error(errno, name));
  }
  const char* path = ::getenv("PATH");
  std::string_view rest = path ? path : "/usr/local/bin:/usr/bin:/bin";
  while (!rest.empty()) {
    size_t colon = rest.find(':');
    fs::path candidate = fs::path(rest.substr(0, colon)) / name;
    if (candidate.is_absolute() && ::access(candidate.c_str(), X_OK) == 0) return candidate;
    rest = colon == std::string_view::npos ? std::string_view() : rest.substr(colon + 1);
  }
  return fail(ErrorCode::NotFound, "program '{}' is not in PATH", name);
}

static std::vector<char*> c_strings(const std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  for (const std::string& text : strings) pointers.push_back(const_cast<char*>(text.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

// Ours, with the entries of `extra` put in the place of those of the same name.
static std::vector<std::string> merged_environment(const std::vector<std::string>& extra) {
  std::vector<std::string> merged = extra;
  for (char** entry = environ; *entry; entry++) {
    std::string_view text = *entry;
    std::string_view key = text.substr(0, text.find('=') + 1);
    bool replaced = false;
    for (const std::string& other : extra) replaced = replaced || other.starts_with(key);
    if (!replaced) merged.emplace_back(text);
  }
  return merged;
}

using Clock = std::chrono::steady_clock;

// For poll(): -1 where there is no deadline, 0 where it is over.
static int remaining_ms(const std::optional<Clock::time_point>& deadline) {
  if (!deadline) return -1;
  auto left = std::chrono::ceil<std::chrono::milliseconds>(*deadline - Clock::now()).count();
  return static_cast<int>(std::max<int64_t>(left, 0));
}

// Reads both pipes until both are at their end; false when the deadline came first.
static bool read_outputs(const Fd& out, const Fd& err, size_t output_bytes_max,
                         const std::optional<Clock::time_point>& deadline, ProcessOutput& result) {
  pollfd polled[2] = {{out.get(), POLLIN, 0}, {err.get(), POLLIN, 0}};
  std::string* sinks[2] = {&result.standard_output, &result.standard_error};
  int open_count = 2;
  char buffer[16 * 1024];
  while (open_count > 0) {
    int ready = ::poll(polled, 2, remaining_ms(deadline));
    if (ready < 0 && errno == EINTR) continue;
    if (ready < 0) return true;
    if (ready == 0) return false;
    for (int i = 0; i < 2; i++) {
      if (polled[i].fd < 0 || polled[i].revents == 0) continue;
      ssize_t count = ::read(polled[i].fd, buffer, sizeof buffer);
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) {
        polled[i].fd = -1;
        open_count--;
        continue;
      }
      size_t room = output_bytes_max - sinks[i]->size();
      sinks[i]->append(buffer, std::min(room, static_cast<size_t>(count)));
    }
  }
  return true;
}

static Result<std::pair<Fd, Fd>> make_pipe() {
  int fds[2];
  if (::pipe2(fds, O_CLOEXEC) != 0) return std::unexpected(system_error(errno, "pipe"));
  return std::pair(Fd(fds[0]), Fd(fds[1]));
}

// Where the program's stdin comes from.
static Result<Fd> make_input(std::string_view text) {
  if (text.empty()) return open_file("/dev/null");
  if (text.size() > kPipeBytes)
    return fail(ErrorCode::Invalid, "{} bytes of input exceed the {} of a pipe", text.size(),
                kPipeBytes);
  auto [read_end, write_end] = TRY(make_pipe());
  TRY(write_all(write_end.get(), as_bytes(text)));
  return std::move(read_end);
}

static Result<int> wait_for_exit(pid_t pid, const fs::path& program) {
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0)
    if (errno != EINTR)
      return std::unexpected(system_error(errno, "waiting for " + program.string()));
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

Result<ProcessOutput> run_process(const std::vector<std::string>& argv,
                                  const ProcessOptions& options) {
  fs::path program = TRY(find_program(argv.front()));
  Fd input = TRY(make_input(options.standard_input));
  auto [out_read, out_write] = TRY(make_pipe());
  auto [err_read, err_write] = TRY(make_pipe());

  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, input.get(), STDIN_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, out_write.get(), STDOUT_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, err_write.get(), STDERR_FILENO);
  if (!options.working_directory.empty())
    ::posix_spawn_file_actions_addchdir_np(&actions, options.working_directory.c_str());

  std::vector<std::string> environment = merged_environment(options.environment);
  pid_t pid = 0;
  int spawn_error = ::posix_spawn(&pid, program.c_str(), &actions, nullptr, c_strings(argv).data(),
                                  c_strings(environment).data());
  ::posix_spawn_file_actions_destroy(&actions);
  if (spawn_error != 0)
    return std::unexpected(system_error(spawn_error, "starting " + program.string()));
  out_write.reset();
  err_write.reset();

  ProcessOutput result{};
  std::optional<Clock::time_point> deadline;
  if (options.timeout_ms >= 0)
    deadline = Clock::now() + std::chrono::milliseconds(options.timeout_ms);
  bool in_time = read_outputs(out_read, err_read, options.output_bytes_max, deadline, result);
  if (!in_time) ::kill(pid, SIGKILL);
  result.exit_code = TRY(wait_for_exit(pid, program));
  if (!in_time)
    return fail(ErrorCode::Unavailable, "{} did not end within {} ms, and was killed",
                program.string(), options.timeout_ms);
  return result;
}

Error exec_program(const fs::path& program, const std::vector<std::string>& argv) {
  ::execv(program.c_str(), c_strings(argv).data());
  return system_error(errno, "starting " + program.string());
}

}  // namespace wherry
