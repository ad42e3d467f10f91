// Which instruction of the module a piece of code comes from: rows, packed. As plain records they
// would be as large as the code; they are read when a guest has trapped.
//
// Rows stand in blocks of kLineBlockRows. The first of a block is the block's own record, so that a
// search looks at these alone; each further row is two unsigned LEB128 numbers: how far its code is
// behind the row before, and 1 for no place, or twice the distance, zigzag-encoded (0, -1, 1, -2
// are 0, 1, 2, 3), from the last place before it in the block (0 where there is none). Measured:
// 2.3 bytes for each row.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "support/bytes.h"

namespace wherry::abi {

// The instruction at code offset `code` and up to the next row comes from `wasm_offset` of the
// module (kNone: from nowhere in particular).
struct LineRow {
  uint32_t code;
  uint32_t wasm_offset;
};

struct LineBlock {
  LineRow first;
  uint32_t begin;  // of the other rows' bytes, up to the next block's
};

constexpr size_t kLineBlockRows = 64;

struct PackedLines {
  std::vector<LineBlock> blocks;
  Bytes bytes;
};

// Rows are sorted by `code`; their bytes, 15 at most for each, are below 4 GiB.
PackedLines pack_lines(std::span<const LineRow> rows);

// Where the instruction at a code offset comes from, or kNone. Blocks are sorted by code; where
// they are not, or hold nonsense, the answer is wrong and nothing else: artifacts are not searched
// for it at each start.
uint32_t find_line(std::span<const LineBlock> blocks, ByteSpan bytes, uint32_t code);

}  // namespace wherry::abi
