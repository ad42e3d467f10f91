// What the adversarial suite needs of a machine:
//
//   hostile_machine exchange A B          exchanges two names, over and over, until it is killed
//   hostile_machine without NAME COMMAND [ARGUMENT]...   runs it as on a kernel that lacks openat2,
//   or landlock
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <string_view>

static int exchange(const char* a, const char* b) {
  constexpr unsigned kExchange = 1 << 1;  // RENAME_EXCHANGE
  while (::syscall(SYS_renameat2, AT_FDCWD, a, AT_FDCWD, b, kExchange) == 0) continue;
  std::perror("hostile_machine: exchange");
  return 1;
}

static int run_without(unsigned call, char** command) {
  sock_filter filter[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  const sock_fprog program{4, filter};
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
      ::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == 0)
    ::execvp(command[0], command);
  std::perror("hostile_machine: without");
  return 1;
}

int main(int argc, char** argv) {
  const std::string_view verb = argc > 1 ? argv[1] : "";
  if (verb == "exchange" && argc == 4) return exchange(argv[2], argv[3]);
  const std::string_view name = argc > 3 ? argv[2] : "";
  if (verb == "without" && name == "openat2") return run_without(SYS_openat2, argv + 3);
  if (verb == "without" && name == "landlock")
    return run_without(SYS_landlock_create_ruleset, argv + 3);
  return 2;
}
