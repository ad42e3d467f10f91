#include "wasm/opcodes.h"

namespace wherry::wasm {
namespace {

using Table = std::array<OpcodeDescription, 256 + kOpcodesPrefixed>;

constexpr Table make_table() {
  Table table{};
#define WHERRY_OPCODE_ROW(identifier, code, name, immediate, signature)             \
  table[(code) <= 0xff ? (code) : 256 + ((code)&0xff)] = {Opcode::identifier, name, \
                                                          Immediate::immediate, signature};
  WHERRY_OPCODES(WHERRY_OPCODE_ROW)
#undef WHERRY_OPCODE_ROW
  return table;
}

}  // namespace

constinit const Table kOpcodeTable = make_table();

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
