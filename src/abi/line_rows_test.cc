#include "abi/line_rows.h"

#include <gtest/gtest.h>

#include "abi/artifact.h"

namespace wherry::abi {
namespace {

// What rows say without being packed.
uint32_t place_of(const std::vector<LineRow>& rows, uint32_t code) {
  uint32_t place = kNone;
  for (LineRow row : rows)
    if (row.code <= code) place = row.wasm_offset;
  return place;
}

uint32_t find(const PackedLines& packed, uint32_t code) {
  return find_line(packed.blocks, packed.bytes, code);
}

TEST(LineRows, SayTheSamePacked) {
  std::vector<LineRow> rows;
  uint32_t code = 100;
  for (uint32_t index = 0; index < 3 * kLineBlockRows + 5; ++index) {
    // Forwards and backwards, by little and by all that there is, and nowhere at times.
    uint32_t place = index % 11 == 0   ? kNone
                     : index % 13 == 0 ? kNone - 1
                     : index % 17 == 0 ? 0
                                       : 5000 + 7 * index % 60;
    rows.push_back({code, place});
    code += 1 + index * index % 300;
  }
  PackedLines packed = pack_lines(rows);
  EXPECT_EQ(packed.blocks.size(), 4u);
  for (uint32_t at = 0; at < code + 10; ++at) ASSERT_EQ(find(packed, at), place_of(rows, at)) << at;
}

TEST(LineRows, MayBeginAndEndABlock) {
  for (size_t count : {size_t{1}, kLineBlockRows, kLineBlockRows + 1}) {
    std::vector<LineRow> rows;
    for (uint32_t index = 0; index < count; ++index) rows.push_back({4 * index, 10 + index});
    PackedLines packed = pack_lines(rows);
    auto last = static_cast<uint32_t>(count - 1);
    EXPECT_EQ(find(packed, 4 * last), 10 + last) << count;
    EXPECT_EQ(find(packed, ~0u), 10 + last) << count;
  }
}

TEST(LineRows, AreNoneWhereThereAreNone) {
  EXPECT_EQ(find(pack_lines({}), 5), kNone);
  EXPECT_EQ(find(pack_lines(std::vector<LineRow>{{10, 3}}), 9), kNone);
}

TEST(LineRows, TakeLittleRoom) {
  std::vector<LineRow> rows;
  for (uint32_t index = 0; index < 10000; ++index) rows.push_back({4 * index, 3 * index});
  PackedLines packed = pack_lines(rows);
  EXPECT_LT(packed.blocks.size() * sizeof(LineBlock) + packed.bytes.size(), 3 * rows.size());
}

TEST(LineRows, MayHoldAnyBytes) {
  std::vector<LineRow> rows(2 * kLineBlockRows);
  for (uint32_t index = 0; index < rows.size(); ++index) rows[index] = {8 * index, index};
  PackedLines packed = pack_lines(rows);
  for (std::byte& byte : packed.bytes) byte = std::byte{0xff};
  EXPECT_EQ(find(packed, 8), 0u);  // what the block itself says
  packed.blocks[1].begin = ~0u;
  EXPECT_EQ(find(packed, 8), kNone);
  EXPECT_EQ(find(packed, ~0u), kNone);
}

}  // namespace
}  // namespace wherry::abi
