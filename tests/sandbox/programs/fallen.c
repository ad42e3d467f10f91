// Everything that somebody would try who makes system calls of their own in our process:
//   fallen ATTEMPT [WORD]
// Ends with 0 where the attempt succeeded, and with 1 and the error where it was refused. Numbers
// and constants are Linux's on x86-64.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define IMPORT(name) __attribute__((import_module("fallen"), import_name(name)))
IMPORT("system_call")
int64_t system_call(int64_t number, int64_t, int64_t, int64_t, int64_t, int64_t, int64_t);
IMPORT("host_address") int64_t host_address(int64_t guest_address);

static int64_t at(const void* pointer) { return host_address((int64_t)(uintptr_t)pointer); }

#define CALL0(n) system_call(n, 0, 0, 0, 0, 0, 0)
#define CALL1(n, a) system_call(n, a, 0, 0, 0, 0, 0)
#define CALL2(n, a, b) system_call(n, a, b, 0, 0, 0, 0)
#define CALL3(n, a, b, c) system_call(n, a, b, c, 0, 0, 0)
#define CALL4(n, a, b, c, d) system_call(n, a, b, c, d, 0, 0)
#define CALL5(n, a, b, c, d, e) system_call(n, a, b, c, d, e, 0)
#define CALL6(n, a, b, c, d, e, f) system_call(n, a, b, c, d, e, f)

enum {
  kRead = 0,
  kWrite = 1,
  kOpen = 2,
  kMmap = 9,
  kMprotect = 10,
  kIoctl = 16,
  kShmget = 29,
  kSocket = 41,
  kConnect = 42,
  kClone = 56,
  kVfork = 58,
  kExecve = 59,
  kKill = 62,
  kFcntl = 72,
  kTruncate = 76,
  kRename = 82,
  kMkdir = 83,
  kLink = 86,
  kUnlink = 87,
  kSymlink = 88,
  kChmod = 90,
  kPtrace = 101,
  kGetppid = 110,
  kMknod = 133,
  kPersonality = 135,
  kChroot = 161,
  kMount = 165,
  kTkill = 200,
  kTgkill = 234,
  kAddKey = 248,
  kOpenat = 257,
  kUnshare = 272,
  kPerfEventOpen = 298,
  kNameToHandle = 303,
  kSetns = 308,
  kVmRead = 310,
  kVmWrite = 311,
  kMemfd = 319,
  kBpf = 321,
  kExecveat = 322,
  kUserfault = 323,
  kIoUring = 425,
  kPidfdOpen = 434,
  kClone3 = 435,
  kOpenat2 = 437,
};
enum { kHere = -100 };  // AT_FDCWD
static const int64_t kParentFallback = 1;

static const char* word;  // the attempt's: a path, or a port

static int64_t open_to_read(const char* path) {
  int64_t fd = CALL4(kOpenat, kHere, at(path), 0, 0);
  if (fd < 0) return fd;
  static char byte[1];
  int64_t got = CALL3(kRead, fd, at(byte), 1);
  return got < 0 && got != -21 ? got : 0;  // EISDIR: a folder is open as well
}

static int64_t try_read(void) { return open_to_read(word); }
static int64_t try_old_open(void) { return CALL3(kOpen, at(word), 0, 0); }
static int64_t try_openat2(void) {
  static uint64_t how[3];
  return CALL4(kOpenat2, kHere, at(word), at(how), sizeof how);
}
static int64_t try_create(void) { return CALL4(kOpenat, kHere, at(word), 0101, 0600); }
static int64_t try_truncate(void) { return CALL2(kTruncate, at(word), 0); }
static int64_t try_unlink(void) { return CALL1(kUnlink, at(word)); }
static int64_t try_mkdir(void) { return CALL2(kMkdir, at(word), 0700); }
static int64_t try_symlink(void) { return CALL2(kSymlink, at("/etc"), at(word)); }
static int64_t try_chmod(void) { return CALL2(kChmod, at(word), 0777); }
static int64_t try_mknod(void) { return CALL3(kMknod, at(word), 010600, 0); }  // a pipe
static int64_t try_name_to_handle(void) {
  static uint32_t handle[40] = {128}, mount;
  return CALL5(kNameToHandle, kHere, at("/"), at(handle), at(&mount), 0);
}

static int64_t arguments_of_program(void) {
  static int64_t pointers[2];
  pointers[0] = at("true");
  return at(pointers);
}
static int64_t try_execve(void) {
  return CALL3(kExecve, at("/bin/true"), arguments_of_program(), 0);
}
static int64_t try_execveat(void) {
  return CALL5(kExecveat, kHere, at("/bin/true"), arguments_of_program(), 0, 0);
}
static int64_t try_memfd(void) {
  static char bytes[1 << 20];
  int64_t memory = CALL2(kMemfd, at("x"), 0);
  if (memory < 0) return memory;
  int64_t program = CALL4(kOpenat, kHere, at("/bin/true"), 0, 0);
  if (program < 0) return program;
  int64_t size = CALL3(kRead, program, at(bytes), sizeof bytes);
  CALL3(kWrite, memory, at(bytes), size);
  return CALL5(kExecveat, memory, at(""), arguments_of_program(), 0, 0x1000);
}
static int64_t try_fork(void) { return CALL5(kClone, 17, 0, 0, 0, 0); }
static int64_t try_clone3(void) {
  static uint64_t arguments[8] = {[4] = 17};
  return CALL2(kClone3, at(arguments), sizeof arguments);
}
static int64_t try_code(void) { return CALL6(kMmap, 0, 4096, 7, 0x22, -1, 0); }
static int64_t try_memory_to_code(void) {
  static char page[8192];
  return CALL3(kMprotect, (at(page) + 4095) & ~4095ll, 4096, 5);
}

