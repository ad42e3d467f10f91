// Instances of compiled modules: what the official suite does not ask. The modules are text, made
// binary by wabt's wat2wasm.
#include "runtime/instance.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "runtime/artifact_cache.h"
#include "spec/engine_test.h"

namespace wherry::spec {
namespace {

using runtime::ArtifactCache;
using runtime::Instance;
using runtime::Trap;
using runtime::TrapCode;
using testing::HasSubstr;

TEST_F(EngineTest, ATrapNamesItsInstructionAndFunction) {
  std::string text = R"((module
    (func $innocent (export "innocent"))
    (func $divide (export "divide") (param i32 i32) (result i32)
      nop (i32.div_u (local.get 0) (local.get 1)))))";
  auto instance = instantiate(text);
  auto result = call(*instance, "divide", {1, 0});
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().code, TrapCode::IntegerDivideByZero);
  EXPECT_EQ(result.error().function, 1u);
  EXPECT_EQ(result.error().function_name, "divide");
  Bytes binary = assemble(text);
  ASSERT_LT(result.error().wasm_offset, binary.size());
  EXPECT_EQ(binary[result.error().wasm_offset], std::byte{0x6e});  // i32.div_u
}

TEST_F(EngineTest, TheFurthestAddressIsOutOfBoundsAndNoCrash) {
  auto instance = instantiate(R"((module (memory 1)
    (func (export "load") (drop (i64.load offset=0xffffffff (i32.const -1))))
    (func (export "store") (i64.store offset=0xffffffff (i32.const -1) (i64.const 0)))))");
  for (const char* name : {"load", "store"})
    EXPECT_EQ(call(*instance, name).error().code, TrapCode::MemoryOutOfBounds) << name;
}

// One case for each way to check an address (compiler/function_address.cc), at its edge and where a
// sum of index and offset would overflow.
TEST_F(EngineTest, AddressesOf64BitsAreCheckedToTheByte) {
  auto instance = instantiate(R"((module (memory i64 2 4)
    (func (export "near") (param i64) (drop (i32.load offset=100 (local.get 0))))
    (func (export "within minimum") (param i64) (drop (i32.load offset=70000 (local.get 0))))
    (func (export "beyond minimum") (param i64) (drop (i32.load offset=131070 (local.get 0))))
    (func (export "beyond all") (param i64)
      (drop (i64.load offset=0xffffffff (local.get 0))))
    (func (export "store") (param i64) (i64.store (local.get 0) (i64.const -1)))
    (func (export "read") (param i64) (result i64) (i64.load8_u (local.get 0)))
    (func (export "grow") (drop (memory.grow (i64.const 1))))))");
  struct Case {
    const char* function;
    uint64_t index;
    bool traps;
  };
  const uint64_t last = ~uint64_t{0};
  auto check = [&](std::initializer_list<Case> cases) {
    for (const Case& item : cases) {
      auto result = call(*instance, item.function, {item.index});
      EXPECT_EQ(!result.has_value(), item.traps) << item.function << " " << item.index;
      if (result.has_value()) continue;
      EXPECT_EQ(result.error().code, TrapCode::MemoryOutOfBounds) << item.function;
    }
  };
  check({{"near", 2 * 65536 - 104, false},
         {"near", 2 * 65536 - 103, true},
         {"near", 2 * 65536, true},
         {"near", last, true},
         {"within minimum", 131072 - 70004, false},
         {"within minimum", 131072 - 70003, true},
         {"within minimum", last, true},
         {"within minimum", last - 70000, true},
         {"beyond minimum", 0, true},
         {"beyond minimum", last - 131070, true},
         {"beyond all", 0, true},
         {"beyond all", 1, true},
         {"beyond all", last, true},
         {"store", 131072 - 7, true}});
  std::vector<uint64_t> slots{131072 - 1};
  ASSERT_TRUE(Instance::call(*instance->find_function("read"), slots).has_value());
  EXPECT_EQ(slots[0], 0u) << "a store that traps must leave nothing";
  ASSERT_TRUE(call(*instance, "grow").has_value());
  check({{"near", 3 * 65536 - 104, false},
         {"near", 3 * 65536 - 103, true},
         {"within minimum", 196608 - 70004, false},
         {"within minimum", 196608 - 70003, true},
         {"beyond minimum", 196608 - 131074, false},
         {"beyond minimum", 196608 - 131073, true}});
}

