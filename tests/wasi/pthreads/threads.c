// What musl's pthreads, as wasi-libc carries them, need of a system: the futex by WebAssembly's
// wait and notify, threads by wasi-threads (wasi-threads.abi.md). The release of wasi-libc that
// Debian has comes with musl's locks, but without this. Threads end by returning: there is no
// pthread_exit.
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "libc.h"
#include "pthread_impl.h"
#include "stdio_impl.h"

__attribute__((import_module("wasi"), import_name("thread-spawn"))) int __spawn(void* record);
extern hidden volatile size_t __pthread_tsd_size;

// Where the ids of spawned threads cannot be (they are below 0x20000000).
#define MAIN_ID 0x20000000

static struct __pthread main_record = {
    .self = &main_record,
    .prev = &main_record,
    .next = &main_record,
    .tid = MAIN_ID,
    .detach_state = DT_JOINABLE,
    .tsd = __pthread_tsd_main,
    .locale = &libc.global_locale,
    .robust_list.head = &main_record.robust_list.head,
};
_Thread_local struct __pthread* __own_record = &main_record;

// One block of memory: this, thread-specific data, thread-local variables, the stack.
struct record {
  void* stack_top;  // thread_start.s reads these two
  void* locals;
  void* (*entry)(void*);
  void* argument;
  struct __pthread thread;
};

static struct record* record_of(struct __pthread* thread) {
  return (struct record*)((char*)thread - offsetof(struct record, thread));
}

static int wait(volatile int* place, int expected, long long timeout_ns) {
  return __builtin_wasm_memory_atomic_wait32((int*)place, expected, timeout_ns);
}

long __answer(long number, long a, long b, long c) {
  if (number != SYS_futex) return -ENOSYS;
  switch (b & ~FUTEX_PRIVATE) {
    case FUTEX_WAIT:
      wait((int*)a, c, -1);
      return 0;
    case FUTEX_WAKE:
      return __builtin_wasm_memory_atomic_notify((int*)a, c);
    case FUTEX_REQUEUE:  // who is woken takes the lock by itself
      return __builtin_wasm_memory_atomic_notify((int*)a, 1);
  }
  return -ENOSYS;
}

// Conditions keep their clock as a number, which wasi-libc's clocks are not: 0 is their default.
int __timedwait(volatile int* place, int expected, clockid_t clock, const struct timespec* until,
                int is_private) {
  long long left = -1;
  if (until) {
    struct timespec now;
    if (until->tv_nsec >= 1000000000UL || clock_gettime(clock ? clock : CLOCK_REALTIME, &now))
      return EINVAL;
    left = (until->tv_sec - now.tv_sec) * 1000000000LL + until->tv_nsec - now.tv_nsec;
    if (left < 0) return ETIMEDOUT;
  }
  return wait(place, expected, left) == 2 ? ETIMEDOUT : 0;
}
weak_alias(__timedwait, __timedwait_cp);

// Of the ring of all threads.
volatile int __thread_list_lock;
void __tl_lock(void) {
  while (a_cas(&__thread_list_lock, 0, 1)) wait(&__thread_list_lock, 1, -1);
}
void __tl_unlock(void) {
  a_store(&__thread_list_lock, 0);
  __wake(&__thread_list_lock, 1, 1);
}

// There are no signals; the default size of stacks is read at once.
int __block_app_sigs(void* set) { return 0; }
int __restore_sigs(void* set) { return 0; }
void __acquire_ptc(void) {}
void __release_ptc(void) {}

void thrd_yield(void) { sched_yield(); }

static void lock_streams_from_now_on(void) {
  FILE* standard[] = {__stdin_used, __stdout_used, __stderr_used};
  for (FILE* file = *__ofl_lock(); file; file = file->next)
    if (file->lock < 0) file->lock = 0;
  __ofl_unlock();
  for (int index = 0; index < 3; ++index)
    if (standard[index] && standard[index]->lock < 0) standard[index]->lock = 0;
  libc.threaded = 1;
}

