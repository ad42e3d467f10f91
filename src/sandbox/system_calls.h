// The system calls that the host makes once a guest runs, each group for those who need it. What is
// not here is answered as by a kernel that does not have it (ENOSYS), for which libraries have an
// answer; a listed call with other arguments is refused (EPERM); and what no program of ours ever
// calls, but somebody who has broken in would, ends the process.
//
// Where files are concerned, the list says which calls there are, and Landlock on what: seccomp
// cannot see a path.
#pragma once

#include <fcntl.h>
#include <linux/sched.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include <cerrno>

#include "sandbox/filter_program.h"

namespace wherry::sandbox {

inline constexpr uint32_t kAllow = SECCOMP_RET_ALLOW;
inline constexpr uint32_t kRefuse = SECCOMP_RET_ERRNO | EPERM;
inline constexpr uint32_t kUnknown = SECCOMP_RET_ERRNO | ENOSYS;
inline constexpr uint32_t kKill = SECCOMP_RET_KILL_PROCESS;

// Artifacts are mapped by then: nothing becomes code any more.
inline constexpr ArgumentRule kNotExecutable{2, PROT_EXEC, {0}, 1};
// The flags of pthread_create(3), and no new namespace.
inline constexpr uint32_t kThreadFlags =
    CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD;
inline constexpr uint32_t kNamespaceFlags = CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS |
                                            CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID |
                                            CLONE_NEWNET;
inline constexpr ArgumentRule kThread{0, kThreadFlags | kNamespaceFlags, {kThreadFlags}, 1};
// PAGEMAP_SCAN of linux/fs.h since 6.7. Not TIOCSTI, which types into the terminal of the caller.
inline constexpr uint32_t kPagemapScan = 0xc060'6610;
inline constexpr ArgumentRule kRequests{
    1, UINT32_MAX, {FIONREAD, FIONBIO, TCGETS, kPagemapScan}, 4};
// Not F_SETOWN, by which a descriptor sends signals to others.
inline constexpr ArgumentRule kDescriptorCommands{
    1, UINT32_MAX, {F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_DUPFD_CLOEXEC}, 5};
inline constexpr ArgumentRule kInternet{0, UINT32_MAX, {AF_INET, AF_INET6}, 2};
// Stands for our own process id, which is put in its place when the filter is installed.
inline constexpr uint32_t kOwnProcess = 0xffff'fffe;
inline constexpr ArgumentRule kToOwnProcess{0, UINT32_MAX, {kOwnProcess}, 1};

// A rule may hold numbers between those that are needed, where they allow no more than these do:
// every range costs time at every start (filter_program.h). These are named beside it.
inline constexpr CallRule kForEveryGuest[] = {
    // Open files.
    {SYS_read, SYS_lseek, kAllow},  // write, close, fstat, poll; open, stat, lstat as openat
    {SYS_pread64, SYS_writev, kAllow},
    {SYS_fcntl, SYS_fcntl, kRefuse, &kDescriptorCommands},
    {SYS_ioctl, SYS_ioctl, kRefuse, &kRequests},
    {SYS_fsync, SYS_ftruncate, kAllow},  // fdatasync; truncate as openat with O_TRUNC
    {SYS_getdents64, SYS_getdents64, kAllow},
    {SYS_fadvise64, SYS_fadvise64, kAllow},
    {SYS_fallocate, SYS_fallocate, kAllow},
    {SYS_preadv, SYS_pwritev, kAllow},
    {SYS_ppoll, SYS_ppoll, kAllow},
    // Paths. newfstatat is glibc's fstat.
    {SYS_openat, SYS_mkdirat, kAllow},
    {SYS_newfstatat, SYS_readlinkat, kAllow},  // unlinkat, renameat, linkat, symlinkat
    {SYS_utimensat, SYS_utimensat, kAllow},
    {SYS_openat2, SYS_openat2, kAllow},
    // Memory.
    {SYS_mmap, SYS_mprotect, kRefuse, &kNotExecutable},
    {SYS_munmap, SYS_rt_sigreturn, kAllow},  // brk, rt_sigaction, rt_sigprocmask
    {SYS_sched_yield, SYS_madvise, kAllow},  // mremap; msync, mincore
    // Threads, and what stops them. clone3's flags are out of sight: glibc calls clone instead.
    {SYS_clone, SYS_clone, kRefuse, &kThread},
    {SYS_exit, SYS_exit, kAllow},
    {SYS_getpid, SYS_getpid, kAllow},
    {SYS_sigaltstack, SYS_sigaltstack, kAllow},
    {SYS_gettid, SYS_gettid, kAllow},
    {SYS_futex, SYS_futex, kAllow},
    {SYS_sched_getaffinity, SYS_sched_getaffinity, kAllow},
    {SYS_restart_syscall, SYS_restart_syscall, kAllow},
    {SYS_exit_group, SYS_exit_group, kAllow},
    {SYS_tgkill, SYS_tgkill, kRefuse, &kToOwnProcess},
    {SYS_set_robust_list, SYS_set_robust_list, kAllow},
    {SYS_rseq, SYS_rseq, kAllow},
    // Time and chance.
    {SYS_timer_create, SYS_timer_delete, kAllow},  // timer_settime; timer_gettime, timer_getoverrun
    {SYS_clock_gettime, SYS_clock_nanosleep, kAllow},  // clock_getres
    {SYS_getrandom, SYS_getrandom, kAllow},
};

// Of sockets that are there.
inline constexpr CallRule kForConnections[] = {
    {SYS_accept, SYS_shutdown, kAllow},  // sendto, recvfrom, sendmsg, recvmsg
    {SYS_getsockname, SYS_getpeername, kAllow},
    {SYS_setsockopt, SYS_getsockopt, kAllow},
    {SYS_accept4, SYS_accept4, kAllow},
};

// Of guests that may make sockets. TCP ports are Landlock's to decide. sendmmsg is the resolver's.
inline constexpr CallRule kForNetwork[] = {
    {SYS_socket, SYS_socket, kRefuse, &kInternet},
    {SYS_connect, SYS_connect, kAllow},
    {SYS_bind, SYS_listen, kAllow},
    {SYS_sendmmsg, SYS_sendmmsg, kAllow},
};

// Of an event loop.
inline constexpr CallRule kForServing[] = {
    {SYS_epoll_wait, SYS_epoll_ctl, kAllow},
    {SYS_epoll_pwait, SYS_epoll_pwait, kAllow},
    {SYS_timerfd_settime, SYS_timerfd_settime, kAllow},
};

// Of a server of files. The C library's calls by path have older numbers than those relative to a
// folder, which every guest has.
inline constexpr CallRule kForKeepingFiles[] = {
    {SYS_access, SYS_access, kAllow}, {SYS_sendfile, SYS_sendfile, kAllow},
    {SYS_rename, SYS_unlink, kAllow},  // mkdir, rmdir; creat, link
    {SYS_fchmod, SYS_fchmod, kAllow}, {SYS_sync_file_range, SYS_sync_file_range, kAllow},
};

// Other programs, other processes, other kernels, other views of the file system.
inline constexpr CallRule kForNobody[] = {
    {SYS_fork, SYS_execve, kKill},  // vfork
    {SYS_ptrace, SYS_ptrace, kKill},
    {SYS_pivot_root, SYS_pivot_root, kKill},
    {SYS_chroot, SYS_delete_module, kKill},  // mount, umount2, reboot, iopl, init_module …
    {SYS_kexec_load, SYS_keyctl, kKill},     // add_key, request_key
    {SYS_unshare, SYS_unshare, kKill},
    {SYS_perf_event_open, SYS_perf_event_open, kKill},
    {SYS_setns, SYS_setns, kKill},
    {SYS_process_vm_readv, SYS_finit_module, kKill},  // process_vm_writev, kcmp
    {SYS_kexec_file_load, SYS_userfaultfd, kKill},    // bpf, execveat
    {SYS_io_uring_setup, SYS_fspick, kKill},          // open_tree, move_mount, fsopen, fsmount …
};

}  // namespace wherry::sandbox
