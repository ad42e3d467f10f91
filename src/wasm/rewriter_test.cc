#include "wasm/rewriter.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>

#include "wasm/binary_for_tests.h"
#include "wasm/byte_writer.h"
#include "wasm/decoder.h"
#include "wasm/instruction.h"
#include "wasm/validator.h"

namespace wherry::wasm {
namespace {

using binary::list;
using binary::module;
using binary::section;
using binary::sized;
using binary::operator""_b;

// Memory of 1 to 9 pages, mutable globals of all kinds of numbers, a function that is start and
// export, an active and a passive data segment, a custom section at the end.
const std::string kModule = module({
    section(1, list({"\x60\x00\x00"_b})),
    section(3, list({"\x00"_b})),
    section(5, list({"\x01\x01\x09"_b})),
    section(6, list({"\x7f\x01\x41\x05\x0b"_b, "\x7e\x01\x42\x05\x0b"_b,
                     "\x7d\x01\x43\x00\x00\x80\x3f\x0b"_b, "\x7c\x01\x44\0\0\0\0\0\0\xf0\x3f\x0b"_b,
                     "\x70\x00\xd2\x00\x0b"_b})),
    section(7, list({"\x04"
                     "init"
                     "\x00\x00"_b,
                     "\x03"
                     "run"
                     "\x00\x00"_b})),
    section(8, "\x00"_b),
    section(12, "\x02"_b),
    section(10, list({sized("\x00\x0b"_b)})),
    section(11, list({"\x00\x41\x00\x0b\x02"
                      "ab"_b,
                      "\x01\x02"
                      "cd"_b})),
    section(0, sized("note") + "kept"),
});

class RewriterTest : public testing::Test {
 protected:
  RewriterTest() : memory_(2 * kPageBytes) {
    state_.memories = {memory_};
    state_.globals.resize(5);
    state_.dropped_data = {true, false};
  }
  static std::array<std::byte, 16> bits(uint64_t value) {
    std::array<std::byte, 16> bytes{};
    std::memcpy(bytes.data(), &value, sizeof value);
    return bytes;
  }
  void write(size_t at, std::string_view text) {
    std::ranges::copy(as_bytes(text), memory_.begin() + static_cast<ptrdiff_t>(at));
  }
  // What the state gives, decoded; the binary stays in binary_.
  Module rewrite(const std::string& text = kModule) {
    Module original = *decode_module(as_bytes(text));
    binary_ = *with_state(as_bytes(text), original, state_);
    auto decoded = decode_module(binary_);
    EXPECT_TRUE(decoded && validate_module(*decoded));
    return decoded.value_or(Module{});
  }

