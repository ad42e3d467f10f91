// The system calls of musl's locks (threads.c answers them).
long __answer(long number, long a, long b, long c);
static inline long __syscall0(long n) { return __answer(n, 0, 0, 0); }
static inline long __syscall1(long n, long a) { return __answer(n, a, 0, 0); }
static inline long __syscall2(long n, long a, long b) { return __answer(n, a, b, 0); }
static inline long __syscall3(long n, long a, long b, long c) { return __answer(n, a, b, c); }
static inline long __syscall4(long n, long a, long b, long c, long d) {
  return __answer(n, a, b, c);
}
static inline long __syscall5(long n, long a, long b, long c, long d, long e) {
  return __answer(n, a, b, c);
}
static inline long __syscall6(long n, long a, long b, long c, long d, long e, long f) {
  return __answer(n, a, b, c);
}
