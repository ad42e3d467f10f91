#include "compiler/compile.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <optional>

#include "abi/artifact.h"
#include "abi/calls.h"
#include "abi/engine_id.h"
#include "abi/trap.h"
#include "compiler/test_module.h"
#include "wasm/opcodes.h"

namespace wherry::compiler {
namespace {

// An artifact in memory that is aligned as a mapping is, and its view.
struct Compiled {
  std::vector<uint64_t> words;
  abi::ArtifactView view;

  explicit Compiled(const Bytes& bytes) : words((bytes.size() + 7) / 8) {
    std::memcpy(words.data(), bytes.data(), bytes.size());
    Result<abi::ArtifactView> parsed =
        abi::parse_artifact({reinterpret_cast<const std::byte*>(words.data()), bytes.size()});
    if (!parsed) {
      ADD_FAILURE() << parsed.error().message;
      std::abort();
    }
    view = *parsed;
  }
  explicit Compiled(const std::string& wat) : Compiled(compile_wat(wat)) {}
};

TEST(Compile, EmptyModule) {
  Compiled compiled("(module)");
  EXPECT_EQ(compiled.view.functions.size(), 0u);
  EXPECT_EQ(compiled.view.header->start_function, abi::kNone);
  EXPECT_EQ(0, std::memcmp(compiled.view.header->engine_id, abi::engine_id().bytes.data(), 32));
}

TEST(Compile, RecordsFunctionsAndNames) {
  Compiled compiled(R"((module (import "env" "log" (func $log (param i32)))
      (func $inner (result i32) i32.const 1) (func $run (export "run") (call $log (call $inner)))
      (start $run)))");
  const abi::ArtifactView& view = compiled.view;
  ASSERT_EQ(view.functions.size(), 3u);
  EXPECT_EQ(view.header->counts.imported_functions, 1u);
  EXPECT_EQ(view.string(view.functions[1].name), "inner");
  EXPECT_EQ(view.string(view.imports[0].module), "env");
  EXPECT_EQ(view.string(view.imports[0].name), "log");
  EXPECT_EQ(view.string(view.exports[0].name), "run");
  EXPECT_EQ(view.exports[0].index, 2u);
  EXPECT_EQ(view.header->start_function, 2u);
  EXPECT_EQ(view.functions[0].body_offset, 0u);
  EXPECT_LT(view.functions[1].body_offset, view.functions[2].body_offset);
}

TEST(Compile, GivesSlotsToFunctionsThatBecomeValues) {
  Compiled compiled(R"((module (import "e" "f" (func $imported)) (table 4 funcref)
      (func $called) (func $exported (export "x")) (func $element) (func $declared) (func $global)
      (elem (i32.const 0) $element) (elem declare func $declared)
      (global funcref (ref.func $global)) (start $called)))");
  std::vector<uint32_t> slots;
  for (const abi::FunctionRecord& function : compiled.view.functions)
    slots.push_back(function.reference_slot);
  EXPECT_EQ(slots, (std::vector<uint32_t>{0, abi::kNone, 1, 2, 3, 4}));
  EXPECT_EQ(compiled.view.header->counts.referenced_functions, 5u);
}

TEST(Compile, EqualTypesShareAnEntryThunk) {
  Compiled compiled(R"((module (type $a (func (param i32))) (type $b (func (param i32)))
      (type $unused (func (param f64))) (func (type $a)) (func (type $b)) (func (result i64) i64.const 1)))");
  auto types = compiled.view.types;
  EXPECT_EQ(types[0].entry_thunk, types[1].entry_thunk);
  EXPECT_EQ(types[2].entry_thunk, abi::kNone);
  EXPECT_NE(types[3].entry_thunk, types[0].entry_thunk);
}

TEST(Compile, RecordsTablesGlobalsAndElements) {
  Compiled compiled(
      R"((module (import "e" "g" (global $g i32)) (table 3 7 funcref) (table 1 externref) (func $f)
      (global (mut i64) (i64.const -2)) (elem (offset (global.get $g)) funcref (ref.func $f) (ref.null func))))");
  const abi::ArtifactView& view = compiled.view;
  EXPECT_EQ(view.tables[0].min, 3u);
  EXPECT_EQ(view.tables[0].max, 7u);
  EXPECT_EQ(view.tables[1].max, ~uint64_t{0});
  EXPECT_EQ(view.tables[1].element, wasm::ValueType::externref());
  EXPECT_EQ(view.globals[1].is_mutable, 1u);
  ASSERT_EQ(view.globals[1].init_count, 1u);
  EXPECT_EQ(view.const_ops[view.globals[1].init_first].constant[0], ~uint64_t{1});
  ASSERT_EQ(view.elements.size(), 1u);
  EXPECT_EQ(view.const_ops[view.elements[0].offset_first].opcode, wasm::Opcode::GlobalGet);
  EXPECT_EQ(view.element_items[0].function, 0u);
  EXPECT_EQ(view.element_items[1].function, abi::kNone);
}

TEST(Compile, MapsMemoryImages) {
  Compiled compiled(R"((module (memory 1 2) (data (i32.const 8192) "hello") (data "passive")))");
  const abi::ArtifactView& view = compiled.view;
  const abi::MemoryRecord& memory = view.memories[0];
  EXPECT_EQ(memory.max_pages, 2u);
  EXPECT_EQ(memory.image_address, 8192u);
  EXPECT_EQ(memory.image_bytes, 4096u);
  EXPECT_EQ(as_text(view.file.subspan(memory.image_offset, 5)), "hello");
  EXPECT_EQ(view.data[0].in_image, 1u);
  EXPECT_EQ(as_text(view.data_bytes.subspan(view.data[1].bytes_offset, view.data[1].bytes_size)),
            "passive");
}

