// Threads of a host that run instances with one shared memory: atomics of compiled code, waiting,
// growing, and the limits of each thread.
#include <gmock/gmock.h>

#include <atomic>
#include <thread>

#include "runtime/thread_timer.h"
#include "spec/engine_test.h"

namespace wherry::spec {
namespace {

using runtime::TrapCode;
using namespace std::chrono_literals;

class ThreadsTest : public EngineTest {
 protected:
  // Each with an instance of its own that imports m.memory; `run` is called on a thread each.
  using Run = std::function<void(runtime::Instance&, uint32_t number)>;
  void run_threads(std::string_view text, uint32_t count, const Run& run, abi::CodeMode mode = {}) {
    auto artifact = compile(assemble(text), mode);
    ASSERT_TRUE(artifact.has_value()) << artifact.error().message;
    memory_ = *runtime::Memory::create(
        {.limits = {1, 100}, .guarded = !mode.checks_bounds, .shared = true});
    runtime::Linker linker;
    linker.add("m", "memory", memory_.get());
    runtime::Limits limits{.stack_bytes = 1024 * 1024};
    if (mode.counts_fuel) limits.fuel = 100'000'000;
    std::vector<std::jthread> threads;
    for (uint32_t number = 0; number < count; ++number)
      threads.emplace_back([&, number] {
        auto instance = runtime::Instance::create(*artifact, linker, {.limits = limits});
        ASSERT_TRUE(instance.has_value()) << instance.error().message;
        ASSERT_TRUE((*instance)->initialize().has_value());
        run(**instance, number);
      });
  }

  template <class T>
  T read(uint64_t address) {
    T value;
    std::memcpy(&value, memory_->bytes().data() + address, sizeof value);
    return value;
  }

  std::unique_ptr<runtime::Memory> memory_;
};

// By all widths and operations of which order does not matter, and a lock made of cmpxchg.
constexpr std::string_view kCounting = R"((module
  (import "m" "memory" (memory 1 100 shared))
  (func (export "count") (param i32)
    (loop $again
      (drop (i32.atomic.rmw8.add_u (i32.const 0) (i32.const 1)))
      (drop (i32.atomic.rmw16.sub_u (i32.const 2) (i32.const 1)))
      (drop (i32.atomic.rmw.add (i32.const 4) (i32.const 1)))
      (drop (i64.atomic.rmw.add (i32.const 8) (i64.const 0x100000001)))
      (drop (i64.atomic.rmw32.xor_u (i32.const 16) (i64.const 0xff)))
      (call $lock)
      (i32.store (i32.const 28) (i32.add (i32.load (i32.const 28)) (i32.const 1)))
      (call $unlock)
      (br_if $again (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))))
  ;; 0: free, 1: taken
  (func $lock
    (loop $again
      (if (i32.atomic.rmw.cmpxchg (i32.const 24) (i32.const 0) (i32.const 1))
        (then
          (drop (memory.atomic.wait32 (i32.const 24) (i32.const 1) (i64.const -1)))
          (br $again)))))
  (func $unlock
    (i32.atomic.store (i32.const 24) (i32.const 0))
    (drop (memory.atomic.notify (i32.const 24) (i32.const 1)))))
)";

TEST_F(ThreadsTest, LoseNoUpdate) {
  const abi::CodeMode modes[] = {{}, {.checks_bounds = true}, {.counts_fuel = true}};
  for (const abi::CodeMode& mode : modes) {
    constexpr uint32_t kThreads = 4, kRounds = 5000, kSum = kThreads * kRounds;
    run_threads(
        kCounting, kThreads,
        [&](runtime::Instance& instance, uint32_t) {
          EXPECT_TRUE(call(instance, "count", {kRounds}).has_value());
        },
        mode);
    EXPECT_EQ(read<uint8_t>(0), kSum % 256);
    EXPECT_EQ(read<uint16_t>(2), static_cast<uint16_t>(0 - kSum));
    EXPECT_EQ(read<uint32_t>(4), kSum);
    EXPECT_EQ(read<uint64_t>(8), uint64_t{kSum} * 0x1'0000'0001);
    EXPECT_EQ(read<uint32_t>(16), 0u);
    EXPECT_EQ(read<uint32_t>(28), kSum);
  }
}

