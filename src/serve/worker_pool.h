// The threads that guests run on, and a bounded queue in front of them.
//
// Guests block (they sleep, they read files), so there are many threads; but most guests do not,
// and more running threads than processors only get in each other's way: measured with hello on 2
// processors, waking all of 32 threads costs a fifth of the requests a second, and triples the 99th
// percentile. So only a few, the eager ones, are woken by a job. A job that finds them busy waits;
// while one waits, a monitor counts every 2 ms the threads whose job is held up, which has run for
// longer than that, and wakes others in their place, up to all.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace wherry::serve {

struct WorkerPoolOptions {
  unsigned threads;
  unsigned threads_eager;  // about the number of processors; at most `threads` count
  size_t queued_max;       // jobs that wait, beyond those that run
};

// Thread-safe.
class WorkerPool {
 public:
  using Job = std::move_only_function<void()>;

  explicit WorkerPool(const WorkerPoolOptions& options);
  // Drops what is queued, and waits for what runs.
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  // False where the queue is full; the job is untouched then, so that its owner can still answer
  // for it.
  bool submit(Job& job);

 private:
  using Clock = std::chrono::steady_clock;
  using Lock = std::unique_lock<std::mutex>;

  void work(unsigned thread);
  void run_jobs(Lock& lock, unsigned thread);
  void monitor();
  void wake_for_those_held_up();

  const WorkerPoolOptions options_;
  const size_t threads_eager_;
  std::mutex mutex_;  // guards all below but the threads
  std::condition_variable wake_;
  std::condition_variable wake_monitor_;
  std::deque<Job> queue_;
  size_t awake_ = 0;    // threads that have a job, or are on their way to one
  size_t wakeups_ = 0;  // of them, those that have still to notice
  size_t held_up_ = 0;  // of them, at the monitor's last look
  size_t running_ = 0;
  std::vector<Clock::time_point> job_starts_;  // by thread; max() without a job
  bool monitoring_ = false;
  bool ended_ = false;
  std::vector<std::thread> threads_;  // last: they use all of the above
};

}  // namespace wherry::serve
