#include "serve/worker_pool.h"

#include <utility>

namespace wherry::serve {

WorkerPool::WorkerPool(const WorkerPoolOptions& options) : options_(options) {
  threads_.reserve(options.threads);
  for (unsigned i = 0; i < options.threads; i++) threads_.emplace_back([this] { work(); });
}

WorkerPool::~WorkerPool() {
  {
    std::lock_guard lock(mutex_);
    ended_ = true;
    queue_.clear();
  }
  wake_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

bool WorkerPool::submit(Job& job) {
  {
    std::lock_guard lock(mutex_);
    size_t free_threads = options_.threads - running_;
    if (queue_.size() >= options_.queued_max + free_threads) return false;
    queue_.push_back(std::move(job));
  }
  wake_.notify_one();
  return true;
}

void WorkerPool::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait(lock, [this] { return ended_ || !queue_.empty(); });
    if (ended_) return;
    Job job = std::move(queue_.front());
    queue_.pop_front();
    running_++;
    lock.unlock();
    job();
    job = nullptr;
    lock.lock();
    running_--;
  }
}

}  // namespace wherry::serve
