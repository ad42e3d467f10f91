// Threads without a libc, on wasi-threads and the atomics of WebAssembly: what its argument names.
// Debian's wasi-libc has no pthreads; what is here of them is enough to do without.
typedef unsigned int u32;
typedef unsigned long long u64;

#define IMPORT(module, name) __attribute__((import_module(module), import_name(name)))
#define WASI(name) IMPORT("wasi_snapshot_preview1", #name)
IMPORT("wasi", "thread-spawn") int thread_spawn(void* start);
WASI(fd_write) int fd_write(int fd, const void* buffers, int count, u32* size);
WASI(fd_read) int fd_read(int fd, const void* buffers, int count, u32* size);
WASI(args_get) int args_get(char** list, char* bytes);
WASI(proc_exit) _Noreturn void proc_exit(int status);
WASI(poll_oneoff) int poll_oneoff(const void* in, void* out, int count, u32* ready);

// --- a little of pthreads ---

enum { kThreadsMax = 32, kStackBytes = 16 * 1024 };

// The stack's end comes first: threads_start.s takes it from there.
typedef struct {
  char* stack_end;
  void (*run)(int number);
  int number;
  int running;
} Thread;
static Thread threads[kThreadsMax];
static char stacks[kThreadsMax][kStackBytes] __attribute__((aligned(16)));

static void wait_while(int* place, int value) {
  while (__atomic_load_n(place, __ATOMIC_SEQ_CST) == value)
    __builtin_wasm_memory_atomic_wait32(place, value, -1);
}
static void set_and_wake(int* place, int value, u32 count) {
  __atomic_store_n(place, value, __ATOMIC_SEQ_CST);
  __builtin_wasm_memory_atomic_notify(place, count);
}

// The thread's id, or below 0.
static int start(int number, void (*run)(int)) {
  Thread* thread = &threads[number];
  thread->stack_end = stacks[number] + kStackBytes;
  thread->run = run;
  thread->number = number;
  thread->running = 1;
  int id = thread_spawn(thread);
  if (id < 0) thread->running = 0;
  return id;
}
static void join(int number) { wait_while(&threads[number].running, 1); }

void thread_main(int id, Thread* thread) {
  if (id < 1 || id > 0x1fffffff) __builtin_trap();
  thread->run(thread->number);
  set_and_wake(&thread->running, 0, ~0u);
}

// 0: free, 1: taken, 2: somebody may wait
typedef int Mutex;
static void lock(Mutex* mutex) {
  int free = 0;
  if (__atomic_compare_exchange_n(mutex, &free, 1, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)) return;
  while (__atomic_exchange_n(mutex, 2, __ATOMIC_SEQ_CST) != 0)
    __builtin_wasm_memory_atomic_wait32(mutex, 2, -1);
}
static void unlock(Mutex* mutex) {
  if (__atomic_exchange_n(mutex, 0, __ATOMIC_SEQ_CST) == 2)
    __builtin_wasm_memory_atomic_notify(mutex, 1);
}

typedef int Condition;  // how often it was signalled
static void wait_for(Condition* condition, Mutex* mutex) {
  int seen = __atomic_load_n(condition, __ATOMIC_SEQ_CST);
  unlock(mutex);
  __builtin_wasm_memory_atomic_wait32(condition, seen, -1);
  lock(mutex);
}
static void signal_all(Condition* condition) {
  __atomic_fetch_add(condition, 1, __ATOMIC_SEQ_CST);
  __builtin_wasm_memory_atomic_notify(condition, ~0u);
}

// --- what a libc would do ---

static void print(const char* text) {
  u32 size = 0;
  while (text[size]) ++size;
  struct { const char* bytes; u32 size; } buffer = {text, size};
  fd_write(1, &buffer, 1, &size);
}
static void print_number(const char* name, u64 number) {
  char text[64], digits[24];
  int count = 0, at = 0;
  do digits[count++] = (char)('0' + number % 10);
  while (number /= 10);
  while (*name) text[at++] = *name++;
  while (count) text[at++] = digits[--count];
  text[at++] = '\n';
  text[at] = 0;
  print(text);
}

// --- the cases ---

static int go;
static u64 atomic_sum, locked_sum;
static Mutex mutex;
static Condition changed;

static void count(int number) {
  for (int round = 0; round < 20000; ++round) {
    __atomic_fetch_add(&atomic_sum, 1, __ATOMIC_SEQ_CST);
    lock(&mutex);
    locked_sum += (u64)number;
    unlock(&mutex);
  }
}

