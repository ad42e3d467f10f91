// Calls, traps and interruption on code written by hand; tests/spec has the same on compiled
// modules.
#include "runtime/traps.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <thread>

#include "runtime/activation.h"
#include "runtime/handmade_artifact.h"
#include "runtime/instance.h"
#include "runtime/instance_impl.h"

namespace wherry::runtime {
namespace {

using namespace std::chrono_literals;

// "env" with one function "host", which does as the test says.
class TestHost : public HostModule {
 public:
  explicit TestHost(std::function<HostResult(Caller&)> action)
      : action_(std::move(action)), definition_{"host", {}, &TestHost::call} {}
  std::string_view name() const override { return "env"; }
  const HostFunctionDefinition* find_function(std::string_view field) const override {
    return field == "host" ? &definition_ : nullptr;
  }
  void* self() override { return this; }

 private:
  static HostResult call(void* self, Caller& caller, std::span<uint64_t>) {
    return static_cast<TestHost*>(self)->action_(caller);
  }
  std::function<HostResult(Caller&)> action_;
  HostFunctionDefinition definition_;
};

constexpr uint64_t kStackBytes = 256 * 1024;

std::unique_ptr<Instance> instantiate(HandmadeArtifact& artifact, const Linker& linker = {},
                                      Limits limits = {.stack_bytes = kStackBytes}) {
  auto instance = Instance::create(artifact.open(), linker, {.limits = limits});
  EXPECT_TRUE(instance.has_value());
  return *std::move(instance);
}

std::expected<void, Trap> call(Instance& instance, std::string_view name) {
  return Instance::call(*instance.find_function(name), {});
}

// One module with the ways to stop.
class TrapsTest : public testing::Test {
 protected:
  void SetUp() override {
    artifact_.memory(1);
    artifact_.function("return", {0xc3});
    artifact_.function("unreachable", {0x90, 0x67, 0x0f, 0xb9, 0x40, 0x01});
    artifact_.function("divide", {0x67, 0x0f, 0xb9, 0x40, 0x07});
    // call itself
    artifact_.function("recurse", {0xe8, 0xfb, 0xff, 0xff, 0xff, 0xc3});
    // mov 8(%rdi), %rax; movzbl 0x10000(%rax), %eax; ret: the first byte behind the memory
    artifact_.function("load", {0x48, 0x8b, 0x47, 0x08, 0x0f, 0xb6, 0x80, 0, 0, 1, 0, 0xc3});
    // mov 8(%rdi), %rax; movzbl 0xffff(%rax), %eax; ret: its last byte
    artifact_.function("load last",
                       {0x48, 0x8b, 0x47, 0x08, 0x0f, 0xb6, 0x80, 0xff, 0xff, 0, 0, 0xc3});
    artifact_.function("loop", {0xeb, 0xfe});
    // mov 8(%rdi), %rax; movzbl -1(%rax), %eax; ret: the byte in front of the memory
    artifact_.function("load before",
                       {0x48, 0x8b, 0x47, 0x08, 0x0f, 0xb6, 0x80, 0xff, 0xff, 0xff, 0xff, 0xc3});
    instance_ = instantiate(artifact_);
  }
  // From another thread, once the guest is likely to run.
  std::expected<void, Trap> interrupted(std::string_view name) {
    std::thread other([this] {
      std::this_thread::sleep_for(20ms);
      instance_->interrupt(TrapCode::Interrupted);
    });
    auto result = call(*instance_, name);
    other.join();
    return result;
  }

