// The filter of system calls: which one, and how it gets into the kernel.
#include <linux/audit.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "sandbox/layer_setup.h"
#include "sandbox/seccomp.h"
#include "sandbox/system_calls.h"

#ifndef __x86_64__
#error "the list of system calls is that of x86-64"
#endif

namespace wherry::sandbox {

namespace {

struct Needs {
  bool connections = false;
  bool network = false;
  bool serving = false;
  bool keeping_files = false;
};

consteval Filter compile(Needs needs) {
  FilterCompiler<kInstructionsMax> compiler(AUDIT_ARCH_X86_64, kUnknown);
  compiler.add(kForNobody);
  compiler.add(kForEveryGuest);
  if (needs.connections) compiler.add(kForConnections);
  if (needs.network) compiler.add(kForNetwork);
  if (needs.serving) compiler.add(kForServing);
  if (needs.keeping_files) compiler.add(kForKeepingFiles);
  return compiler.compile();
}

constexpr Filter kFilter = compile({});
constexpr Filter kNetworkFilter = compile({.connections = true, .network = true});
constexpr Filter kServeFilter = compile({.connections = true, .serving = true});
constexpr Filter kServeNetworkFilter =
    compile({.connections = true, .network = true, .serving = true});
constexpr Filter kKeepingFilter = compile({.connections = true, .keeping_files = true});

const Filter& choose(const Openings& openings) {
  if (openings.keeps_files) return kKeepingFilter;
  if (openings.serves) return openings.network.has_sockets ? kServeNetworkFilter : kServeFilter;
  return openings.network.has_sockets ? kNetworkFilter : kFilter;
}

bool has_filters() {
  const uint32_t action = SECCOMP_RET_KILL_PROCESS;
  return ::syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0;
}

Shortcoming absence() {
  return {Layer::Seccomp, true,
          "this kernel has no seccomp filters that end a process (Linux 4.14 and later have them)"};
}

}  // namespace

Filter filter_for(const Openings& openings, pid_t own_process) {
  Filter filter = choose(openings);
  for (sock_filter& instruction : filter.instructions())
    if (instruction.code == (BPF_JMP | BPF_JEQ | BPF_K) && instruction.k == kOwnProcess)
      instruction.k = static_cast<uint32_t>(own_process);
  return filter;
}

std::optional<Shortcoming> examine_seccomp() {
  return has_filters() ? std::nullopt : std::optional(absence());
}

Outcome filter_system_calls(const Openings& openings) {
  Filter filter = filter_for(openings, ::getpid());
  const sock_fprog program{static_cast<unsigned short>(filter.size), filter.code.data()};
  if (::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == 0) return std::nullopt;
  const int refused = errno;
  if (!has_filters()) return absence();
  return std::unexpected(system_error(refused, "sandbox: the filter of system calls is refused"));
}

}  // namespace wherry::sandbox
