// The threads that guests run on: a fixed number, since guests block, and a bounded queue in front
// of them.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace wherry::serve {

struct WorkerPoolOptions {
  unsigned threads;
  size_t queued_max;  // jobs that wait, beyond those that run
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
  void work();

  const WorkerPoolOptions options_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Job> queue_;
  unsigned running_ = 0;
  bool ended_ = false;
  std::vector<std::thread> threads_;  // last: they use all of the above
};

}  // namespace wherry::serve