// A queue of four places; 0 ends a consumer.
static int queue[4], queue_begin, queue_size;
static void put(int item) {
  lock(&mutex);
  while (queue_size == 4) wait_for(&changed, &mutex);
  queue[(queue_begin + queue_size++) % 4] = item;
  signal_all(&changed);
  unlock(&mutex);
}
static int take(void) {
  lock(&mutex);
  while (queue_size == 0) wait_for(&changed, &mutex);
  int item = queue[queue_begin];
  queue_begin = (queue_begin + 1) % 4;
  --queue_size;
  signal_all(&changed);
  unlock(&mutex);
  return item;
}
static void produce(int number) {
  (void)number;
  for (int item = 1; item <= 1000; ++item) put(item);
}
static void consume(int number) {
  (void)number;
  for (int item = take(); item != 0; item = take())
    __atomic_fetch_add(&atomic_sum, item, __ATOMIC_SEQ_CST);
}

static void spin(int number) {
  (void)number;
  while (!__atomic_load_n(&go, __ATOMIC_RELAXED)) {
  }
}
static void sleep(int number) {
  (void)number;
  wait_while(&go, 0);
}
// A clock subscription of 10 000 s.
static void poll(int number) {
  (void)number;
  u64 subscription[6] = {0, 0, 1, 10000000000000ull, 0, 0}, event[4];
  u32 ready;
  poll_oneoff(subscription, event, 1, &ready);
}
static void read_input(int number) {
  char byte;
  struct { char* bytes; u32 size; } buffer = {&byte, 1};
  u32 size;
  (void)number;
  fd_read(0, &buffer, 1, &size);
}
static void trap(int number) {
  (void)number;
  __builtin_trap();
}
static void leave(int number) {
  (void)number;
  proc_exit(7);
}
static void grow(int number) {
  (void)number;
  u64 before = __builtin_wasm_memory_size(0);
  if (__builtin_wasm_memory_grow(0, 3) != before) __builtin_trap();
  *(volatile int*)((before + 3) * 65536 - 4) = 77;
  set_and_wake(&go, (int)before, 1);
}
static void write_line(int number) {
  (void)number;
  for (int round = 0; round < 50; ++round) print("a line of text\n");
}

static void start_all(int threads, void (*run)(int)) {
  for (int number = 0; number < threads; ++number)
    if (start(number, run) < 0) __builtin_trap();
}
static void join_all(int threads) {
  for (int number = 0; number < threads; ++number) join(number);
}

// One of each kind that does not end by itself.
static void start_endless(void) {
  if (start(0, spin) < 0 || start(1, sleep) < 0 || start(2, poll) < 0 || start(3, read_input) < 0)
    __builtin_trap();
}

__attribute__((export_name("_start"))) void _start(void) {
  char* arguments[2];
  char bytes[64];
  args_get(arguments, bytes);
  switch (arguments[1][0]) {
    case 'c':  // count
      start_all(8, count);
      join_all(8);
      print_number("atomic: ", atomic_sum);
      print_number("locked: ", locked_sum);
      break;
    case 'q':  // queue
      for (int number = 0; number < 6; ++number) start(number, number < 3 ? produce : consume);
      join_all(3);
      for (int number = 0; number < 3; ++number) put(0);
      for (int number = 3; number < 6; ++number) join(number);
      print_number("sum: ", atomic_sum);
      break;
    case 't':  // trap
      start_endless();
      start(4, trap);
      join(0);
      break;
    case 'e':  // exit
      start_endless();
      start(4, leave);
      join(0);
      break;
    case 'r':  // return
      start_endless();
      print("main returns\n");
      break;
    case 'w':  // wait
      start_all(4, sleep);
      join(0);
      break;
    case 's':  // spin
      start_all(4, spin);
      join(0);
      break;
    case 'l': {  // limit
      int number = 0;
      while (number < kThreadsMax && start(number, sleep) > 0) ++number;
      print_number("started: ", (u64)number);
      set_and_wake(&go, 1, ~0u);
      join_all(number);
      print_number("another: ", start(0, sleep) > 0);
      join(0);
      break;
    }
    case 'g':  // grow
      start(0, grow);
      sleep(0);
      print_number("grown: ", __builtin_wasm_memory_size(0) - (u64)go);
      print_number("there: ", (u64) * (volatile int*)(__builtin_wasm_memory_size(0) * 65536 - 4));
      break;
    case 'm':  // many, one after another
      go = 1;
      for (int round = 0; round < 500; ++round) {
        // The host may take a moment to see that the last ones have ended.
        while (start(round % 4, sleep) < 0) {
        }
        join(round % 4);
      }
      print("joined\n");
      break;
    case 'p':  // print
      start_all(8, write_line);
      join_all(8);
      break;
    default:
      __builtin_trap();
  }
}