// The optimiser drops a multiplication by 1, and with it what it does to a signalling NaN.
TEST_F(EngineTest, ArithmeticOnVectorsMakesNansQuiet) {
  auto instance = instantiate(R"((module
    (func (export "by constant") (param v128) (result v128)
      (f32x4.mul (local.get 0) (v128.const f32x4 1 1 1 1)))
    (func (export "by local") (param v128) (result v128) (local v128)
      (local.set 1 (v128.const f32x4 1 2 1 2)) (f32x4.mul (local.get 0) (local.get 1)))))");
  for (const char* name : {"by constant", "by local"}) {
    std::vector<uint64_t> slots{0x7fa00001, 0x3f800000};
    ASSERT_TRUE(Instance::call(*instance->find_function(name), slots).has_value());
    EXPECT_EQ(slots[0] & 0xffffffff, 0x7fe00001u) << name;
  }
}

// The suite's recursions have small frames; large ones must not jump over the guard.
TEST_F(EngineTest, RecursionWithLargeFramesOverflowsTheStack) {
  std::string locals, uses;
  for (int index = 0; index < 3'000; ++index) {
    locals += " i64";
    if (index % 4 == 0) uses += fmt::format("(local.set {0} (call $id (i64.const {0})))\n", index);
  }
  for (int index = 0; index < 3'000; index += 4)
    uses += fmt::format("(call $use (local.get {}))\n", index);
  auto instance = instantiate(fmt::format(R"((module
    (table funcref (elem $id $use))
    (global $sum (mut i64) (i64.const 0))
    (func $id (export "id") (param i64) (result i64) (i64.add (local.get 0) (global.get $sum)))
    (func $use (export "use") (param i64)
      (global.set $sum (i64.add (global.get $sum) (local.get 0))))
    (func $deep (export "deep") (local {}) {} (call $deep) {})))",
                                          locals, uses, uses));
  EXPECT_EQ(call(*instance, "deep").error().code, TrapCode::StackOverflow);
}

// "env" "host": does nothing, but needs stack to do it.
runtime::HostResult use_stack(void*, runtime::Caller&, std::span<uint64_t>) {
  volatile char bytes[64 * 1024];
  bytes[0] = 1;
  bytes[sizeof bytes - 1] = 1;
  return {};
}

TEST_F(EngineTest, HostFunctionsFindRoomOrTheGuestOverflows) {
  runtime::HostFunctionDefinition definition{"host", {}, use_stack};
  runtime::Linker linker;
  linker.add("env", "host", runtime::HostFunctionBinding{&definition, nullptr});
  auto instance = instantiate(R"((module (import "env" "host" (func $host))
    (func $deep (export "deep") (call $host) (call $deep) (call $host))))",
                              linker);
  for (int round = 0; round < 3; ++round)
    EXPECT_EQ(call(*instance, "deep").error().code, TrapCode::StackOverflow);
}

TEST_F(EngineTest, ALoopWithoutEndIsInterrupted) {
  auto instance = instantiate(R"((module (memory 1)
    (func $spin (export "spin") (loop $l (br $l)))
    (func $fill (export "fill")
      (loop $l (memory.fill (i32.const 0) (i32.const 1) (i32.const 65536)) (br $l)))))");
  for (const char* name : {"spin", "fill"}) {
    auto begin = std::chrono::steady_clock::now();
    std::thread other([&] {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
      instance->interrupt(TrapCode::Interrupted);
    });
    auto result = call(*instance, name);
    other.join();
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(1)) << name;
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(result.error().code, TrapCode::Interrupted);
    EXPECT_EQ(result.error().function_name, name);
  }
}