  HandmadeArtifact artifact_;
  std::unique_ptr<Instance> instance_;
};

TEST_F(TrapsTest, ReturnsAndMayBeCalledAgain) {
  for (int round = 0; round < 3; ++round) EXPECT_TRUE(call(*instance_, "return").has_value());
  EXPECT_TRUE(call(*instance_, "load last").has_value());
  EXPECT_EQ(current_activation, nullptr);
}

TEST_F(TrapsTest, TellsCodeAndPlace) {
  struct Case {
    const char* function;
    TrapCode code;
    uint32_t wasm_offset;
    uint32_t index;
  };
  const Case cases[] = {{"unreachable", TrapCode::Unreachable, 0x2001, 1},
                        {"divide", TrapCode::IntegerDivideByZero, 0x3000, 2},
                        {"recurse", TrapCode::StackOverflow, 0x4000, 3},
                        {"load", TrapCode::MemoryOutOfBounds, 0x5004, 4},
                        {"load before", TrapCode::MemoryOutOfBounds, 0x8004, 7}};
  for (int round = 0; round < 2; ++round) {
    for (const Case& item : cases) {
      auto result = call(*instance_, item.function);
      ASSERT_FALSE(result.has_value()) << item.function;
      EXPECT_EQ(result.error().code, item.code) << item.function;
      EXPECT_EQ(result.error().wasm_offset, item.wasm_offset) << item.function;
      EXPECT_EQ(result.error().function, item.index) << item.function;
      EXPECT_EQ(result.error().function_name, item.function);
      EXPECT_EQ(current_activation, nullptr);
    }
  }
}

TEST_F(TrapsTest, WorkOnEveryThread) {
  std::vector<std::thread> threads;
  std::atomic<int> overflows = 0;
  for (int index = 0; index < 4; ++index)
    threads.emplace_back([&] {
      auto own = instantiate(artifact_);
      for (int round = 0; round < 50; ++round)
        overflows += call(*own, "recurse").error().code == TrapCode::StackOverflow;
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(overflows, 200);
}

TEST_F(TrapsTest, AGuestIsInterruptedInItsOwnCode) {
  auto result = interrupted("loop");
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().code, TrapCode::Interrupted);
  EXPECT_EQ(result.error().function_name, "loop");
}

TEST_F(TrapsTest, AnInterruptionIsNotLeftOverForTheNextCall) {
  instance_->interrupt(TrapCode::Interrupted);
  EXPECT_TRUE(call(*instance_, "return").has_value());
  EXPECT_FALSE(interrupted("loop").has_value());
  EXPECT_TRUE(call(*instance_, "return").has_value());
}

TEST_F(TrapsTest, InterruptingAtAnyMomentIsSafe) {
  std::atomic<bool> done = false;
  std::thread other([&] {
    while (!done) {
      instance_->interrupt(TrapCode::Interrupted);
      std::this_thread::yield();  // mutexes are not fair
    }
  });
  for (int round = 0; round < 5'000; ++round) {
    auto result = call(*instance_, "return");
    ASSERT_TRUE(result || result.error().code == TrapCode::Interrupted);
  }
  done = true;
  other.join();
}

TEST_F(TrapsTest, AStackOverflowNamesTheStacksSize) {
  EXPECT_EQ(call(*instance_, "recurse").error().limit, kStackBytes);
}

TEST_F(TrapsTest, AGuestIsStoppedWhenItsTimeIsOver) {
  auto instance = instantiate(artifact_, {}, {.time = 30ms});
  EXPECT_TRUE(call(*instance, "return").has_value());
  auto result = call(*instance, "loop");
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().code, TrapCode::TimeLimit);
  EXPECT_EQ(result.error().limit, 30'000'000u);
  EXPECT_EQ(result.error().function_name, "loop");
  // It stays over, for the time began with the first call.
  EXPECT_EQ(call(*instance, "loop").error().code, TrapCode::TimeLimit);
}

TEST_F(TrapsTest, AGuestIsStoppedWhenItsCpuTimeIsOver) {
  auto instance = instantiate(artifact_, {}, {.time = 1h, .cpu_time = 30ms});
  for (int round = 0; round < 2; ++round) {
    auto result = call(*instance, "loop");
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(result.error().code, TrapCode::CpuTimeLimit);
    EXPECT_EQ(result.error().limit, 30'000'000u);
  }
}

// What a limit of time costs a call: docs and interruption.h quote it.
TEST_F(TrapsTest, CallsWithLimitsOfTimeReturn) {
  auto instance = instantiate(artifact_, {}, {.time = 1h, .cpu_time = 1h});
  for (int round = 0; round < 1'000; ++round) ASSERT_TRUE(call(*instance, "return").has_value());
}

class HostCallTest : public testing::Test {
 protected:
  void link(std::function<HostResult(Caller&)> action, Limits limits = {}) {
    host_ = std::make_unique<TestHost>(std::move(action));
    artifact_.import("env", "host");
    // sub $8, %rsp; mov N(%rdi), %rax (the first import's code); call *%rax; add $8, %rsp; ret
    artifact_.function(
        "call host", {0x48, 0x83, 0xec, 0x08, 0x48, 0x8b, 0x47, sizeof(abi::VmContext), 0xff, 0xd0,
                      0x48, 0x83, 0xc4, 0x08, 0xc3});
    artifact_.function("unreachable", {0x67, 0x0f, 0xb9, 0x40, 0x01});
    artifact_.function("loop", {0xeb, 0xfe});
    Linker linker;
    linker.add(*host_);
    instance_ = instantiate(artifact_, linker, limits);
  }

  HandmadeArtifact artifact_;
  std::unique_ptr<TestHost> host_;
  std::unique_ptr<Instance> instance_;
};

TEST_F(HostCallTest, KnowsItsCaller) {
  Instance* caller = nullptr;
  link([&](Caller& from) -> HostResult {
    caller = &from.instance();
    return {};
  });
  EXPECT_TRUE(call(*instance_, "call host").has_value());
  EXPECT_EQ(caller, instance_.get());
}

TEST_F(HostCallTest, StopsTheGuestWithItsOwnTrap) {
  link([](Caller&) -> HostResult {
    return std::unexpected(Trap{.code = TrapCode::Exit, .exit_status = 3});
  });
  auto result = call(*instance_, "call host");
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().code, TrapCode::Exit);
  EXPECT_EQ(result.error().exit_status, 3u);
}

TEST_F(HostCallTest, MayCallTheGuestWhoseTrapEndsOnlyThatCall) {
  int depth = 0;
  link([&](Caller& caller) -> HostResult {
    if (++depth < 50) return call(caller.instance(), "call host");
    EXPECT_EQ(call(caller.instance(), "unreachable").error().code, TrapCode::Unreachable);
    return {};
  });
  EXPECT_TRUE(call(*instance_, "call host").has_value());
  EXPECT_EQ(depth, 50);
}

TEST_F(HostCallTest, InterruptionEndsABlockingSystemCallAndThenTheGuest) {
  int pipe_ends[2];
  ASSERT_EQ(pipe(pipe_ends), 0);
  bool was_interrupted = false;
  link([&](Caller&) -> HostResult {
    char byte;
    was_interrupted = read(pipe_ends[0], &byte, 1) < 0 && errno == EINTR;
    return {};
  });
  std::thread other([&] {
    std::this_thread::sleep_for(20ms);
    instance_->interrupt(TrapCode::Interrupted);
  });
  auto result = call(*instance_, "call host");
  other.join();
  EXPECT_TRUE(was_interrupted);
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().code, TrapCode::Interrupted);
  close(pipe_ends[0]);
  close(pipe_ends[1]);
}

// Works until the thread's clock has moved on by `time`.
void work(Nanoseconds time) {
  Nanoseconds end = read_clock(CLOCK_THREAD_CPUTIME_ID) + time;
  while (read_clock(CLOCK_THREAD_CPUTIME_ID) < end) continue;
}

TEST_F(HostCallTest, TheEndOfItsTimeEndsABlockingSystemCall) {
  int pipe_ends[2];
  ASSERT_EQ(pipe(pipe_ends), 0);
  link(
      [&](Caller&) -> HostResult {
        char byte;
        EXPECT_EQ(read(pipe_ends[0], &byte, 1), -1);
        return {};
      },
      {.time = 20ms});
  EXPECT_EQ(call(*instance_, "call host").error().code, TrapCode::TimeLimit);
  close(pipe_ends[0]);
  close(pipe_ends[1]);
}

// The processor's clock stands still in a blocking call; whoever has used up its time before is
// stopped all the same.
TEST_F(HostCallTest, TheEndOfItsCpuTimeEndsABlockingSystemCall) {
  int pipe_ends[2];
  ASSERT_EQ(pipe(pipe_ends), 0);
  link(
      [&](Caller& caller) -> HostResult {
        while (!caller.instance().impl().interruption().pending()) continue;
        char byte;
        EXPECT_EQ(read(pipe_ends[0], &byte, 1), -1);
        return {};
      },
      {.cpu_time = 10ms});
  EXPECT_EQ(call(*instance_, "call host").error().code, TrapCode::CpuTimeLimit);
  close(pipe_ends[0]);
  close(pipe_ends[1]);
}

TEST_F(HostCallTest, CpuTimeIsTheSumOfAllCalls) {
  link(
      [](Caller&) -> HostResult {
        work(20ms);
        return {};
      },
      {.cpu_time = 50ms});
  int calls = 0;
  while (calls < 10 && call(*instance_, "call host")) ++calls;
  EXPECT_GE(calls, 1);
  EXPECT_LE(calls, 3);  // what the third uses too much may be noticed only afterwards
}

TEST_F(HostCallTest, InterruptionReachesThroughNestedCalls) {
  link([&](Caller& caller) -> HostResult {
    caller.instance().interrupt(TrapCode::Interrupted);
    EXPECT_EQ(call(caller.instance(), "loop").error().code, TrapCode::Interrupted);
    return {};  // swallowed, in vain
  });
  auto result = call(*instance_, "call host");
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().code, TrapCode::Interrupted);
}

