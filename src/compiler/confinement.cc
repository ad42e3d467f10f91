#include "compiler/confinement.h"

#include <fmt/format.h>
#include <llvm/Support/ErrorHandling.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <new>

#include "sandbox/sandbox.h"

namespace wherry::compiler {

namespace {

// A line made in advance: where it is needed, nothing can be formatted any more.
class LastLine {
 public:
  template <class... Args>
  void set(fmt::format_string<Args...> format, Args&&... args) {
    auto end = fmt::format_to_n(text_, sizeof text_, format, std::forward<Args>(args)...);
    size_ = std::min(end.size, sizeof text_);
  }
  // Async-signal-safe.
  [[noreturn]] void end_process() const {
    ssize_t written = ::write(STDERR_FILENO, text_, size_);
    ::_exit(written < 0 ? 3 : 1);
  }

 private:
  char text_[200];
  size_t size_ = 0;
};

// Written by confine() before there are handlers and threads, and only read from then on.
LastLine out_of_memory, out_of_cpu_time, out_of_time;

void limit_memory(uint64_t bytes_max) {
  out_of_memory.set(
      "unavailable: compiling needs more memory than the limit of {} MiB (raise it: "
      "wherry compile --memory-max, or WHERRY_COMPILE_MEMORY_MIB)\n",
      bytes_max >> 20);
  std::set_new_handler([] { out_of_memory.end_process(); });
  llvm::install_bad_alloc_error_handler(
      [](void*, const char*, bool) { out_of_memory.end_process(); });
#ifndef __SANITIZE_ADDRESS__  // its shadow memory alone is beyond any limit
  const rlimit limit{bytes_max, bytes_max};
  ::setrlimit(RLIMIT_DATA, &limit);
#endif
}

void limit_time(uint64_t cpu_seconds_max, uint64_t seconds_max) {
  out_of_cpu_time.set("unavailable: compiling exceeds the limit of {} s of CPU time\n",
                      cpu_seconds_max);
  out_of_time.set(
      "unavailable: compiling exceeds the limit of {} s (raise it: wherry compile --timeout, or "
      "WHERRY_COMPILE_SECONDS)\n",
      seconds_max);
  ::signal(SIGXCPU, [](int) { out_of_cpu_time.end_process(); });
  ::signal(SIGALRM, [](int) { out_of_time.end_process(); });
  const rlimit limit{cpu_seconds_max, RLIM_INFINITY};
  ::setrlimit(RLIMIT_CPU, &limit);
  const itimerval timer{{}, {static_cast<time_t>(seconds_max), 0}};
  ::setitimer(ITIMER_REAL, &timer, nullptr);
}

void lower_priority() {
  constexpr int kNice = 10;
  ::setpriority(PRIO_PROCESS, 0, kNice);
  const sched_param parameters{};
  ::sched_setscheduler(0, SCHED_BATCH, &parameters);
}

}  // namespace

void confine(const Confinement& confinement) {
  ::close_range(STDERR_FILENO + 1, ~0u, 0);
  ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  const rlimit no_core{0, 0};
  ::setrlimit(RLIMIT_CORE, &no_core);
  if (confinement.parent != 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != confinement.parent) ::_exit(1);  // it ended before it could be watched
  }
  if (confinement.low_priority) lower_priority();
  // What LLVM gives up on: its reason, in our form.
  llvm::install_fatal_error_handler([](void*, const char* reason, bool) {
    fmt::print(stderr, "unsupported: the code generator gave up: {}\n", reason);
    ::_exit(1);
  });
  limit_memory(confinement.memory_bytes_max);
  limit_time(confinement.cpu_seconds_max, confinement.seconds_max);
}

Result<> confine_to_output(const fs::path& output) {
  const fs::path folder = output.has_parent_path() ? output.parent_path() : fs::path(".");
  sandbox::Selection landlock;
  landlock.wanted.add(sandbox::Layer::Landlock);
  TRY(sandbox::confine(
      {.folders = {{.path = folder, .writes = true, .creates = true, .removes = true}}}, landlock));
  return {};
}

void end_out_of_memory() { out_of_memory.end_process(); }

void lift_time_limits() {
  ::signal(SIGXCPU, SIG_IGN);
  ::signal(SIGALRM, SIG_IGN);
}

}  // namespace wherry::compiler