TEST(Compile, SameModuleGivesSameBytes) {
  std::string wat = "(module (memory 1) (table 2 funcref) (global (mut f32) (f32.const 1))";
  for (int index = 0; index < 300; ++index) {
    std::string number = std::to_string(index);
    wat += "(func (param i32) (result i32)";
    for (int add = 0; add < 60; ++add)
      wat += "(local.set 0 (i32.add (local.get 0) (i32.load (local.get 0))))";
    wat += "(call " + std::to_string(299 - index) + " (i32.const " + number + ")))";
  }
  TestModule test = module_of(wat + ")");
  Result<Bytes> one = compile_module(test.module, test.binary, {.threads_max = 1});
  Result<Bytes> four = compile_module(test.module, test.binary, {.threads_max = 4});
  ASSERT_TRUE(one && four);
  EXPECT_TRUE(*one == *four);
}

// A trap instruction in the code, and the place that the line rows give it.
struct TrapSite {
  abi::TrapCode code;
  uint32_t wasm_offset;
};

std::vector<TrapSite> find_trap_sites(const abi::ArtifactView& view) {
  std::vector<TrapSite> sites;
  const auto* bytes = reinterpret_cast<const uint8_t*>(view.code.data());
  for (uint32_t offset = 0; offset + abi::kTrapInstructionBytes <= view.code.size(); ++offset) {
    if (std::memcmp(bytes + offset, abi::kTrapInstruction, sizeof abi::kTrapInstruction) != 0)
      continue;
    uint32_t place = abi::find_line(view.line_blocks, view.line_bytes, offset);
    sites.push_back({abi::TrapCode(bytes[offset + sizeof abi::kTrapInstruction]), place});
  }
  return sites;
}

// Each instruction of the body traps in its own ways; the place of each trap must hold that
// instruction.
TEST(Compile, TrapsKnowTheirPlace) {
  using abi::TrapCode;
  struct Case {
    const char* body;
    wasm::Opcode opcode;
    std::vector<TrapCode> codes;
  };
  const Case cases[] = {
      {"unreachable", wasm::Opcode::Unreachable, {TrapCode::Unreachable}},
      {"local.get 0 local.get 1 i32.div_s drop",
       wasm::Opcode::I32DivS,
       {TrapCode::IntegerDivideByZero, TrapCode::IntegerOverflow}},
      {"local.get 0 local.get 1 i32.div_u drop",
       wasm::Opcode::I32DivU,
       {TrapCode::IntegerDivideByZero}},
      {"local.get 0 local.get 1 i32.rem_s drop",
       wasm::Opcode::I32RemS,
       {TrapCode::IntegerDivideByZero}},
      {"local.get 2 i64.trunc_f64_u drop",
       wasm::Opcode::I64TruncF64U,
       {TrapCode::IntegerOverflow, TrapCode::InvalidConversionToInteger}},
      {"local.get 0 call_indirect",
       wasm::Opcode::CallIndirect,
       {TrapCode::UndefinedElement, TrapCode::UninitializedElement,
        TrapCode::IndirectCallTypeMismatch}},
      {"local.get 0 table.get 0 drop", wasm::Opcode::TableGet, {TrapCode::TableOutOfBounds}},
      {"local.get 0 local.get 1 local.get 1 memory.copy",
       wasm::Opcode::MemoryCopy,
       {TrapCode::MemoryOutOfBounds}},
  };
  for (const Case& test : cases) {
    std::string wat =
        std::string("(module (memory 1) (table 1 2 funcref) (func (param i32 i32 f64) nop nop ") +
        test.body + "))";
    TestModule module = module_of(wat);
    Compiled compiled(*compile_module(module.module, module.binary));
    std::vector<TrapCode> codes;
    for (TrapSite site : find_trap_sites(compiled.view)) {
      codes.push_back(site.code);
      ASSERT_LT(site.wasm_offset, module.binary.size()) << test.body;
      auto first = std::to_integer<uint16_t>(module.binary[site.wasm_offset]);
      auto expected = static_cast<uint16_t>(test.opcode);
      EXPECT_EQ(first, expected > 0xff ? expected >> 12 | 0xf0 : expected) << test.body;
    }
    std::ranges::sort(codes);
    std::vector<TrapCode> expected = test.codes;
    std::ranges::sort(expected);
    EXPECT_EQ(codes, expected) << test.body;
  }
}

// Two divisions trap in the same way; each must keep a trap of its own.
TEST(Compile, TrapsOfOneKindStayApart) {
  Compiled compiled(R"((module (func (param i32 i32 i32) (result i32)
      (i32.div_u (i32.div_u (local.get 0) (local.get 1)) (local.get 2)))))");
  std::vector<TrapSite> sites = find_trap_sites(compiled.view);
  ASSERT_EQ(sites.size(), 2u);
  EXPECT_NE(sites[0].wasm_offset, sites[1].wasm_offset);
}

TEST(Compile, DeadCodeIsReadAndLeftOut) {
  Compiled compiled(R"((module (func (result i32) (block (result i32) (br 0 (i32.const 1))
      (loop (if (i32.const 1) (then unreachable) (else unreachable))) unreachable) return unreachable)))");
  EXPECT_TRUE(find_trap_sites(compiled.view).empty());
}

}  // namespace
}  // namespace wherry::compiler
