// What a C program does with threads, by pthreads and by C11's threads.h; one line for each.
#define _GNU_SOURCE
#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <threads.h>
#include <time.h>

enum { kThreads = 4, kRounds = 20000 };

static void* as_pointer(uintptr_t number) { return (void*)number; }

static void start_all(pthread_t* threads, void* (*entry)(void*)) {
  for (uintptr_t number = 0; number < kThreads; ++number)
    assert(pthread_create(&threads[number], NULL, entry, as_pointer(number)) == 0);
}

static uintptr_t join_all(const pthread_t* threads) {
  uintptr_t sum = 0;
  for (int number = 0; number < kThreads; ++number) {
    void* result;
    assert(pthread_join(threads[number], &result) == 0);
    sum += (uintptr_t)result;
  }
  return sum;
}

// A mutex, an atomic, and variables of each thread's own.
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static long locked;
static atomic_long counted;
static _Thread_local long own = 5;
static _Thread_local char own_zeros[1000];

static void* count(void* number) {
  for (int round = 0; round < kRounds; ++round) {
    pthread_mutex_lock(&mutex);
    ++locked;
    pthread_mutex_unlock(&mutex);
    ++counted;
    own += (long)(uintptr_t)number;
  }
  for (size_t index = 0; index < sizeof own_zeros; ++index) assert(own_zeros[index] == 0);
  memset(own_zeros, 1, sizeof own_zeros);
  return as_pointer((uintptr_t)own);
}

static void count_together(void) {
  pthread_t threads[kThreads];
  start_all(threads, count);
  uintptr_t sum = join_all(threads);
  printf("counted: %ld %ld, own: %lu %ld\n", locked, (long)counted, (unsigned long)sum, own);
}

// A queue of one place, two conditions.
static pthread_cond_t is_filled = PTHREAD_COND_INITIALIZER, is_empty = PTHREAD_COND_INITIALIZER;
static int place;

static void* take(void* unused) {
  uintptr_t sum = 0;
  for (;;) {
    pthread_mutex_lock(&mutex);
    while (place == 0) pthread_cond_wait(&is_filled, &mutex);
    int taken = place;
    if (taken > 0) place = 0;
    pthread_mutex_unlock(&mutex);
    if (taken < 0) return as_pointer(sum);
    pthread_cond_signal(&is_empty);
    sum += (uintptr_t)taken;
  }
}

static void put(int value) {
  pthread_mutex_lock(&mutex);
  while (place != 0) pthread_cond_wait(&is_empty, &mutex);
  place = value;
  pthread_mutex_unlock(&mutex);
  if (value > 0)
    pthread_cond_signal(&is_filled);
  else
    pthread_cond_broadcast(&is_filled);
}

static void hand_over(void) {
  pthread_t threads[kThreads];
  start_all(threads, take);
  for (int value = 1; value <= 2000; ++value) put(value);
  put(-1);
  printf("handed over: %lu\n", (unsigned long)join_all(threads));
}

// Rounds that all begin at once; one thread of each is told so.
static pthread_barrier_t barrier;
static atomic_int arrived;

static void* walk(void* unused) {
  uintptr_t told = 0;
  for (int round = 1; round <= 200; ++round) {
    ++arrived;
    told += pthread_barrier_wait(&barrier) == PTHREAD_BARRIER_SERIAL_THREAD;
    assert(arrived >= round * kThreads);
    pthread_barrier_wait(&barrier);
  }
  return as_pointer(told);
}

static void walk_together(void) {
  pthread_t threads[kThreads];
  pthread_barrier_init(&barrier, NULL, kThreads);
  start_all(threads, walk);
  printf("rounds: %lu\n", (unsigned long)join_all(threads));
}

// Two numbers that only writers see different.
static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
static volatile int left, right;

static void* read_or_write(void* number) {
  for (int round = 0; round < 2000; ++round) {
    if ((uintptr_t)number == 0) {
      pthread_rwlock_wrlock(&rwlock);
      ++left;
      ++right;
    } else {
      pthread_rwlock_rdlock(&rwlock);
      assert(left == right);
    }
    pthread_rwlock_unlock(&rwlock);
  }
  return NULL;
}

static void read_and_write(void) {
  pthread_t threads[kThreads];
  start_all(threads, read_or_write);
  join_all(threads);
  printf("written: %d\n", left);
}