TEST_F(EngineTest, LimitsOfTheHostHold) {
  auto artifact = compile(assemble(R"((module (memory (export "memory") 1) (table $t 1 funcref)
    (func (export "grow") (result i32) (memory.grow (i32.const 2)))
    (func (export "grow_table") (result i32) (table.grow $t (ref.null func) (i32.const 2)))))"));
  ASSERT_TRUE(artifact.has_value());
  auto limited = [&](uint64_t pages) {
    return Instance::create(*artifact, {},
                            {.limits = {.memory_bytes_max = pages << 16, .table_entries_max = 2}});
  };
  auto instance = limited(3);  // less what the table takes
  ASSERT_TRUE(instance.has_value());
  for (const char* name : {"grow", "grow_table"}) {
    uint64_t slots[1] = {0};
    ASSERT_TRUE(Instance::call(*(*instance)->find_function(name), slots).has_value());
    EXPECT_EQ(static_cast<uint32_t>(slots[0]), 0xffff'ffffu) << name;
  }
  auto refused = limited(1);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::Unavailable);
}

TEST_F(EngineTest, InstancesOfOneArtifactShareNothing) {
  auto artifact = compile(assemble(R"((module (memory (export "memory") 1) (data (i32.const 8) "a")
    (func (export "set") (i32.store8 (i32.const 8) (i32.const 98)))))"));
  ASSERT_TRUE(artifact.has_value());
  auto first = Instance::create(*artifact, {}, {}), second = Instance::create(*artifact, {}, {});
  ASSERT_TRUE(first && second && (*first)->initialize() && (*second)->initialize());
  ASSERT_TRUE(call(**first, "set").has_value());
  EXPECT_EQ((*first)->find_memory("memory")->bytes()[8], std::byte{'b'});
  EXPECT_EQ((*second)->find_memory("memory")->bytes()[8], std::byte{'a'});
}

// Memories are used again: by the next instance of the same module, and by nobody else.
TEST_F(EngineTest, AnInstanceSeesNothingOfTheOneBeforeIt) {
  auto artifact = compile(assemble(R"((module
    (memory (export "memory") 2 8) (data (i32.const 4094) "data")
    (global (export "global") (mut i32) (i32.const 7))
    (table (export "table") 3 funcref) (elem (i32.const 1) $write)
    (func $write (export "write")
      (i32.store (i32.const 4094) (i32.const -1)) (i32.store (i32.const 131068) (i32.const -1))
      (global.set 0 (i32.const 1)) (table.set 0 (i32.const 0) (ref.func $write))
      (table.set 0 (i32.const 1) (ref.null func)))
    (func $fill (export "fill")
      (call $write)
      (memory.fill (i32.const 0) (i32.const 255) (i32.shl (memory.size) (i32.const 16))))
    (func (export "grow") (drop (memory.grow (i32.const 3))) (call $fill))
    (func (export "trap") (call $fill) unreachable)
    (func (export "overflow") (call $fill) (drop (i32.load (i32.const -1))))))"));
  ASSERT_TRUE(artifact.has_value());
  auto other = compile(assemble(R"((module (memory (export "memory") 3)
    (func (export "fill") (memory.fill (i32.const 0) (i32.const 238) (i32.const 196608)))))"));
  ASSERT_TRUE(other.has_value());
  Bytes expected(2 * wasm::kPageBytes);
  std::ranges::copy(as_bytes("data"), expected.begin() + 4094);
  for (const char* way : {"write", "fill", "grow", "trap", "overflow"}) {
    for (int round = 0; round < 3; ++round) {
      auto instance = Instance::create(*artifact, {}, {}),
           foreign = Instance::create(*other, {}, {});
      ASSERT_TRUE(instance && foreign && (*instance)->initialize() && (*foreign)->initialize());
      runtime::Memory& memory = *(*instance)->find_memory("memory");
      EXPECT_TRUE(std::ranges::equal(memory.bytes(), expected)) << way;
      EXPECT_EQ((*instance)->find_global("global")->cell->bytes[0], std::byte{7}) << way;
      EXPECT_EQ((*instance)->find_table("table")->get(0), nullptr) << way;
      EXPECT_EQ((*instance)->find_table("table")->get(1), (*instance)->find_function("write"));
      std::span<std::byte> strange = (*foreign)->find_memory("memory")->bytes();
      EXPECT_EQ(std::ranges::count(strange, std::byte{0}), std::ssize(strange)) << way;
      EXPECT_EQ(call(**instance, way).has_value(), way[0] != 't' && way[0] != 'o') << way;
      EXPECT_TRUE(call(**foreign, "fill").has_value());
    }
  }
}

