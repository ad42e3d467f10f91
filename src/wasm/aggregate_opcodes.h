// The instructions on structs, arrays, i31 and casts, those with the prefix byte 0xfb, as a part of
// the instruction set in opcodes.h.
#pragma once

// X(identifier, code, "name", Immediate, "signature"), see opcodes.h.
#define WHERRY_AGGREGATE_OPCODES(X)                            \
  X(StructNew, 0xb000, "struct.new", Type, "")                 \
  X(StructNewDefault, 0xb001, "struct.new_default", Type, "")  \
  X(StructGet, 0xb002, "struct.get", TypeField, "")            \
  X(StructGetS, 0xb003, "struct.get_s", TypeField, "")         \
  X(StructGetU, 0xb004, "struct.get_u", TypeField, "")         \
  X(StructSet, 0xb005, "struct.set", TypeField, "")            \
  X(ArrayNew, 0xb006, "array.new", Type, "")                   \
  X(ArrayNewDefault, 0xb007, "array.new_default", Type, "")    \
  X(ArrayNewFixed, 0xb008, "array.new_fixed", TypeCount, "")   \
  X(ArrayNewData, 0xb009, "array.new_data", TypeData, "")      \
  X(ArrayNewElem, 0xb00a, "array.new_elem", TypeElement, "")   \
  X(ArrayGet, 0xb00b, "array.get", Type, "")                   \
  X(ArrayGetS, 0xb00c, "array.get_s", Type, "")                \
  X(ArrayGetU, 0xb00d, "array.get_u", Type, "")                \
  X(ArraySet, 0xb00e, "array.set", Type, "")                   \
  X(ArrayLen, 0xb00f, "array.len", None, "")                   \
  X(ArrayFill, 0xb010, "array.fill", Type, "")                 \
  X(ArrayCopy, 0xb011, "array.copy", TypeType, "")             \
  X(ArrayInitData, 0xb012, "array.init_data", TypeData, "")    \
  X(ArrayInitElem, 0xb013, "array.init_elem", TypeElement, "") \
  X(RefTest, 0xb014, "ref.test", Heap, "")                     \
  X(RefTestNull, 0xb015, "ref.test null", Heap, "")            \
  X(RefCast, 0xb016, "ref.cast", Heap, "")                     \
  X(RefCastNull, 0xb017, "ref.cast null", Heap, "")            \
  X(BrOnCast, 0xb018, "br_on_cast", CastLabel, "")             \
  X(BrOnCastFail, 0xb019, "br_on_cast_fail", CastLabel, "")    \
  X(AnyConvertExtern, 0xb01a, "any.convert_extern", None, "")  \
  X(ExternConvertAny, 0xb01b, "extern.convert_any", None, "")  \
  X(RefI31, 0xb01c, "ref.i31", None, "")                       \
  X(I31GetS, 0xb01d, "i31.get_s", None, "")                    \
  X(I31GetU, 0xb01e, "i31.get_u", None, "")
