#include "abi/line_rows.h"

#include <algorithm>

#include "abi/artifact.h"
#include "wasm/byte_reader.h"
#include "wasm/byte_writer.h"

namespace wherry::abi {

namespace {

// In 32 bits that wrap: any distance is one.
uint64_t zigzag(uint32_t distance) {
  return static_cast<uint32_t>(distance << 1) ^ (distance >> 31 != 0 ? ~uint32_t{0} : 0);
}

uint32_t from_zigzag(uint64_t number) {
  auto bits = static_cast<uint32_t>(number);
  return bits >> 1 ^ ((bits & 1) != 0 ? ~uint32_t{0} : 0);
}

// A row, the place before it kept for the next.
struct Cursor {
  LineRow row;
  uint32_t last_place;

  explicit Cursor(LineRow first)
      : row(first), last_place(first.wasm_offset == kNone ? 0 : first.wasm_offset) {}

  void write(LineRow next, wasm::ByteWriter& bytes) {
    bytes.unsigned_leb(next.code - row.code);
    bytes.unsigned_leb(next.wasm_offset == kNone ? 1 : 2 * zigzag(next.wasm_offset - last_place));
    move_to(next);
  }

  Result<> read(wasm::ByteReader& bytes) {
    LineRow next{row.code + TRY(bytes.read_u32()), kNone};
    uint64_t place = TRY(bytes.read_u64());
    if (place % 2 == 0) next.wasm_offset = last_place + from_zigzag(place / 2);
    move_to(next);
    return {};
  }

 private:
  void move_to(LineRow next) {
    row = next;
    if (next.wasm_offset != kNone) last_place = next.wasm_offset;
  }
};

}  // namespace

PackedLines pack_lines(std::span<const LineRow> rows) {
  PackedLines packed;
  for (size_t first = 0; first < rows.size(); first += kLineBlockRows) {
    packed.blocks.push_back({rows[first], static_cast<uint32_t>(packed.bytes.size())});
    Cursor cursor(rows[first]);
    wasm::ByteWriter bytes;
    for (LineRow row : rows.subspan(first + 1, std::min(kLineBlockRows, rows.size() - first) - 1))
      cursor.write(row, bytes);
    Bytes block = bytes.take();
    packed.bytes.insert(packed.bytes.end(), block.begin(), block.end());
  }
  return packed;
}

uint32_t find_line(std::span<const LineBlock> blocks, ByteSpan bytes, uint32_t code) {
  auto after = std::ranges::upper_bound(blocks, code, {},
                                        [](const LineBlock& block) { return block.first.code; });
  if (after == blocks.begin()) return kNone;
  const LineBlock& block = *std::prev(after);
  const size_t end = after == blocks.end() ? bytes.size() : after->begin;
  if (block.begin > end || end > bytes.size()) return kNone;
  wasm::ByteReader reader(bytes.subspan(block.begin, end - block.begin), 0);
  Cursor cursor(block.first);
  uint32_t found = block.first.wasm_offset;
  while (!reader.at_end() && cursor.read(reader) && cursor.row.code <= code)
    found = cursor.row.wasm_offset;
  return found;
}

}  // namespace wherry::abi