// Without guards behind memories: abi/code_mode.h.
class CheckedEngineTest : public EngineTest {
 protected:
  std::unique_ptr<Instance> instantiate(std::string_view text, abi::CodeMode mode,
                                        const runtime::Linker& linker = {}) {
    auto artifact = compile(assemble(text), mode);
    EXPECT_TRUE(artifact.has_value()) << artifact.error().message;
    auto instance = Instance::create(*artifact, linker, {});
    EXPECT_TRUE(instance.has_value()) << instance.error().message;
    EXPECT_TRUE((*instance)->initialize().has_value());
    return *std::move(instance);
  }
  static constexpr abi::CodeMode kChecked{.checks_bounds = true};
};

TEST_F(CheckedEngineTest, AMemoryTakesOnlyItsSizeAndMayMove) {
  auto instance = instantiate(R"((module (memory (export "memory") 1) (data (i32.const 70) "a")
    (func (export "grow_and_load") (param i32 i32) (result i32)
      (i32.store8 (i32.const 71) (i32.const 98))
      (drop (memory.grow (local.get 0)))
      (i32.store8 (i32.const 72) (i32.const 99))
      (i32.load16_u (local.get 1)))))",
                              kChecked);
  runtime::Memory* memory = instance->find_memory("memory");
  EXPECT_FALSE(memory->guarded());
  EXPECT_EQ(memory->reservation().size(), wasm::kPageBytes);
  std::byte* first_base = memory->entry()->base;
  // Whatever is mapped behind it makes it move.
  (void)mmap(first_base + wasm::kPageBytes, wasm::kPageBytes, PROT_NONE,
             MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
  std::vector<uint64_t> slots = {1000, 70};
  ASSERT_TRUE(Instance::call(*instance->find_function("grow_and_load"), slots).has_value());
  EXPECT_EQ(static_cast<uint32_t>(slots[0]), 0x6261u);
  EXPECT_NE(memory->entry()->base, first_base);
  EXPECT_EQ(memory->reservation().size(), 1001 * wasm::kPageBytes);
  EXPECT_EQ(memory->bytes()[72], std::byte{99});
  const uint32_t end = 1001 * wasm::kPageBytes;
  EXPECT_TRUE(call(*instance, "grow_and_load", {0, end - 2}).has_value());
  for (uint32_t address : {end - 1, end, 0xffff'ffffu})
    EXPECT_EQ(call(*instance, "grow_and_load", {0, address}).error().code,
              TrapCode::MemoryOutOfBounds);
}

TEST_F(CheckedEngineTest, ItsMemoriesAreRefusedToCodeThatNeedsGuards) {
  auto owner = instantiate("(module (memory (export \"memory\") 1))", kChecked);
  auto guarded_owner = instantiate("(module (memory (export \"memory\") 1))", {});
  const char* user = R"((module (import "owner" "memory" (memory 1))
    (func (export "load") (drop (i32.load (i32.const 65532))))
    (func (export "beyond") (drop (i32.load (i32.const 65533))))))";
  runtime::Linker linker, guarded_linker;
  linker.add("owner", *owner);
  guarded_linker.add("owner", *guarded_owner);
  auto refused = Instance::create(*compile(assemble(user)), linker, {});
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().message,
            "owner.memory is a memory without a guard: code that checks bounds is needed");
  for (runtime::Linker* each : {&linker, &guarded_linker}) {
    auto checked = instantiate(user, kChecked, *each);
    EXPECT_TRUE(call(*checked, "load").has_value());
    EXPECT_EQ(call(*checked, "beyond").error().code, TrapCode::MemoryOutOfBounds);
  }
}

