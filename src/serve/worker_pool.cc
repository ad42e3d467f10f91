#include "serve/worker_pool.h"

#include <algorithm>
#include <utility>

namespace wherry::serve {

static constexpr auto kHeldUpAfter = std::chrono::milliseconds(2);

WorkerPool::WorkerPool(const WorkerPoolOptions& options)
    : options_(options),
      threads_eager_(std::clamp(options.threads_eager, 1u, options.threads)),
      job_starts_(options.threads, Clock::time_point::max()) {
  threads_.reserve(options.threads + 1);
  for (unsigned i = 0; i < options.threads; i++) threads_.emplace_back([this, i] { work(i); });
  threads_.emplace_back([this] { monitor(); });
}

WorkerPool::~WorkerPool() {
  {
    std::lock_guard lock(mutex_);
    ended_ = true;
    queue_.clear();
  }
  wake_.notify_all();
  wake_monitor_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

bool WorkerPool::submit(Job& job) {
  Lock lock(mutex_);
  if (queue_.size() >= options_.queued_max + options_.threads - running_) return false;
  queue_.push_back(std::move(job));
  std::condition_variable* to_notify = nullptr;
  if (awake_ < threads_eager_) {
    awake_++;
    wakeups_++;
    to_notify = &wake_;
  } else if (!monitoring_) {
    monitoring_ = true;
    to_notify = &wake_monitor_;
  }
  lock.unlock();  // first: who wakes wants the lock
  if (to_notify) to_notify->notify_one();
  return true;
}

void WorkerPool::work(unsigned thread) {
  Lock lock(mutex_);
  for (;;) {
    wake_.wait(lock, [this] { return ended_ || wakeups_ > 0; });
    if (ended_) return;
    wakeups_--;
    run_jobs(lock, thread);
    awake_--;
  }
}

// Until there are none, or enough others are awake for those that do not block.
void WorkerPool::run_jobs(Lock& lock, unsigned thread) {
  while (!queue_.empty() && !ended_) {
    Job job = std::move(queue_.front());
    queue_.pop_front();
    Clock::time_point start = Clock::now();
    job_starts_[thread] = start;
    running_++;
    lock.unlock();
    job();
    job = nullptr;
    bool was_held_up = Clock::now() - start > kHeldUpAfter;
    lock.lock();
    running_--;
    job_starts_[thread] = Clock::time_point::max();
    if (!was_held_up && awake_ > threads_eager_ + held_up_) return;
  }
}

// A queue that is not empty has either a thread on its way to it, or the monitor.
void WorkerPool::monitor() {
  Lock lock(mutex_);
  while (!ended_) {
    wake_monitor_.wait(lock, [this] { return ended_ || monitoring_; });
    while (!ended_ && !queue_.empty()) {
      wake_for_those_held_up();
      wake_monitor_.wait_for(lock, kHeldUpAfter, [this] { return ended_; });
    }
    monitoring_ = false;
    held_up_ = 0;
  }
}

void WorkerPool::wake_for_those_held_up() {
  Clock::time_point limit = Clock::now() - kHeldUpAfter;
  auto is_held_up = [&](Clock::time_point start) { return start < limit; };
  held_up_ = static_cast<size_t>(std::ranges::count_if(job_starts_, is_held_up));
  size_t awake_max = std::min<size_t>(threads_eager_ + held_up_, options_.threads);
  for (size_t woken = 0; awake_ < awake_max && woken < queue_.size(); woken++) {
    awake_++;
    wakeups_++;
    wake_.notify_one();
  }
}

}  // namespace wherry::serve