TEST_F(ThreadsTest, SeeEachOthersGrowth) {
  constexpr std::string_view kGrowing = R"((module
    (import "m" "memory" (memory 1 100 shared))
    (func (export "grow") (param i32)
      (loop $again
        (drop (memory.grow (i32.const 1)))
        (br_if $again (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))))
    ;; Until another thread has done it; then the new bytes are there.
    (func (export "await") (param i32) (result i32)
      (loop $again (br_if $again (i32.lt_u (memory.size) (local.get 0))))
      (i32.load (i32.sub (i32.mul (local.get 0) (i32.const 65536)) (i32.const 4))))))";
  for (bool checks_bounds : {false, true}) {
    run_threads(kGrowing, 3,
                [&](runtime::Instance& instance, uint32_t number) {
                  const bool grows = number > 0;
                  std::vector<uint64_t> slots = {grows ? 30u : 61u};
                  EXPECT_TRUE(call_into(instance, grows ? "grow" : "await", slots).has_value());
                },
                {.checks_bounds = checks_bounds});
    EXPECT_EQ(memory_->pages(), 61u);
  }
}

constexpr std::string_view kWaiting = R"((module
  (import "m" "memory" (memory 1 100 shared))
  (func (export "wait") (param i64) (result i32)
    (memory.atomic.wait32 offset=8 (i32.const 0) (i32.const 0) (local.get 0)))
  (func (export "wait64") (param i32) (result i32)
    (memory.atomic.wait64 (local.get 0) (i64.const 0) (i64.const 0)))
  (func (export "notify") (param i32) (result i32)
    (memory.atomic.notify offset=8 (local.get 0) (i32.const 1)))))";

TEST_F(ThreadsTest, ThatWaitAreStopped) {
  run_threads(kWaiting, 1, [&](runtime::Instance& instance, uint32_t) {
    // Again and again: the first may come before the call.
    std::jthread other([&](const std::stop_token& stopped) {
      while (!stopped.stop_requested()) {
        std::this_thread::sleep_for(20ms);
        instance.interrupt(TrapCode::Interrupted);
      }
    });
    auto outcome = call(instance, "wait", {~uint64_t{0}});
    ASSERT_FALSE(outcome.has_value());
    EXPECT_EQ(outcome.error().code, TrapCode::Interrupted);
  });
}

