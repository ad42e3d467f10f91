#include "serve/worker_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <latch>

namespace wherry::serve {
namespace {

TEST(WorkerPool, RunsJobsAtOnce) {
  WorkerPool pool({.threads = 2, .threads_eager = 2, .queued_max = 0});
  std::latch both_run(2);
  std::latch done(2);
  for (int i = 0; i < 2; i++) {
    WorkerPool::Job job = [&] {
      both_run.arrive_and_wait();  // would hang, one after the other
      done.count_down();
    };
    ASSERT_TRUE(pool.submit(job));
  }
  done.wait();
}

TEST(WorkerPool, WakesAllThreadsForJobsThatBlock) {
  constexpr int kThreads = 16;
  WorkerPool pool({.threads = kThreads, .threads_eager = 1, .queued_max = 0});
  std::latch all_run(kThreads);
  std::latch done(kThreads);
  for (int i = 0; i < kThreads; i++) {
    WorkerPool::Job job = [&] {
      all_run.arrive_and_wait();
      done.count_down();
    };
    ASSERT_TRUE(pool.submit(job));
  }
  done.wait();
}

TEST(WorkerPool, RunsEveryJobOfManyThreads) {
  constexpr int kJobs = 20'000;
  WorkerPool pool({.threads = 8, .threads_eager = 2, .queued_max = 4 * kJobs});
  std::latch done(4 * kJobs);
  std::vector<std::thread> submitters;
  for (int i = 0; i < 4; i++)
    submitters.emplace_back([&] {
      for (int j = 0; j < kJobs; j++) {
        WorkerPool::Job job = [&done] { done.count_down(); };
        EXPECT_TRUE(pool.submit(job));
      }
    });
  for (std::thread& submitter : submitters) submitter.join();
  done.wait();
}

TEST(WorkerPool, RefusesBeyondItsQueue) {
  std::latch running(1);
  std::latch release(1);
  std::atomic<int> ran = 0;
  WorkerPool pool({.threads = 1, .threads_eager = 1, .queued_max = 1});
  WorkerPool::Job blocking = [&] {
    running.count_down();
    release.wait();
  };
  ASSERT_TRUE(pool.submit(blocking));
  running.wait();
  WorkerPool::Job queued = [&] { ran++; };
  ASSERT_TRUE(pool.submit(queued));
  WorkerPool::Job refused = [&] { ran += 100; };
  EXPECT_FALSE(pool.submit(refused));
  EXPECT_TRUE(refused != nullptr) << "its owner still has it";
  release.count_down();
}

TEST(WorkerPool, DropsWhatIsQueuedAtItsEnd) {
  std::latch release(1);
  auto owned = std::make_shared<int>(1);
  {
    WorkerPool pool({.threads = 1, .threads_eager = 1, .queued_max = 10});
    std::latch running(1);
    WorkerPool::Job blocking = [&] {
      running.count_down();
      release.wait();
    };
    ASSERT_TRUE(pool.submit(blocking));
    running.wait();
    WorkerPool::Job queued = [owned] {};
    ASSERT_TRUE(pool.submit(queued));
    EXPECT_EQ(owned.use_count(), 2);
    release.count_down();
  }
  EXPECT_EQ(owned.use_count(), 1);
}

}  // namespace
}  // namespace wherry::serve