class FuelTest : public EngineTest {
 protected:
  // What is left of `fuel` after a call, and how the call ended.
  struct Outcome {
    uint64_t left;
    std::expected<void, Trap> result;
  };
  Outcome burn(const std::shared_ptr<const runtime::Artifact>& artifact, uint64_t fuel,
               std::vector<uint64_t> slots = {0}) {
    auto instance = Instance::create(artifact, {}, {.limits = {.fuel = fuel}});
    EXPECT_TRUE(instance.has_value() && (*instance)->initialize().has_value());
    auto result = call(**instance, "f", std::move(slots));
    return {(*instance)->fuel_left(), std::move(result)};
  }
  std::shared_ptr<const runtime::Artifact> metered(std::string_view text) {
    auto artifact = compile(assemble(text), {.counts_fuel = true});
    EXPECT_TRUE(artifact.has_value()) << artifact.error().message;
    return *artifact;
  }
};

TEST_F(FuelTest, AnInstructionCostsOneAndStructureIsFree) {
  struct Case {
    const char* body;
    uint64_t argument, cost;
  };
  const char* loop = "(loop $l (br_if $l (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))";
  const char* choice = "(if (local.get 0) (then nop (drop (i32.const 1))) (else (call $g)))";
  for (const Case& c : {Case{"", 0, 0},
                        {"(block (nop))", 0, 0},
                        {"(drop (i32.const 1))", 0, 2},
                        {loop, 1, 5},
                        {loop, 1000, 5000},
                        {choice, 1, 4},
                        {choice, 0, 5},
                        {"(block (br 0) (drop (i32.const 1))) (call $g)", 0, 4},
                        {"(drop (i32.const 1)) unreachable (drop (i32.const 1))", 0, 3}}) {
    auto artifact = metered(fmt::format(
        "(module (func (export \"f\") (param i32) {}) (func $g (drop (i32.const 1))))", c.body));
    for (int round = 0; round < 2; ++round)
      EXPECT_EQ(burn(artifact, 10'000, {c.argument}).left, 10'000 - c.cost) << c.body;
  }
}

TEST_F(FuelTest, WhereThereIsNoneLeftTheGuestStops) {
  auto loop = metered("(module (func (export \"f\") (param i32) (loop $l (br $l))))");
  auto recursion = metered("(module (func $f (export \"f\") (param i32) (call $f (i32.const 1))))");
  for (const auto& artifact : {loop, recursion}) {
    auto [left, result] = burn(artifact, 999);
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(result.error().code, TrapCode::FuelLimit);
    EXPECT_EQ(result.error().limit, 999u);
    EXPECT_EQ(left, 0u);
  }
  auto three = metered(
      "(module (func (export \"f\") (param i32) (drop (i32.const 1)) (drop (i32.const 1))))");
  EXPECT_TRUE(burn(three, 4).result.has_value());
  EXPECT_EQ(burn(three, 3).result.error().code, TrapCode::FuelLimit);
}

// A store beyond the memory traps in a loop that keeps nothing in the counter's way.
TEST_F(FuelTest, IsExactAfterATrap) {
  auto artifact = metered(R"((module (memory 1) (func (export "f") (param i32)
    (loop $l (i32.store8 (local.get 0) (i32.const 1))
      (local.set 0 (i32.add (local.get 0) (i32.const 1))) (br $l)))))");
  auto [left, result] = burn(artifact, 1'000'000, {65526});
  EXPECT_EQ(result.error().code, TrapCode::MemoryOutOfBounds);
  EXPECT_EQ(left, 1'000'000u - 11 * 8);
}