  Bytes memory_;
  ModuleState state_;
  Bytes binary_;
};

TEST_F(RewriterTest, MemoriesHoldTheirContentsWithoutZeros) {
  write(10, "first");
  write(100'000, "second");
  write(2 * kPageBytes - 1, "z");
  Module module = rewrite();
  EXPECT_EQ(module.memories[0].limits, (Limits{2, 9}));
  Bytes memory(2 * kPageBytes);
  size_t active = 0;
  for (const DataSegment& segment : module.data) {
    if (segment.mode != SegmentMode::Active) continue;
    ++active;
    InstructionReader reader(segment.offset.code, segment.offset.offset);
    auto at = static_cast<ptrdiff_t>(reader.next()->constant);
    std::ranges::copy(segment.bytes, memory.begin() + at);
  }
  EXPECT_EQ(active, 3u);
  EXPECT_EQ(memory, memory_);
}

TEST_F(RewriterTest, SegmentsThatCodeMayNameKeepTheirNumbers) {
  write(7, "x");
  Module module = rewrite();
  ASSERT_EQ(module.data.size(), 3u);
  EXPECT_EQ(module.data_count, 3u);
  EXPECT_TRUE(module.data[0].bytes.empty());
  EXPECT_EQ(as_text(module.data[1].bytes), "cd");
  state_.dropped_data = {true, true};
  EXPECT_TRUE(rewrite().data[1].bytes.empty());
}

TEST_F(RewriterTest, GlobalsHoldTheirValues) {
  const uint64_t values[] = {0x8000'0000, 0x8000'0000'0000'0000, 0x7fa0'0001,
                             0x7ff4'0000'0000'0001};
  for (size_t index = 0; index < 4; ++index) state_.globals[index] = bits(values[index]);
  Module module = rewrite();
  for (size_t index = 0; index < 4; ++index) {
    const ConstantExpression& init = module.defined_globals[index].init;
    EXPECT_EQ(InstructionReader(init.code, init.offset).next()->constant, values[index]) << index;
    EXPECT_TRUE(module.globals[index].is_mutable);
  }
  EXPECT_EQ(module.defined_globals[4].init.code.size(), 3u);  // ref.func 0, end
}

TEST_F(RewriterTest, StartAndRemovedExportsAreGoneAndTheRestIsKept) {
  state_.removed_exports = {"init"};
  Module module = rewrite();
  EXPECT_FALSE(module.start);
  ASSERT_EQ(module.exports.size(), 1u);
  EXPECT_EQ(module.exports[0].name, "run");
  ASSERT_EQ(module.custom_sections.size(), 1u);
  EXPECT_EQ(as_text(module.custom_sections[0].bytes), "kept");
}

TEST_F(RewriterTest, AModuleWithoutDataGetsSome) {
  write(0, "x");
  state_.globals.clear();
  state_.dropped_data.clear();
  Module module = rewrite(binary::module({
      section(1, list({"\x60\x00\x00"_b})),
      section(3, list({"\x00"_b})),
      section(5, list({"\x00\x01"_b})),
      section(7, list({"\x04"
                       "init"
                       "\x00\x00"_b})),
      section(10, list({sized("\x00\x0b"_b)})),
  }));
  ASSERT_EQ(module.data.size(), 1u);
  EXPECT_EQ(as_text(module.data[0].bytes), "x");
}

TEST_F(RewriterTest, RefusesMoreSegmentsThanThereMayBe) {
  memory_.resize(80 * kPageBytes);
  state_.memories = {memory_};
  for (size_t at = 0; at < memory_.size(); at += 40) memory_[at] = std::byte{1};
  auto written = with_state(as_bytes(kModule), *decode_module(as_bytes(kModule)), state_);
  ASSERT_FALSE(written.has_value());
  EXPECT_EQ(written.error().code, ErrorCode::Invalid);
}

TEST_F(RewriterTest, ExposesWhatItIsToldTo) {
  Module original = *decode_module(as_bytes(kModule));
  Bytes exposed = expose(as_bytes(kModule), original, {{"all", ExternalKind::Memory, 0}});
  auto decoded = decode_module(exposed);
  ASSERT_TRUE(decoded && validate_module(*decoded));
  EXPECT_FALSE(decoded->start);
  EXPECT_EQ(decoded->exports.size(), 3u);
  EXPECT_EQ(decoded->exports[2].name, "all");
}

TEST(ByteWriter, WritesTheShortestLeb128) {
  struct Case {
    int64_t value;
    std::string expected;
  };
  for (const Case& item : {Case{0, "\x00"_b},
                           {63, "\x3f"},
                           {64, "\xc0\x00"_b},
                           {-1, "\x7f"},
                           {-64, "\x40"},
                           {-65, "\xbf\x7f"},
                           {-128, "\x80\x7f"},
                           {INT64_MIN, "\x80\x80\x80\x80\x80\x80\x80\x80\x80\x7f"}}) {
    ByteWriter writer;
    writer.signed_leb(item.value);
    EXPECT_EQ(as_text(writer.take()), item.expected) << item.value;
  }
  ByteWriter writer;
  writer.unsigned_leb(0);
  writer.unsigned_leb(300);
  EXPECT_EQ(as_text(writer.take()), "\x00\xac\x02"_b);
}

}  // namespace
}  // namespace wherry::wasm
