#include "sandbox/seccomp.h"

#include <gtest/gtest.h>
#include <linux/audit.h>

#include <cstring>

#include "sandbox/system_calls.h"

namespace wherry::sandbox {
namespace {

constexpr pid_t kProcess = 4711;

// The few instructions that our filters have, as seccomp(2) runs them.
uint32_t verdict_of(std::span<const sock_filter> code, const seccomp_data& call) {
  uint32_t accumulator = 0;
  for (size_t at = 0; at < code.size(); ++at) {
    const sock_filter& instruction = code[at];
    switch (instruction.code) {
      case BPF_LD | BPF_W | BPF_ABS:
        std::memcpy(&accumulator, reinterpret_cast<const char*>(&call) + instruction.k, 4);
        break;
      case BPF_ALU | BPF_AND | BPF_K:
        accumulator &= instruction.k;
        break;
      case BPF_JMP | BPF_JEQ | BPF_K:
        at += accumulator == instruction.k ? instruction.jt : instruction.jf;
        break;
      case BPF_JMP | BPF_JGE | BPF_K:
        at += accumulator >= instruction.k ? instruction.jt : instruction.jf;
        break;
      case BPF_RET | BPF_K:
        return instruction.k;
      default:
        ADD_FAILURE() << "unexpected instruction " << instruction.code;
        return 0;
    }
  }
  ADD_FAILURE() << "ran off its end";
  return 0;
}

seccomp_data call_of(int number, uint64_t argument = 0, size_t index = 0) {
  seccomp_data call{};
  call.nr = number;
  call.arch = AUDIT_ARCH_X86_64;
  call.args[index] = argument;
  return call;
}

uint32_t verdict(const Openings& openings, const seccomp_data& call) {
  Filter filter = filter_for(openings, kProcess);
  return verdict_of(filter.instructions(), call);
}

// Every number there is, and more, against the lists as a reader reads them.
TEST(Seccomp, AllowsWhatIsListedAndNothingElse) {
  for (bool serves : {false, true}) {
    for (bool network : {false, true}) {
      const Openings openings{.network = {.has_sockets = network}, .serves = serves};
      for (int number = 0; number < 1200; ++number) {
        CallRule expected{number, number, kUnknown};
        auto look_up = [&](std::span<const CallRule> rules) {
          for (const CallRule& rule : rules)
            if (rule.first <= number && number <= rule.last) expected = rule;
        };
        look_up(kForNobody);
        look_up(kForEveryGuest);
        if (network || serves) look_up(kForConnections);
        if (network) look_up(kForNetwork);
        if (serves) look_up(kForServing);
        if (expected.arguments) continue;
        EXPECT_EQ(verdict(openings, call_of(number)), expected.verdict) << number;
      }
    }
  }
}

TEST(Seccomp, KnowsAFewCallsByName) {
  const Openings serving{.serves = true};
  for (int number : {SYS_read, SYS_openat2, SYS_exit_group, SYS_futex, SYS_accept4, SYS_epoll_wait})
    EXPECT_EQ(verdict(serving, call_of(number)), kAllow) << number;
  for (int number : {SYS_accept4, SYS_epoll_wait, SYS_socket, SYS_kill, SYS_mknodat, SYS_fchmodat,
                     SYS_prctl, SYS_memfd_create, SYS_clone3, SYS_pidfd_open})
    EXPECT_EQ(verdict({}, call_of(number)), kUnknown) << number;
  for (int number : {SYS_execve, SYS_execveat, SYS_ptrace, SYS_bpf, SYS_mount, SYS_io_uring_setup})
    EXPECT_EQ(verdict({}, call_of(number)), kKill) << number;
}

TEST(Seccomp, LooksAtArguments) {
  const Openings with_network{.network = {.has_sockets = true}};
  struct Case {
    const char* what;
    seccomp_data call;
    uint32_t verdict;
  };
  const Case cases[] = {
      {"memory", call_of(SYS_mmap, PROT_READ | PROT_WRITE, 2), kAllow},
      {"code", call_of(SYS_mmap, PROT_READ | PROT_EXEC, 2), kRefuse},
      {"memory made code", call_of(SYS_mprotect, PROT_EXEC, 2), kRefuse},
      {"a thread", call_of(SYS_clone, kThreadFlags | CLONE_SYSVSEM | CLONE_SETTLS), kAllow},
      {"a process", call_of(SYS_clone, SIGCHLD), kRefuse},
      {"half a thread", call_of(SYS_clone, CLONE_VM | CLONE_FILES), kRefuse},
      {"a thread elsewhere", call_of(SYS_clone, kThreadFlags | CLONE_NEWUSER), kRefuse},
      {"terminal?", call_of(SYS_ioctl, TCGETS, 1), kAllow},
      {"typing", call_of(SYS_ioctl, TIOCSTI, 1), kRefuse},
      {"typing, with a high half", call_of(SYS_ioctl, 1ull << 32 | TIOCSTI, 1), kRefuse},
      {"owner of a descriptor", call_of(SYS_fcntl, F_SETOWN, 1), kRefuse},
      {"signal to itself", call_of(SYS_tgkill, kProcess), kAllow},
      {"signal to another", call_of(SYS_tgkill, kProcess + 1), kRefuse},
      {"internet", call_of(SYS_socket, AF_INET6), kAllow},
      {"unix socket", call_of(SYS_socket, AF_UNIX), kRefuse},
      {"netlink", call_of(SYS_socket, AF_NETLINK), kRefuse},
  };
  for (const Case& item : cases)
    EXPECT_EQ(verdict(with_network, item.call), item.verdict) << item.what;
}

TEST(Seccomp, KillsOtherArchitectures) {
  seccomp_data call = call_of(SYS_read);
  call.arch = AUDIT_ARCH_I386;
  EXPECT_EQ(verdict({}, call), kKill);
  constexpr int kX32 = 0x4000'0000;
  EXPECT_EQ(verdict({}, call_of(kX32 | SYS_read)), kKill);
  EXPECT_EQ(verdict({}, call_of(-1)), kKill);
}

}  // namespace
}  // namespace wherry::sandbox