TEST(Linking, NamesWhatIsMissing) {
  HandmadeArtifact artifact;
  artifact.import("env", "foo\n");
  auto instance = Instance::create(artifact.open(), Linker(), {});
  ASSERT_FALSE(instance.has_value());
  EXPECT_EQ(instance.error().code, ErrorCode::NotFound);
  EXPECT_EQ(instance.error().message,
            "unknown import: env.foo? (function [] -> []): nothing of that name is offered to it");
}

TEST(Linking, NamesBothTypesWhereTheyDiffer) {
  HandmadeArtifact artifact;
  artifact.import("env", "foo");
  HostFunctionDefinition definition{"foo", {{wasm::ValueType::i32()}, {}}, nullptr};
  Linker linker;
  linker.add("env", "foo", HostFunctionBinding{&definition, nullptr});
  auto instance = Instance::create(artifact.open(), linker, {});
  ASSERT_FALSE(instance.has_value());
  EXPECT_EQ(instance.error().code, ErrorCode::Invalid);
  EXPECT_EQ(
      instance.error().message,
      "incompatible import type: env.foo: the module wants function [] -> [], offered is function "
      "[i32] -> []");
}

TEST(Linking, NamesTheMemoryThatIsNeededAndItsLimit) {
  HandmadeArtifact artifact;
  artifact.memory(1);
  artifact.memory(3);
  auto open = artifact.open();
  EXPECT_TRUE(Instance::create(open, {}, {.limits = {.memory_bytes_max = 4 << 16}}).has_value());
  auto refused = Instance::create(open, {}, {.limits = {.memory_bytes_max = 3 << 16}});
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::Unavailable);
  EXPECT_EQ(refused.error().message,
            "its memories and tables begin with 256 KiB, more than the limit of 192 KiB");
}

TEST(Linking, RunsTheStartFunction) {
  HandmadeArtifact artifact;
  artifact.start(artifact.function("start", {0x67, 0x0f, 0xb9, 0x40, 0x01}));
  auto instance = instantiate(artifact);
  auto result = instance->initialize();
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().function_name, "start");
}

// Faults that are no guest's end the process as they always did.
TEST(TrapsDeathTest, AFaultOfTheHostIsNotCaught) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  HandmadeArtifact artifact;
  artifact.function("return", {0xc3});
  auto instance = instantiate(artifact);
  EXPECT_EXIT(
      {
        (void)call(*instance, "return");  // the handlers are there now
        raise(SIGSEGV);
      },
      testing::KilledBySignal(SIGSEGV), "");
}

}  // namespace
}  // namespace wherry::runtime