// Once, keys with destructors, detached threads and a semaphore that counts their ends.
static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t key;
static sem_t ended;
static atomic_int initialized, destroyed;

static void destroy(void* value) {
  destroyed += *(int*)value;
  free(value);
  sem_post(&ended);
}

static void initialize(void) {
  ++initialized;
  pthread_key_create(&key, destroy);
}

static void* keep(void* unused) {
  pthread_once(&once, initialize);
  int* value = malloc(sizeof *value);
  *value = 1;
  pthread_setspecific(key, value);
  return NULL;
}

static void detach(void) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  pthread_attr_setstacksize(&attributes, 65536);
  sem_init(&ended, 0, 0);
  for (int round = 0; round < 50; ++round) {
    for (int number = 0; number < kThreads; ++number) {
      pthread_t thread;
      int error;
      // The last ones may not be gone yet.
      while ((error = pthread_create(&thread, &attributes, keep, NULL)) == EAGAIN) thrd_yield();
      assert(error == 0);
    }
    for (int number = 0; number < kThreads; ++number) sem_wait(&ended);
  }
  printf("initialized: %d, destroyed: %d\n", initialized, destroyed);
}

// Waits that end by time: a mutex's, a condition's and a semaphore's.
static void* time_out(void* unused) {
  struct timespec until;
  clock_gettime(CLOCK_REALTIME, &until);
  until.tv_nsec += 20000000;
  if (until.tv_nsec >= 1000000000) ++until.tv_sec, until.tv_nsec -= 1000000000;
  pthread_mutex_t own_mutex = PTHREAD_MUTEX_INITIALIZER;
  pthread_cond_t never = PTHREAD_COND_INITIALIZER;
  sem_t none;
  sem_init(&none, 0, 0);
  uintptr_t timed_out = pthread_mutex_timedlock(&mutex, &until) == ETIMEDOUT;
  pthread_mutex_lock(&own_mutex);
  timed_out += pthread_cond_timedwait(&never, &own_mutex, &until) == ETIMEDOUT;
  timed_out += sem_timedwait(&none, &until) == -1 && errno == ETIMEDOUT;
  return as_pointer(timed_out);
}

static void wait_in_vain(void) {
  pthread_t threads[kThreads];
  pthread_mutex_lock(&mutex);
  start_all(threads, time_out);
  printf("timed out: %lu\n", (unsigned long)join_all(threads));
  pthread_mutex_unlock(&mutex);
}

// The allocator and a stream, used by all at once.
static void* allocate_and_print(void* number) {
  for (int round = 0; round < 200; ++round) {
    size_t bytes = 1 + (size_t)round * 97 % 20000;
    unsigned char* block = malloc(bytes);
    memset(block, (int)(uintptr_t)number, bytes);
    thrd_yield();
    for (size_t index = 0; index < bytes; ++index) assert(block[index] == (uintptr_t)number);
    free(block);
    fprintf(stderr, "a line of %s\n", "text");
  }
  return NULL;
}

static void allocate_together(void) {
  pthread_t threads[kThreads];
  start_all(threads, allocate_and_print);
  join_all(threads);
  printf("allocated\n");
}

static mtx_t c11_mutex;
static int c11_locked;

static int count_c11(void* unused) {
  for (int round = 0; round < kRounds; ++round) {
    mtx_lock(&c11_mutex);
    mtx_lock(&c11_mutex);
    ++c11_locked;
    mtx_unlock(&c11_mutex);
    mtx_unlock(&c11_mutex);
  }
  return 3;
}

static void count_by_c11(void) {
  thrd_t threads[kThreads];
  int results = 0;
  mtx_init(&c11_mutex, mtx_plain | mtx_recursive);
  for (int number = 0; number < kThreads; ++number)
    assert(thrd_create(&threads[number], count_c11, NULL) == thrd_success);
  for (int number = 0; number < kThreads; ++number) {
    int result;
    assert(thrd_join(threads[number], &result) == thrd_success);
    results += result;
  }
  printf("C11: %d %d\n", c11_locked, results);
}

int main(int argc, char** argv) {
  count_together();
  hand_over();
  walk_together();
  read_and_write();
  detach();
  wait_in_vain();
  allocate_together();
  count_by_c11();
  if (argc > 1 && strcmp(argv[1], "abort") == 0) abort();
  return 3;
}
