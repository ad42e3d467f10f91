// Exceptions in compiled modules: what the official suite does not ask.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>
#include <thread>

#include "abi/exception.h"
#include "spec/engine_test.h"

namespace wherry::spec {
namespace {

using runtime::Instance;
using runtime::TrapCode;

class ExceptionTest : public EngineTest {
 protected:
  ExceptionTest() { wat_flags_ = {"--enable-exceptions", "--enable-tail-call"}; }
};

std::string repeated(const std::string& text, size_t count) {
  std::string all;
  for (size_t index = 0; index < count; ++index) all += text;
  return all;
}

// (param i64 f64 i64 f64 …), and the arguments of a call that passes each on.
std::string params(size_t count) { return " (param" + repeated(" i64 f64", count) + ")"; }
std::string arguments(size_t count) {
  std::string all;
  for (size_t index = 0; index < 2 * count; ++index) all += fmt::format(" (local.get {})", index);
  return all;
}

TEST_F(ExceptionTest, RestoresTheRegistersOfFramesOfAllKinds) {
  // Each function keeps all its parameters over a call that throws, and adds them up when it has
  // caught the exception. Functions in between keep them in registers as well.
  constexpr size_t kParamPairsMax = 9;
  std::string text =
      "(module (tag $e (param i64 f64))\n (func $throw (throw $e (i64.const 100) (f64.const "
      "0.5)))\n";
  for (size_t count = 0; count <= kParamPairsMax; ++count) {
    std::string sum;
    for (size_t index = 0; index < count; ++index)
      sum += fmt::format(" (i64.add (local.get {})) (i64.add (i64.trunc_f64_s (local.get {})))",
                         2 * index, 2 * index + 1);
    text += fmt::format(
        " (func $through{0} {1} (result i64) (call $throw) (i64.const 1) {2})\n"
        " (func $catch{0} {1} (result i64) (local f64)\n"
        "  (i64.add (try (result i64) (do (call $through{0} {3}))\n"
        "   (catch $e (local.set {4}) (i64.add (i64.trunc_f64_s (f64.mul (f64.const 4) (local.get "
        "{4}))))))\n"
        "   (i64.const 0)) {2})\n"
        " (func (export \"f{0}\") (result i64) (call $catch{0} {5}))\n",
        count, params(count), sum, arguments(count), 2 * count,
        repeated(" (i64.const 3) (f64.const 5)", count));
  }
  auto instance = instantiate(text + ")");
  for (size_t count = 0; count <= kParamPairsMax; ++count) {
    std::vector<uint64_t> slots(1);
    auto result = call_into(*instance, fmt::format("f{}", count), slots);
    ASSERT_TRUE(result.has_value()) << count << " pairs: " << trap_message(result.error().code);
    EXPECT_EQ(slots[0], 102 + 8 * count) << count << " pairs";
  }
}

TEST_F(ExceptionTest, FindsTheFramesBehindTailCallsWithOtherArguments) {
  // $few passes more arguments on the stack than it was given itself, $back fewer; the functions
  // around them keep values in registers and on the stack.
  std::string many = "(param" + repeated(" i64", 14) + ")", ones = repeated(" (i64.const 1)", 13);
  auto instance = instantiate(R"((module (tag $e (param i64)) (tag $other)
    (func $throw (param i64) (result i64) (throw $e (local.get 0)))
    (func $many )" + many + R"( (result i64)
      (if (i64.eqz (local.get 13)) (then (return (i64.add (local.get 12) (local.get 6)))))
      (return_call $throw (i64.add (local.get 12) (local.get 13))))
    (func $few (param i64) (result i64) (return_call $many )" +
                              ones + R"( (local.get 0)))
    (func $back )" + many + R"( (result i64) (return_call $few (local.get 13)))
    (func $through (param i64) (result i64)
      (i64.add (call $back )" +
                              ones + R"( (local.get 0)) (i64.mul (local.get 0) (i64.const 2))))
    (func (export "run") (param i64) (result i64) (local $sum i64)
      (loop $next
        (local.set $sum (i64.add (local.get $sum)
          (try (result i64)
            (do (try (result i64) (do (call $through (local.get 0))) (catch $other (i64.const 0))))
            (catch $e (i64.add (local.get 0))))))
        (br_if $next (i64.ge_s (local.tee 0 (i64.sub (local.get 0) (i64.const 1))) (i64.const 0))))
      (local.get $sum))))");
  std::vector<uint64_t> slots = {3};
  ASSERT_TRUE(call_into(*instance, "run", slots).has_value());
  EXPECT_EQ(slots[0], (4 + 3) + (3 + 2) + (2 + 1) + 2u);
}

TEST_F(ExceptionTest, AnExceptionThatNobodyCatchesNamesItsThrow) {
  std::string text = R"((module (tag $e (param i32))
    (func $thrower (param i32) (throw $e (local.get 0)))
    (func (export "run") (param i32) (call $thrower (local.get 0)))))";
  auto instance = instantiate(text);
  auto result = call(*instance, "run", {42});
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().code, TrapCode::UncaughtException);
  EXPECT_EQ(result.error().function_name, "thrower");
  ASSERT_NE(result.error().exception, nullptr);
  EXPECT_EQ(static_cast<uint32_t>(*result.error().exception->payload()), 42u);
  Bytes binary = assemble(text);
  ASSERT_LT(result.error().wasm_offset, binary.size());
  EXPECT_EQ(binary[result.error().wasm_offset], std::byte{0x08});  // throw
}

TEST_F(ExceptionTest, TrapsAreNotCaught) {
  auto instance = instantiate(R"((module
    (func $forever (call $forever))
    (func $divide (param i32) (drop (i32.div_u (i32.const 1) (local.get 0))))
    (func (export "divide") (try (do (call $divide (i32.const 0))) (catch_all)))
    (func (export "overflow") (try (do (call $forever)) (catch_all)))))");
  EXPECT_EQ(call(*instance, "divide").error().code, TrapCode::IntegerDivideByZero);
  EXPECT_EQ(call(*instance, "overflow").error().code, TrapCode::StackOverflow);
}