TEST_F(ThreadsTest, TrapWhereTheyCannotWait) {
  run_threads(kWaiting, 1, [&](runtime::Instance& instance, uint32_t) {
    EXPECT_EQ(call(instance, "wait64", {65536}).error().code, TrapCode::MemoryOutOfBounds);
    EXPECT_EQ(call(instance, "wait64", {4}).error().code, TrapCode::UnalignedAtomic);
    EXPECT_EQ(call(instance, "notify", {65528}).error().code, TrapCode::MemoryOutOfBounds);
    EXPECT_EQ(call(instance, "notify", {0xffff'fff8}).error().code, TrapCode::MemoryOutOfBounds);
    EXPECT_EQ(call(instance, "notify", {2}).error().code, TrapCode::UnalignedAtomic);
    std::vector<uint64_t> slots = {1000};
    EXPECT_TRUE(call_into(instance, "wait", slots).has_value());
    EXPECT_EQ(slots[0], 2u);  // timed out
  });
}

TEST_F(ThreadsTest, WaitInSharedMemoriesOnly) {
  auto instance = instantiate(R"((module (memory 1)
    (func (export "wait") (drop (memory.atomic.wait32 (i32.const 0) (i32.const 0) (i64.const 0))))
    (func (export "notify") (result i32) (memory.atomic.notify (i32.const 0) (i32.const 1)))))");
  EXPECT_EQ(call(*instance, "wait").error().code, TrapCode::ExpectedSharedMemory);
  std::vector<uint64_t> slots = {7};
  EXPECT_TRUE(call_into(*instance, "notify", slots).has_value());
  EXPECT_EQ(slots[0], 0u);
}

// Whatever LLVM could make of them.
TEST_F(ThreadsTest, AtomicsBeyondTheEndTrapWhenNobodyWantsTheirResult) {
  for (const char* memory : {"1 1 shared", "i64 1 1 shared"}) {
    const std::string type = memory[0] == 'i' ? "i64" : "i32";
    auto instance = instantiate("(module (memory " + std::string(memory) + R"()
      (func (export "load") (param )" +
                                type + R"()
        (drop (i32.atomic.load (local.get 0))))
      (func (export "or") (param )" +
                                type + R"()
        (drop (i32.atomic.rmw.or (local.get 0) (i32.const 0))))
      (func (export "add") (param )" +
                                type + R"()
        (drop (i64.atomic.rmw8.add_u (local.get 0) (i64.const 0))))
      (func (export "cmpxchg") (param )" +
                                type + R"()
        (drop (i32.atomic.rmw16.cmpxchg_u (local.get 0) (i32.const 0) (i32.const 0)))))
      )");
    for (const char* name : {"load", "or", "add", "cmpxchg"}) {
      EXPECT_TRUE(call(*instance, name, {65532}).has_value()) << memory << ' ' << name;
      auto beyond = call(*instance, name, {65536});
      ASSERT_FALSE(beyond.has_value()) << memory << ' ' << name;
      EXPECT_EQ(beyond.error().code, TrapCode::MemoryOutOfBounds) << memory << ' ' << name;
    }
  }
}

constexpr std::string_view kSpinning = R"((module
  (func (export "spin") (loop $again (br $again)))))";

TEST_F(ThreadsTest, BeginNoCallOnceTheyAreEnded) {
  auto instance = instantiate(kSpinning);
  std::jthread other([&] {
    std::this_thread::sleep_for(20ms);
    instance->end(TrapCode::Interrupted);
  });
  EXPECT_EQ(call(*instance, "spin").error().code, TrapCode::Interrupted);
  other.join();
  EXPECT_EQ(call(*instance, "spin").error().code, TrapCode::Interrupted);
}

// Two with a limit each would take twice as much.
TEST_F(ThreadsTest, SpendOneAccountOfProcessorTime) {
  auto artifact = compile(assemble(kSpinning));
  constexpr auto kLimit = 300ms;
  const runtime::Limits limits{.stack_bytes = 1024 * 1024, .cpu_time = kLimit};
  runtime::SharedLimits shared(limits);
  std::atomic<int64_t> used_ns = 0;
  std::vector<std::jthread> threads;
  for (int number = 0; number < 2; ++number)
    threads.emplace_back([&] {
      auto instance =
          *runtime::Instance::create(*artifact, {}, {.limits = limits, .shared_limits = &shared});
      auto outcome = call(*instance, "spin");
      ASSERT_FALSE(outcome.has_value());
      EXPECT_EQ(outcome.error().code, TrapCode::CpuTimeLimit);
      EXPECT_EQ(outcome.error().limit,
                static_cast<uint64_t>(std::chrono::nanoseconds(kLimit).count()));
      used_ns += runtime::read_clock(CLOCK_THREAD_CPUTIME_ID).count();
    });
  threads.clear();
  EXPECT_GE(std::chrono::nanoseconds(used_ns), kLimit);
  EXPECT_LT(std::chrono::nanoseconds(used_ns), 2 * kLimit - 50ms);
}

TEST_F(ThreadsTest, MemoriesAreSharedOnBothSidesOrNot) {
  auto artifact = compile(assemble(R"((module (import "m" "memory" (memory 1 100 shared))))"));
  auto memory = *runtime::Memory::create({.limits = {1, 100}});
  runtime::Linker linker;
  linker.add("m", "memory", memory.get());
  auto instance = runtime::Instance::create(*artifact, linker, {});
  ASSERT_FALSE(instance.has_value());
  EXPECT_THAT(instance.error().message, testing::HasSubstr("wants shared memory of 1..100 pages"));
}

}  // namespace
}  // namespace wherry::spec
