// The instruction set, once: every opcode with its name, its immediates, and its type where that is
// the same in every module. The validator types simple instructions from this table; the reader
// finds immediates by it; a compiler switches over Opcode. Follows Core 3.0 §5.4 (instructions) and
// appendix A.7 (index of instructions), and the legacy form of exceptions (try, catch, rethrow,
// delegate, catch_all), which today's toolchains still emit: WebAssembly/exception-handling,
// proposals/exception-handling/legacy. And threads, atomic_opcodes.h.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "wasm/aggregate_opcodes.h"
#include "wasm/atomic_opcodes.h"
#include "wasm/vector_opcodes.h"

namespace wherry::wasm {

// What follows an opcode in the binary.
enum class Immediate : uint8_t {
  None,
  Block,         // block type
  Label,         // label depth
  LabelTable,    // br_table
  Function,      // function index
  CallIndirect,  // type index, table index
  Local,
  Global,
  Table,
  Heap,         // ref.null, ref.test, ref.cast
  CastLabel,    // br_on_cast: label depth, two reference types
  Type,         // type index
  TypeField,    // type index, field
  TypeCount,    // array.new_fixed: type index, number of elements
  TypeData,     // array.new_data: type index, data index
  TypeElement,  // array.new_elem: type index, element index
  TypeType,     // array.copy: type indices of destination and source
  SelectTypes,  // select t*
  Load,         // memarg of a load: its natural alignment is the access's size
  Store,
  LoadLane,  // the same, and a lane
  StoreLane,
  Atomic,  // memarg of an atomic access: its alignment must be the access's size
  Fence,   // atomic.fence: a zero byte
  Memory,  // memory index
  I32,
  I64,
  F32,
  F64,
  DataMemory,    // memory.init: data index, memory index
  Data,          // data.drop
  MemoryMemory,  // memory.copy: destination, source
  ElementTable,  // table.init: element index, table index
  Element,       // elem.drop
  TableTable,    // table.copy: destination, source
  Lane,          // of a vector, extracted or replaced
  Lanes,         // i8x16.shuffle: sixteen
  V128,
  Tag,       // tag index
  TryTable,  // block type, catch clauses
};

// X(identifier, code, "name", Immediate, "signature")
// Opcodes with a prefix byte are prefixed_code() of both: 0xfc 3 is 0xc003, 0xfd 275 is 0xd113.
// A signature is parameters, ':', results, in letters i (i32), l (i64), f (f32), d (f64), v (v128);
// "" where the type depends on the module or the stack. Memory accesses show their address, always
// the first parameter, as i; in a memory of 64-bit addresses it is l.
#define WHERRY_OPCODES(X)                                               \
  X(Unreachable, 0x00, "unreachable", None, "")                         \
  X(Nop, 0x01, "nop", None, ":")                                        \
  X(Block, 0x02, "block", Block, "")                                    \
  X(Loop, 0x03, "loop", Block, "")                                      \
  X(If, 0x04, "if", Block, "")                                          \
  X(Else, 0x05, "else", None, "")                                       \
  X(Try, 0x06, "try", Block, "")                                        \
  X(Catch, 0x07, "catch", Tag, "")                                      \
  X(Throw, 0x08, "throw", Tag, "")                                      \
  X(Rethrow, 0x09, "rethrow", Label, "")                                \
  X(ThrowRef, 0x0a, "throw_ref", None, "")                              \
  X(End, 0x0b, "end", None, "")                                         \
  X(Br, 0x0c, "br", Label, "")                                          \
  X(BrIf, 0x0d, "br_if", Label, "")                                     \
  X(BrTable, 0x0e, "br_table", LabelTable, "")                          \
  X(Return, 0x0f, "return", None, "")                                   \
  X(Call, 0x10, "call", Function, "")                                   \
  X(CallIndirect, 0x11, "call_indirect", CallIndirect, "")              \
  X(ReturnCall, 0x12, "return_call", Function, "")                      \
  X(ReturnCallIndirect, 0x13, "return_call_indirect", CallIndirect, "") \
  X(CallRef, 0x14, "call_ref", Type, "")                                \
  X(ReturnCallRef, 0x15, "return_call_ref", Type, "")                   \
  X(Delegate, 0x18, "delegate", Label, "")                              \
  X(CatchAll, 0x19, "catch_all", None, "")                              \
  X(Drop, 0x1a, "drop", None, "")                                       \
  X(Select, 0x1b, "select", None, "")                                   \
  X(SelectTyped, 0x1c, "select", SelectTypes, "")                       \
  X(TryTable, 0x1f, "try_table", TryTable, "")                          \
  X(LocalGet, 0x20, "local.get", Local, "")                             \
  X(LocalSet, 0x21, "local.set", Local, "")                             \
  X(LocalTee, 0x22, "local.tee", Local, "")                             \
  X(GlobalGet, 0x23, "global.get", Global, "")                          \
  X(GlobalSet, 0x24, "global.set", Global, "")                          \
  X(TableGet, 0x25, "table.get", Table, "")                             \
  X(TableSet, 0x26, "table.set", Table, "")                             \
  X(I32Load, 0x28, "i32.load", Load, "i:i")                             \
  X(I64Load, 0x29, "i64.load", Load, "i:l")                             \
  X(F32Load, 0x2a, "f32.load", Load, "i:f")                             \
  X(F64Load, 0x2b, "f64.load", Load, "i:d")                             \
  X(I32Load8S, 0x2c, "i32.load8_s", Load, "i:i")                        \
  X(I32Load8U, 0x2d, "i32.load8_u", Load, "i:i")                        \
  X(I32Load16S, 0x2e, "i32.load16_s", Load, "i:i")                      \
  X(I32Load16U, 0x2f, "i32.load16_u", Load, "i:i")                      \
  X(I64Load8S, 0x30, "i64.load8_s", Load, "i:l")                        \
  X(I64Load8U, 0x31, "i64.load8_u", Load, "i:l")                        \
  X(I64Load16S, 0x32, "i64.load16_s", Load, "i:l")                      \
  X(I64Load16U, 0x33, "i64.load16_u", Load, "i:l")                      \
  X(I64Load32S, 0x34, "i64.load32_s", Load, "i:l")                      \
  X(I64Load32U, 0x35, "i64.load32_u", Load, "i:l")                      \
  X(I32Store, 0x36, "i32.store", Store, "ii:")                          \
  X(I64Store, 0x37, "i64.store", Store, "il:")                          \
  X(F32Store, 0x38, "f32.store", Store, "if:")                          \
  X(F64Store, 0x39, "f64.store", Store, "id:")                          \
  X(I32Store8, 0x3a, "i32.store8", Store, "ii:")                        \
  X(I32Store16, 0x3b, "i32.store16", Store, "ii:")                      \
  X(I64Store8, 0x3c, "i64.store8", Store, "il:")                        \
  X(I64Store16, 0x3d, "i64.store16", Store, "il:")                      \
  X(I64Store32, 0x3e, "i64.store32", Store, "il:")                      \
  X(MemorySize, 0x3f, "memory.size", Memory, "")                        \
  X(MemoryGrow, 0x40, "memory.grow", Memory, "")                        \
  X(I32Const, 0x41, "i32.const", I32, ":i")                             \
  X(I64Const, 0x42, "i64.const", I64, ":l")                             \
  X(F32Const, 0x43, "f32.const", F32, ":f")                             \
  X(F64Const, 0x44, "f64.const", F64, ":d")                             \
  X(I32Eqz, 0x45, "i32.eqz", None, "i:i")                               \
  X(I32Eq, 0x46, "i32.eq", None, "ii:i")                                \
  X(I32Ne, 0x47, "i32.ne", None, "ii:i")                                \
  X(I32LtS, 0x48, "i32.lt_s", None, "ii:i")                             \
  X(I32LtU, 0x49, "i32.lt_u", None, "ii:i")                             \
  X(I32GtS, 0x4a, "i32.gt_s", None, "ii:i")                             \
  X(I32GtU, 0x4b, "i32.gt_u", None, "ii:i")                             \
  X(I32LeS, 0x4c, "i32.le_s", None, "ii:i")                             \
  X(I32LeU, 0x4d, "i32.le_u", None, "ii:i")                             \
  X(I32GeS, 0x4e, "i32.ge_s", None, "ii:i")                             \
  X(I32GeU, 0x4f, "i32.ge_u", None, "ii:i")                             \
  X(I64Eqz, 0x50, "i64.eqz", None, "l:i")                               \
  X(I64Eq, 0x51, "i64.eq", None, "ll:i")                                \
  X(I64Ne, 0x52, "i64.ne", None, "ll:i")                                \
  X(I64LtS, 0x53, "i64.lt_s", None, "ll:i")                             \
  X(I64LtU, 0x54, "i64.lt_u", None, "ll:i")                             \
  X(I64GtS, 0x55, "i64.gt_s", None, "ll:i")                             \
  X(I64GtU, 0x56, "i64.gt_u", None, "ll:i")                             \
  X(I64LeS, 0x57, "i64.le_s", None, "ll:i")                             \
  X(I64LeU, 0x58, "i64.le_u", None, "ll:i")                             \
  X(I64GeS, 0x59, "i64.ge_s", None, "ll:i")                             \
  X(I64GeU, 0x5a, "i64.ge_u", None, "ll:i")                             \
  X(F32Eq, 0x5b, "f32.eq", None, "ff:i")                                \
  X(F32Ne, 0x5c, "f32.ne", None, "ff:i")                                \
  X(F32Lt, 0x5d, "f32.lt", None, "ff:i")                                \
  X(F32Gt, 0x5e, "f32.gt", None, "ff:i")                                \
  X(F32Le, 0x5f, "f32.le", None, "ff:i")                                \
  X(F32Ge, 0x60, "f32.ge", None, "ff:i")                                \
  X(F64Eq, 0x61, "f64.eq", None, "dd:i")                                \
  X(F64Ne, 0x62, "f64.ne", None, "dd:i")                                \
  X(F64Lt, 0x63, "f64.lt", None, "dd:i")                                \
  X(F64Gt, 0x64, "f64.gt", None, "dd:i")                                \
  X(F64Le, 0x65, "f64.le", None, "dd:i")                                \
  X(F64Ge, 0x66, "f64.ge", None, "dd:i")                                \
  X(I32Clz, 0x67, "i32.clz", None, "i:i")                               \
  X(I32Ctz, 0x68, "i32.ctz", None, "i:i")                               \
  X(I32Popcnt, 0x69, "i32.popcnt", None, "i:i")                         \
  X(I32Add, 0x6a, "i32.add", None, "ii:i")                              \
  X(I32Sub, 0x6b, "i32.sub", None, "ii:i")                              \
  X(I32Mul, 0x6c, "i32.mul", None, "ii:i")                              \
  X(I32DivS, 0x6d, "i32.div_s", None, "ii:i")                           \
  X(I32DivU, 0x6e, "i32.div_u", None, "ii:i")                           \
  X(I32RemS, 0x6f, "i32.rem_s", None, "ii:i")                           \
  X(I32RemU, 0x70, "i32.rem_u", None, "ii:i")                           \
  X(I32And, 0x71, "i32.and", None, "ii:i")                              \
  X(I32Or, 0x72, "i32.or", None, "ii:i")                                \
  X(I32Xor, 0x73, "i32.xor", None, "ii:i")                              \
  X(I32Shl, 0x74, "i32.shl", None, "ii:i")                              \
  X(I32ShrS, 0x75, "i32.shr_s", None, "ii:i")                           \
  X(I32ShrU, 0x76, "i32.shr_u", None, "ii:i")                           \
  X(I32Rotl, 0x77, "i32.rotl", None, "ii:i")                            \
  X(I32Rotr, 0x78, "i32.rotr", None, "ii:i")                            \
  X(I64Clz, 0x79, "i64.clz", None, "l:l")                               \
  X(I64Ctz, 0x7a, "i64.ctz", None, "l:l")                               \
  X(I64Popcnt, 0x7b, "i64.popcnt", None, "l:l")                         \
  X(I64Add, 0x7c, "i64.add", None, "ll:l")                              \
  X(I64Sub, 0x7d, "i64.sub", None, "ll:l")                              \
  X(I64Mul, 0x7e, "i64.mul", None, "ll:l")                              \
  X(I64DivS, 0x7f, "i64.div_s", None, "ll:l")                           \
  X(I64DivU, 0x80, "i64.div_u", None, "ll:l")                           \
  X(I64RemS, 0x81, "i64.rem_s", None, "ll:l")                           \
  X(I64RemU, 0x82, "i64.rem_u", None, "ll:l")                           \
  X(I64And, 0x83, "i64.and", None, "ll:l")                              \
  X(I64Or, 0x84, "i64.or", None, "ll:l")                                \
  X(I64Xor, 0x85, "i64.xor", None, "ll:l")                              \
  X(I64Shl, 0x86, "i64.shl", None, "ll:l")                              \
  X(I64ShrS, 0x87, "i64.shr_s", None, "ll:l")                           \
  X(I64ShrU, 0x88, "i64.shr_u", None, "ll:l")                           \
  X(I64Rotl, 0x89, "i64.rotl", None, "ll:l")                            \
  X(I64Rotr, 0x8a, "i64.rotr", None, "ll:l")                            \
  X(F32Abs, 0x8b, "f32.abs", None, "f:f")                               \
  X(F32Neg, 0x8c, "f32.neg", None, "f:f")                               \
  X(F32Ceil, 0x8d, "f32.ceil", None, "f:f")                             \
  X(F32Floor, 0x8e, "f32.floor", None, "f:f")                           \
  X(F32Trunc, 0x8f, "f32.trunc", None, "f:f")                           \
  X(F32Nearest, 0x90, "f32.nearest", None, "f:f")                       \
  X(F32Sqrt, 0x91, "f32.sqrt", None, "f:f")                             \
  X(F32Add, 0x92, "f32.add", None, "ff:f")                              \
  X(F32Sub, 0x93, "f32.sub", None, "ff:f")                              \
  X(F32Mul, 0x94, "f32.mul", None, "ff:f")                              \
  X(F32Div, 0x95, "f32.div", None, "ff:f")                              \
  X(F32Min, 0x96, "f32.min", None, "ff:f")                              \
  X(F32Max, 0x97, "f32.max", None, "ff:f")                              \
  X(F32Copysign, 0x98, "f32.copysign", None, "ff:f")                    \
  X(F64Abs, 0x99, "f64.abs", None, "d:d")                               \
  X(F64Neg, 0x9a, "f64.neg", None, "d:d")                               \
  X(F64Ceil, 0x9b, "f64.ceil", None, "d:d")                             \
  X(F64Floor, 0x9c, "f64.floor", None, "d:d")                           \
  X(F64Trunc, 0x9d, "f64.trunc", None, "d:d")                           \
  X(F64Nearest, 0x9e, "f64.nearest", None, "d:d")                       \
  X(F64Sqrt, 0x9f, "f64.sqrt", None, "d:d")                             \
  X(F64Add, 0xa0, "f64.add", None, "dd:d")                              \
  X(F64Sub, 0xa1, "f64.sub", None, "dd:d")                              \
  X(F64Mul, 0xa2, "f64.mul", None, "dd:d")                              \
  X(F64Div, 0xa3, "f64.div", None, "dd:d")                              \
  X(F64Min, 0xa4, "f64.min", None, "dd:d")                              \
  X(F64Max, 0xa5, "f64.max", None, "dd:d")                              \
  X(F64Copysign, 0xa6, "f64.copysign", None, "dd:d")                    \
  X(I32WrapI64, 0xa7, "i32.wrap_i64", None, "l:i")                      \
  X(I32TruncF32S, 0xa8, "i32.trunc_f32_s", None, "f:i")                 \
  X(I32TruncF32U, 0xa9, "i32.trunc_f32_u", None, "f:i")                 \
  X(I32TruncF64S, 0xaa, "i32.trunc_f64_s", None, "d:i")                 \
  X(I32TruncF64U, 0xab, "i32.trunc_f64_u", None, "d:i")                 \
  X(I64ExtendI32S, 0xac, "i64.extend_i32_s", None, "i:l")               \
  X(I64ExtendI32U, 0xad, "i64.extend_i32_u", None, "i:l")               \
  X(I64TruncF32S, 0xae, "i64.trunc_f32_s", None, "f:l")                 \
  X(I64TruncF32U, 0xaf, "i64.trunc_f32_u", None, "f:l")                 \
  X(I64TruncF64S, 0xb0, "i64.trunc_f64_s", None, "d:l")                 \
  X(I64TruncF64U, 0xb1, "i64.trunc_f64_u", None, "d:l")                 \
  X(F32ConvertI32S, 0xb2, "f32.convert_i32_s", None, "i:f")             \
  X(F32ConvertI32U, 0xb3, "f32.convert_i32_u", None, "i:f")             \
  X(F32ConvertI64S, 0xb4, "f32.convert_i64_s", None, "l:f")             \
  X(F32ConvertI64U, 0xb5, "f32.convert_i64_u", None, "l:f")             \
  X(F32DemoteF64, 0xb6, "f32.demote_f64", None, "d:f")                  \
  X(F64ConvertI32S, 0xb7, "f64.convert_i32_s", None, "i:d")             \
  X(F64ConvertI32U, 0xb8, "f64.convert_i32_u", None, "i:d")             \
  X(F64ConvertI64S, 0xb9, "f64.convert_i64_s", None, "l:d")             \
  X(F64ConvertI64U, 0xba, "f64.convert_i64_u", None, "l:d")             \
  X(F64PromoteF32, 0xbb, "f64.promote_f32", None, "f:d")                \
  X(I32ReinterpretF32, 0xbc, "i32.reinterpret_f32", None, "f:i")        \
  X(I64ReinterpretF64, 0xbd, "i64.reinterpret_f64", None, "d:l")        \
  X(F32ReinterpretI32, 0xbe, "f32.reinterpret_i32", None, "i:f")        \
  X(F64ReinterpretI64, 0xbf, "f64.reinterpret_i64", None, "l:d")        \
  X(I32Extend8S, 0xc0, "i32.extend8_s", None, "i:i")                    \
  X(I32Extend16S, 0xc1, "i32.extend16_s", None, "i:i")                  \
  X(I64Extend8S, 0xc2, "i64.extend8_s", None, "l:l")                    \
  X(I64Extend16S, 0xc3, "i64.extend16_s", None, "l:l")                  \
  X(I64Extend32S, 0xc4, "i64.extend32_s", None, "l:l")                  \
  X(RefNull, 0xd0, "ref.null", Heap, "")                                \
  X(RefIsNull, 0xd1, "ref.is_null", None, "")                           \
  X(RefFunc, 0xd2, "ref.func", Function, "")                            \
  X(RefEq, 0xd3, "ref.eq", None, "")                                    \
  X(RefAsNonNull, 0xd4, "ref.as_non_null", None, "")                    \
  X(BrOnNull, 0xd5, "br_on_null", Label, "")                            \
  X(BrOnNonNull, 0xd6, "br_on_non_null", Label, "")                     \
  X(I32TruncSatF32S, 0xc000, "i32.trunc_sat_f32_s", None, "f:i")        \
  X(I32TruncSatF32U, 0xc001, "i32.trunc_sat_f32_u", None, "f:i")        \
  X(I32TruncSatF64S, 0xc002, "i32.trunc_sat_f64_s", None, "d:i")        \
  X(I32TruncSatF64U, 0xc003, "i32.trunc_sat_f64_u", None, "d:i")        \
  X(I64TruncSatF32S, 0xc004, "i64.trunc_sat_f32_s", None, "f:l")        \
  X(I64TruncSatF32U, 0xc005, "i64.trunc_sat_f32_u", None, "f:l")        \
  X(I64TruncSatF64S, 0xc006, "i64.trunc_sat_f64_s", None, "d:l")        \
  X(I64TruncSatF64U, 0xc007, "i64.trunc_sat_f64_u", None, "d:l")        \
  X(MemoryInit, 0xc008, "memory.init", DataMemory, "")                  \
  X(DataDrop, 0xc009, "data.drop", Data, ":")                           \
  X(MemoryCopy, 0xc00a, "memory.copy", MemoryMemory, "")                \
  X(MemoryFill, 0xc00b, "memory.fill", Memory, "")                      \
  X(TableInit, 0xc00c, "table.init", ElementTable, "")                  \
  X(ElemDrop, 0xc00d, "elem.drop", Element, ":")                        \
  X(TableCopy, 0xc00e, "table.copy", TableTable, "")                    \
  X(TableGrow, 0xc00f, "table.grow", Table, "")                         \
  X(TableSize, 0xc010, "table.size", Table, "")                         \
  X(TableFill, 0xc011, "table.fill", Table, "")                         \
  WHERRY_AGGREGATE_OPCODES(X)                                           \
  WHERRY_ATOMIC_OPCODES(X)                                              \
  WHERRY_VECTOR_OPCODES(X)

enum class Opcode : uint16_t {
#define WHERRY_OPCODE_ENUMERATOR(identifier, code, name, immediate, signature) identifier = code,
  WHERRY_OPCODES(WHERRY_OPCODE_ENUMERATOR)
#undef WHERRY_OPCODE_ENUMERATOR
};

// The texts are inside: pointers to them would be 1150 relocations, done anew at every start of
// every program that links the table.
struct OpcodeDescription {
  Opcode opcode;
  Immediate immediate;
  char signature[10];  // see above
  char name[36];
};

// Prefix bytes, all from 0xf0 up, leave 12 bits to the sub-opcode, which must be below 0x1000.
constexpr uint16_t prefixed_code(uint8_t prefix, uint32_t sub_opcode) {
  return static_cast<uint16_t>((prefix & 0x0fu) << 12 | sub_opcode);
}

// Where in the table the descriptions lie of the codes that have the same upper four bits. A row
// without a name is no instruction of ours.
struct OpcodeRows {
  uint16_t first, count;
};
constexpr OpcodeRows opcode_rows(uint16_t code) {
  switch (code >> 12) {
    case 0x0:
      return {0, 256};
    case 0xb:
      return {564, 32};
    case 0xc:
      return {256, 32};
    case 0xd:
      return {288, 276};
    case 0xe:
      return {596, 79};
    default:
      return {0, 0};
  }
}
extern const std::array<OpcodeDescription, 675> kOpcodeTable;

// nullptr for a code that is no instruction of ours.
inline const OpcodeDescription* find_opcode(uint16_t code) {
  const OpcodeRows rows = opcode_rows(code);
  const uint16_t row = code & 0x0fff;
  if (row >= rows.count) return nullptr;
  const OpcodeDescription& description = kOpcodeTable[size_t{rows.first} + row];
  return description.name[0] == '\0' ? nullptr : &description;
}

// One of vector_opcodes.h.
constexpr bool is_vector(Opcode opcode) { return static_cast<uint16_t>(opcode) >> 12 == 0xd; }
// One of atomic_opcodes.h.
constexpr bool is_atomic(Opcode opcode) { return static_cast<uint16_t>(opcode) >> 12 == 0xe; }

inline const char* opcode_name(Opcode opcode) {
  return find_opcode(static_cast<uint16_t>(opcode))->name;
}

constexpr bool is_tail_call(Opcode opcode) {
  return opcode == Opcode::ReturnCall || opcode == Opcode::ReturnCallIndirect ||
         opcode == Opcode::ReturnCallRef;
}

// Bytes that a load or store touches: 1, 2, 4, 8 or 16.
uint32_t access_bytes(Opcode opcode);

// How many lanes there are to choose from by an immediate Lane, LoadLane, StoreLane or Lanes.
uint32_t lane_count(Opcode opcode);

}  // namespace wherry::wasm