TEST_F(FuelTest, IsOfArtifactsThatCountIt) {
  const char* text = "(module (func (export \"f\")))";
  EXPECT_FALSE(Instance::create(metered(text), {}, {}).has_value());
  EXPECT_FALSE(Instance::create(*compile(assemble(text)), {}, {.limits = {.fuel = 1}}).has_value());
}

// With the real wherry-compile, which is beside this program.
class CompilingCacheTest : public EngineTest {
 protected:
  void SetUp() override {
    EngineTest::SetUp();
    binary_ = assemble("(module (func (export \"f\")))");
    digest_ = sha256(binary_);
  }
  Result<ArtifactCache::Loaded> load() {
    auto cache = ArtifactCache::open(folder_ / "cache");
    EXPECT_TRUE(cache.has_value());
    file_ = cache->path_of(digest_);
    return cache->load_or_compile(digest_, module_file());
  }

  Bytes binary_;
  Digest digest_;
  fs::path file_;
};

TEST_F(CompilingCacheTest, CompilesOnce) {
  auto first = load(), second = load();
  ASSERT_TRUE(first.has_value()) << first.error().message;
  EXPECT_TRUE(first->compiled);
  EXPECT_EQ(first->reason, "");
  ASSERT_TRUE(second.has_value());
  EXPECT_FALSE(second->compiled);
}

TEST_F(CompilingCacheTest, CompilesAgainWhatCannotBeTrusted) {
  ASSERT_TRUE(load().has_value());
  struct Case {
    const char* reason;
    std::function<void()> damage;
  };
  const Case cases[] = {
      {"truncated", [&] { fs::resize_file(file_, fs::file_size(file_) / 2); }},
      {"too short", [&] { fs::resize_file(file_, 0); }},
      {"others may write to it", [&] { chmod(file_.c_str(), 0666); }},
  };
  for (const Case& item : cases) {
    item.damage();
    auto loaded = load();
    ASSERT_TRUE(loaded.has_value()) << item.reason << ": " << loaded.error().message;
    EXPECT_TRUE(loaded->compiled) << item.reason;
    EXPECT_THAT(loaded->reason, HasSubstr(item.reason));
  }
}

TEST_F(CompilingCacheTest, PassesTheCompilersErrorsOn) {
  struct Case {
    const char* name;
    Bytes binary;
    ErrorCode code;
  };
  Bytes truncated(binary_.begin(), binary_.end() - 1), other = binary_;
  other[4] = std::byte{9};
  const Case cases[] = {{"truncated", truncated, ErrorCode::Malformed},
                        {"wrong version", other, ErrorCode::Malformed},
                        {"no wasm", Bytes(10), ErrorCode::Malformed}};
  for (const Case& item : cases) {
    ASSERT_TRUE(write_file_atomic(module_file(), item.binary).has_value());
    digest_ = sha256(item.binary);
    auto loaded = load();
    ASSERT_FALSE(loaded.has_value()) << item.name;
    EXPECT_EQ(loaded.error().code, item.code) << item.name << ": " << loaded.error().message;
    EXPECT_FALSE(fs::exists(file_)) << item.name;
  }
}

TEST_F(CompilingCacheTest, AModuleThatChangedMeanwhileIsNotTaken) {
  digest_ = sha256(as_bytes("another module"));
  auto loaded = load();
  ASSERT_FALSE(loaded.has_value());
  EXPECT_THAT(loaded.error().message, HasSubstr("another digest"));
}

}  // namespace
}  // namespace wherry::spec