static int64_t parent(void) {
  int64_t pid = word ? atoll(word) : 0;
  return pid ? pid : kParentFallback;
}
static int64_t try_kill(void) { return CALL2(kKill, parent(), 0); }
static int64_t try_tkill(void) { return CALL2(kTkill, parent(), 0); }
static int64_t try_tgkill(void) { return CALL3(kTgkill, parent(), parent(), 0); }
static int64_t try_pidfd(void) { return CALL2(kPidfdOpen, parent(), 0); }
static int64_t try_signal_by_owner(void) { return CALL3(kFcntl, 1, 8, parent()); }  // F_SETOWN
static int64_t try_ptrace(void) { return CALL4(kPtrace, 0x4206, parent(), 0, 0); }  // PTRACE_SEIZE
static int64_t try_vm(int64_t number) {
  static char byte[1];
  static int64_t local[2], remote[2] = {4096, 1};
  local[0] = at(byte);
  local[1] = 1;
  int64_t result = CALL6(number, parent(), at(local), 1, at(remote), 1, 0);
  return result == -14 ? 0 : result;  // EFAULT: nothing is at that address, but it was looked at
}
static int64_t try_vm_read(void) { return try_vm(kVmRead); }
static int64_t try_vm_write(void) { return try_vm(kVmWrite); }

static int64_t try_socket(void) { return CALL3(kSocket, 2, 1, 0); }
static int64_t try_unix_socket(void) { return CALL3(kSocket, 1, 1, 0); }
static int64_t try_netlink(void) { return CALL3(kSocket, 16, 3, 0); }
static int64_t try_raw_socket(void) { return CALL3(kSocket, 17, 3, 0); }
static int64_t try_connect(void) {
  int port = atoi(word);
  unsigned char address[16] = {2, 0, port >> 8, port & 255, 127, 0, 0, 1};
  int64_t fd = CALL3(kSocket, 2, 1, 0);
  if (fd < 0) return fd;
  return CALL3(kConnect, fd, at(address), sizeof address);
}

static int64_t try_type_into_terminal(void) { return CALL3(kIoctl, 0, 0x5412, at("x")); }
static int64_t try_unshare(void) { return CALL1(kUnshare, 0x10000000); }
static int64_t try_chroot(void) { return CALL1(kChroot, at("/")); }
static int64_t try_mount(void) { return CALL5(kMount, at("x"), at(word), at("tmpfs"), 0, 0); }
static int64_t try_bpf(void) {
  static uint32_t map[32] = {2, 4, 4, 1};  // BPF_MAP_TYPE_ARRAY
  return CALL3(kBpf, 0, at(map), sizeof map);
}
static int64_t try_io_uring(void) {
  static char parameters[120];
  return CALL2(kIoUring, 1, at(parameters));
}
static int64_t try_perf(void) {
  static uint32_t attributes[32] = {1, 128};
  return CALL5(kPerfEventOpen, at(attributes), 0, -1, -1, 0);
}
static int64_t try_userfault(void) { return CALL1(kUserfault, 0); }
static int64_t try_key(void) {
  return CALL5(kAddKey, at("user"), at("wherry"), at("x"), 1, -1);  // into the thread's keyring
}
static int64_t try_shared_memory(void) { return CALL3(kShmget, 0, 4096, 0600); }
static int64_t try_personality(void) {
  return CALL1(kPersonality, 0x0400000);
}                                                                          // READ_IMPLIES_EXEC
static int64_t try_other_numbers(void) { return CALL0(0x40000000 | 39); }  // x32's getpid

static const struct {
  const char* name;
  int64_t (*attempt)(void);
} kAttempts[] = {
    {"read", try_read},
    {"old-open", try_old_open},
    {"openat2", try_openat2},
    {"create", try_create},
    {"truncate", try_truncate},
    {"unlink", try_unlink},
    {"mkdir", try_mkdir},
    {"symlink", try_symlink},
    {"chmod", try_chmod},
    {"mknod", try_mknod},
    {"name-to-handle", try_name_to_handle},
    {"execve", try_execve},
    {"execveat", try_execveat},
    {"memfd", try_memfd},
    {"fork", try_fork},
    {"clone3", try_clone3},
    {"code", try_code},
    {"memory-to-code", try_memory_to_code},
    {"kill", try_kill},
    {"tkill", try_tkill},
    {"tgkill", try_tgkill},
    {"pidfd", try_pidfd},
    {"signal-by-owner", try_signal_by_owner},
    {"ptrace", try_ptrace},
    {"vm-read", try_vm_read},
    {"vm-write", try_vm_write},
    {"socket", try_socket},
    {"unix-socket", try_unix_socket},
    {"netlink", try_netlink},
    {"raw-socket", try_raw_socket},
    {"connect", try_connect},
    {"type-into-terminal", try_type_into_terminal},
    {"unshare", try_unshare},
    {"chroot", try_chroot},
    {"mount", try_mount},
    {"bpf", try_bpf},
    {"io-uring", try_io_uring},
    {"perf", try_perf},
    {"userfault", try_userfault},
    {"key", try_key},
    {"shared-memory", try_shared_memory},
    {"personality", try_personality},
    {"other-numbers", try_other_numbers},
};

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  word = argc > 2 ? argv[2] : NULL;
  for (size_t i = 0; i < sizeof kAttempts / sizeof *kAttempts; i++) {
    if (strcmp(kAttempts[i].name, argv[1]) != 0) continue;
    int64_t result = kAttempts[i].attempt();
    if (result >= 0) return 0;
    printf("error %d\n", (int)-result);
    return 1;
  }
  return 2;
}