static uintptr_t round_up(uintptr_t value, uintptr_t alignment) {
  return (value + alignment - 1) & -alignment;
}

static struct record* make_record(size_t stack_bytes) {
  size_t alignment = __builtin_wasm_tls_align() < 16 ? 16 : __builtin_wasm_tls_align();
  size_t bytes = sizeof(struct record) + __pthread_tsd_size + __builtin_wasm_tls_size() +
                 stack_bytes + 2 * alignment;
  struct record* record = calloc(1, bytes);
  if (!record) return 0;
  record->thread.tsd = (void**)(record + 1);
  record->locals = (void*)round_up((uintptr_t)(record + 1) + __pthread_tsd_size, alignment);
  record->stack_top = (void*)(((uintptr_t)record + bytes) & -16);
  record->thread.self = &record->thread;
  record->thread.locale = &libc.global_locale;
  record->thread.robust_list.head = &record->thread.robust_list.head;
  return record;
}

int __pthread_create(pthread_t* result, const pthread_attr_t* attributes, void* (*entry)(void*),
                     void* argument) {
  int has_attributes = attributes && attributes != __ATTRP_C11_THREAD;
  if (has_attributes && attributes->_a_stackaddr) return EINVAL;
  if (!libc.threaded) lock_streams_from_now_on();
  struct record* record =
      make_record(has_attributes ? attributes->_a_stacksize : __default_stacksize);
  if (!record) return EAGAIN;
  record->entry = entry;
  record->argument = argument;
  struct __pthread* thread = &record->thread;
  thread->detach_state = has_attributes && attributes->_a_detach ? DT_DETACHED : DT_JOINABLE;

  __tl_lock();
  if (!libc.threads_minus_1++) libc.need_locks = 1;
  thread->prev = __own_record;
  thread->next = __own_record->next;
  thread->prev->next = thread->next->prev = thread;
  *result = thread;
  int id = __spawn(record);
  if (id < 0) {
    thread->prev->next = thread->next;
    thread->next->prev = thread->prev;
    if (!--libc.threads_minus_1) libc.need_locks = 0;
  }
  __tl_unlock();
  if (id > 0) return 0;
  free(record);
  return EAGAIN;
}
weak_alias(__pthread_create, pthread_create);

// On the new thread; the rest of its end is in thread_start.s.
volatile int* __run_thread(int id, struct record* record) {
  struct __pthread* thread = &record->thread;
  __own_record = thread;
  thread->tid = id;
  thread->result = record->entry(record->argument);
  __pthread_tsd_run_dtors();
  __tl_lock();
  thread->prev->next = thread->next;
  thread->next->prev = thread->prev;
  if (!--libc.threads_minus_1) libc.need_locks = -1;
  __tl_unlock();
  return &thread->detach_state;
}

void __free_thread(struct record* record) { free(record); }

int __pthread_join(pthread_t thread, void** result) {
  int state;
  while ((state = thread->detach_state) == DT_JOINABLE) wait(&thread->detach_state, state, -1);
  if (state != DT_EXITED) a_crash();
  if (result) *result = thread->result;
  free(record_of(thread));
  return 0;
}
weak_alias(__pthread_join, pthread_join);

int __pthread_detach(pthread_t thread) {
  if (a_cas(&thread->detach_state, DT_JOINABLE, DT_DETACHED) == DT_JOINABLE) return 0;
  return __pthread_join(thread, 0);
}
weak_alias(__pthread_detach, pthread_detach);
weak_alias(__pthread_detach, thrd_detach);

// In place of the release's own, which leaves it to the linker to call constructors and
// destructors, as it then does around every exported function: wasi_thread_start would close all
// streams.
void __wasm_call_ctors(void);
int __main_void(void);
__attribute__((export_name("_start"))) void _start(void) {
  __wasm_call_ctors();
  exit(__main_void());
}
