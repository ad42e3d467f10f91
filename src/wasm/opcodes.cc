#include "wasm/opcodes.h"

#include <array>
#include <cstddef>

namespace wherry::wasm {
namespace {

constexpr uint16_t kPrefix = 0xfc;  // the only prefix byte so far
constexpr size_t kPrefixedFirst = 256;
constexpr size_t kPrefixedCount = 32;

// Where an opcode's description lies in the table: those of one byte first, then those after 0xfc.
constexpr size_t slot(uint16_t code) {
  return code < kPrefixedFirst ? code : kPrefixedFirst + (code & 0xff);
}

using Table = std::array<OpcodeDescription, kPrefixedFirst + kPrefixedCount>;

constexpr Table make_table() {
  Table table{};
#define WHERRY_OPCODE_ROW(identifier, code, name, immediate, signature) \
  table[slot(code)] = {Opcode::identifier, name, Immediate::immediate, signature};
  WHERRY_OPCODES(WHERRY_OPCODE_ROW)
#undef WHERRY_OPCODE_ROW
  return table;
}

constexpr Table kTable = make_table();

}  // namespace

const OpcodeDescription* find_opcode(uint16_t code) {
  if (code >= kPrefixedFirst && (code >> 8 != kPrefix || (code & 0xff) >= kPrefixedCount)) {
    return nullptr;
  }
  const OpcodeDescription& description = kTable[slot(code)];
  return description.name == nullptr ? nullptr : &description;
}

uint32_t access_bytes(Opcode opcode) {
  switch (opcode) {
    case Opcode::I32Load8S:
    case Opcode::I32Load8U:
    case Opcode::I64Load8S:
    case Opcode::I64Load8U:
    case Opcode::I32Store8:
    case Opcode::I64Store8: return 1;
    case Opcode::I32Load16S:
    case Opcode::I32Load16U:
    case Opcode::I64Load16S:
    case Opcode::I64Load16U:
    case Opcode::I32Store16:
    case Opcode::I64Store16: return 2;
    case Opcode::I64Load:
    case Opcode::F64Load:
    case Opcode::I64Store:
    case Opcode::F64Store: return 8;
    default: return 4;  // i32.load, f32.load, i64.load32_s and their like
  }
}

}  // namespace wherry::wasm
