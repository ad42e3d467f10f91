#include "wasm/opcodes.h"

#include <type_traits>

namespace wherry::wasm {
namespace {

using Table = std::remove_const_t<decltype(kOpcodeTable)>;

constexpr Table make_table() {
  Table table{};
#define WHERRY_OPCODE_ROW(identifier, code, name, immediate, signature) \
  table[size_t{opcode_rows(code).first} + ((code) & 0x0fff)] = {        \
      Opcode::identifier, Immediate::immediate, signature, name};
  WHERRY_OPCODES(WHERRY_OPCODE_ROW)
#undef WHERRY_OPCODE_ROW
  return table;
}

// By the order of forms: atomic_opcodes.h.
uint32_t atomic_access_bytes(Opcode opcode) {
  constexpr uint8_t kBytes[] = {4, 8, 1, 2, 1, 2, 4};
  if (opcode == Opcode::MemoryAtomicWait64) return 8;
  if (opcode < Opcode::I32AtomicLoad) return 4;  // notify and wait32
  const int form = static_cast<int>(opcode) - static_cast<int>(Opcode::I32AtomicLoad);
  return kBytes[form % 7];
}

}  // namespace

constinit const Table kOpcodeTable = make_table();

uint32_t access_bytes(Opcode opcode) {
  if (is_atomic(opcode)) return atomic_access_bytes(opcode);
  switch (opcode) {
    case Opcode::I32Load8S:
    case Opcode::I32Load8U:
    case Opcode::I64Load8S:
    case Opcode::I64Load8U:
    case Opcode::I32Store8:
    case Opcode::I64Store8:
    case Opcode::V128Load8Splat:
    case Opcode::V128Load8Lane:
    case Opcode::V128Store8Lane:
      return 1;
    case Opcode::I32Load16S:
    case Opcode::I32Load16U:
    case Opcode::I64Load16S:
    case Opcode::I64Load16U:
    case Opcode::I32Store16:
    case Opcode::I64Store16:
    case Opcode::V128Load16Splat:
    case Opcode::V128Load16Lane:
    case Opcode::V128Store16Lane:
      return 2;
    case Opcode::I64Load:
    case Opcode::F64Load:
    case Opcode::I64Store:
    case Opcode::F64Store:
    case Opcode::V128Load8x8S:
    case Opcode::V128Load8x8U:
    case Opcode::V128Load16x4S:
    case Opcode::V128Load16x4U:
    case Opcode::V128Load32x2S:
    case Opcode::V128Load32x2U:
    case Opcode::V128Load64Splat:
    case Opcode::V128Load64Zero:
    case Opcode::V128Load64Lane:
    case Opcode::V128Store64Lane:
      return 8;
    case Opcode::V128Load:
    case Opcode::V128Store:
      return 16;
    default:
      return 4;  // i32.load, f32.load, i64.load32_s and their like
  }
}

uint32_t lane_count(Opcode opcode) {
  switch (opcode) {
    case Opcode::I8x16Shuffle:
      return 32;  // of two vectors
    case Opcode::I8x16ExtractLaneS:
    case Opcode::I8x16ExtractLaneU:
    case Opcode::I8x16ReplaceLane:
      return 16;
    case Opcode::I16x8ExtractLaneS:
    case Opcode::I16x8ExtractLaneU:
    case Opcode::I16x8ReplaceLane:
      return 8;
    case Opcode::I32x4ExtractLane:
    case Opcode::I32x4ReplaceLane:
    case Opcode::F32x4ExtractLane:
    case Opcode::F32x4ReplaceLane:
      return 4;
    case Opcode::I64x2ExtractLane:
    case Opcode::I64x2ReplaceLane:
    case Opcode::F64x2ExtractLane:
    case Opcode::F64x2ReplaceLane:
      return 2;
    default:
      return 16 / access_bytes(opcode);  // v128.load8_lane and its like
  }
}

}  // namespace wherry::wasm