TEST_F(ExceptionTest, ThrowingForeverTakesNoMoreMemory) {
  // Some 160 MB of exceptions, more than twice what may be kept; each is caught with a reference to
  // it, since a catch can rethrow.
  auto instance = instantiate(R"((module (tag $e (param i64 i64))
    (func $throw (throw $e (i64.const 1) (i64.const 2)))
    (func (export "run") (param $left i32) (result i64) (local $sum i64)
      (loop $next
        (try
          (do (try (do (call $throw)) (catch_all (rethrow 0))))
          (catch $e (drop) (local.set $sum (i64.add (local.get $sum)))))
        (br_if $next (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))
      (local.get $sum))))");
  std::vector<uint64_t> slots = {5'000'000};
  ASSERT_TRUE(call_into(*instance, "run", slots).has_value());
  EXPECT_EQ(slots[0], 5'000'000u);
}

TEST_F(ExceptionTest, PassesThroughInstancesWithoutExceptions) {
  auto outer = instantiate(R"((module (tag $e (export "e") (param i64))
    (table (export "t") 1 funcref)
    (func (export "throw") (param i64) (throw $e (local.get 0)))))");
  runtime::Linker middle_linker;
  middle_linker.add("outer", *outer);
  auto middle = instantiate(R"((module (import "outer" "throw" (func $throw (param i64)))
    (func (export "pass") (param i64) (result i64) (call $throw (local.get 0)) (i64.const 0))))",
                            middle_linker);
  runtime::Linker linker;
  linker.add("outer", *outer);
  linker.add("middle", *middle);
  auto inner = instantiate(R"((module (import "outer" "e" (tag $e (param i64)))
    (import "middle" "pass" (func $pass (param i64) (result i64))) (tag $other (param i64))
    (func (export "run") (param i64) (result i64)
      (try (result i64) (do (call $pass (local.get 0)))
        (catch $other (drop) (i64.const -1))
        (catch $e (i64.add (i64.const 1)))))))",
                           linker);
  std::vector<uint64_t> slots = {41};
  ASSERT_TRUE(call_into(*inner, "run", slots).has_value());
  EXPECT_EQ(slots[0], 42u);
}

// Offers "call", which calls the export "throw" of `guest`.
class CallingHost : public runtime::HostModule {
 public:
  Instance* guest = nullptr;
  std::optional<runtime::Trap> outcome;

  std::string_view name() const override { return "host"; }
  const runtime::HostFunctionDefinition* find_function(std::string_view) const override {
    static const runtime::HostFunctionDefinition kCall{"call", {}, &CallingHost::call};
    return &kCall;
  }
  void* self() override { return this; }

 private:
  static runtime::HostResult call(void* self, runtime::Caller&, std::span<uint64_t>) {
    auto& host = *static_cast<CallingHost*>(self);
    auto result = Instance::call(*host.guest->find_function("throw"), {});
    if (!result) host.outcome = result.error();
    return result;
  }
};

TEST_F(ExceptionTest, DoesNotPassThroughTheHost) {
  CallingHost host;
  runtime::Linker linker;
  linker.add(host);
  auto instance = instantiate(R"((module (import "host" "call" (func $call)) (tag $e)
    (func (export "throw") (throw $e))
    (func (export "run") (try (do (call $call)) (catch_all)))))",
                              linker);
  host.guest = instance.get();
  auto result = call(*instance, "run");
  ASSERT_TRUE(host.outcome.has_value());
  EXPECT_EQ(host.outcome->code, TrapCode::UncaughtException);
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().code, TrapCode::UncaughtException);
}

TEST_F(ExceptionTest, AGuestThatOnlyThrowsCanBeInterrupted) {
  auto instance = instantiate(R"((module (tag $e) (func $throw (throw $e))
    (func (export "run") (loop $next (try (do (call $throw)) (catch_all)) (br $next)))))");
  std::jthread interrupter([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    instance->interrupt(TrapCode::Interrupted);
  });
  auto result = call(*instance, "run");
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().code, TrapCode::Interrupted);
}

}  // namespace
}  // namespace wherry::spec
