#include "wasm/instruction.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "wasm/binary_for_tests.h"

namespace wherry::wasm {
namespace {

using binary::operator""_b;
using testing::ElementsAre;
using testing::HasSubstr;

Result<Instruction> read_one(const std::string& bytes) {
  return InstructionReader(as_bytes(bytes), 0).next();
}

TEST(InstructionReader, ReadsImmediatesByOpcode) {
  Instruction call = read_one("\x11\x05\x02"_b).value();
  EXPECT_EQ(call.opcode, Opcode::CallIndirect);
  EXPECT_EQ(call.index, 5u);   // type
  EXPECT_EQ(call.index2, 2u);  // table

  Instruction init = read_one("\xfc\x0c\x07\x01"_b).value();
  EXPECT_EQ(init.opcode, Opcode::TableInit);
  EXPECT_EQ(init.index, 7u);   // segment
  EXPECT_EQ(init.index2, 1u);  // table

  Instruction copy = read_one("\xfc\x0e\x03\x04"_b).value();
  EXPECT_EQ(copy.opcode, Opcode::TableCopy);
  EXPECT_EQ(copy.index, 3u);   // destination
  EXPECT_EQ(copy.index2, 4u);  // source

  EXPECT_EQ(read_one("\xd0\x6f"_b).value().heap, HeapType::external());
  EXPECT_EQ(read_one("\x23\x80\x01"_b).value().index, 128u);
}

TEST(InstructionReader, KeepsConstantsAsBits) {
  EXPECT_EQ(read_one("\x41\x7f"_b).value().constant, 0xffffffffu);
  EXPECT_EQ(read_one("\x42\x7f"_b).value().constant, 0xffffffffffffffffu);
  EXPECT_EQ(read_one("\x43\x01\x00\xa0\x7f"_b).value().constant, 0x7fa00001u);  // a signalling NaN
  EXPECT_EQ(read_one("\x44\x00\x00\x00\x00\x00\x00\xf0\x3f"_b).value().constant,
            0x3ff0000000000000u);
}

TEST(InstructionReader, ReadsBlockTypes) {
  EXPECT_EQ(read_one("\x02\x40"_b).value().block.kind, BlockType::Kind::Empty);
  BlockType result = read_one("\x03\x7c"_b).value().block;
  EXPECT_EQ(result.kind, BlockType::Kind::Result);
  EXPECT_EQ(result.result, ValueType::f64());
  BlockType function = read_one("\x04\xc0\x00"_b).value().block;
  EXPECT_EQ(function.kind, BlockType::Kind::Function);
  EXPECT_EQ(function.function, TypeIndex(64));  // 0x40 alone would be the empty block
  EXPECT_FALSE(read_one("\x02\x41"_b));
  EXPECT_FALSE(read_one("\x02\xc0\x7f"_b));  // negative, of two bytes
}

TEST(InstructionReader, ReadsMemoryArguments) {
  MemoryArgument plain = read_one("\x28\x02\x10"_b).value().memory;
  EXPECT_EQ(plain.alignment_log2, 2u);
  EXPECT_EQ(plain.offset, 16u);
  EXPECT_EQ(plain.memory, MemoryIndex(0));
  MemoryArgument indexed = read_one("\x28\x42\x03\x10"_b).value().memory;
  EXPECT_EQ(indexed.alignment_log2, 2u);
  EXPECT_EQ(indexed.memory, MemoryIndex(3));
  EXPECT_EQ(indexed.offset, 16u);
  EXPECT_FALSE(read_one("\x28\x80\x01\x00"_b));
}

TEST(InstructionReader, ReadsVectorImmediates) {
  Instruction lane = read_one("\xfd\x54\x00\x08\x0f"_b).value();
  EXPECT_EQ(lane.opcode, Opcode::V128Load8Lane);
  EXPECT_EQ(lane.memory.offset, 8u);
  EXPECT_EQ(lane.index, 15u);
  EXPECT_EQ(read_one("\xfd\x1b\x03"_b).value().index, 3u);
  Instruction constant = read_one("\xfd\x0c" + std::string("0123456789abcdef")).value();
  EXPECT_EQ(constant.opcode, Opcode::V128Const);
  EXPECT_EQ(constant.bytes.front(), '0');
  EXPECT_EQ(constant.bytes.back(), 'f');
  EXPECT_EQ(read_one("\xfd\x80\x02"_b).value().opcode, Opcode::I8x16RelaxedSwizzle);
}

TEST(InstructionReader, LendsLabelsWithTheDefaultLast) {
  std::string bytes = "\x0e\x02\x03\x01\x05\x0b"_b;
  InstructionReader reader(as_bytes(bytes), 0x100);
  Instruction table = reader.next().value();
  EXPECT_THAT(table.labels, ElementsAre(3, 1, 5));
  EXPECT_EQ(table.offset, 0x100u);
  Instruction end = reader.next().value();
  EXPECT_EQ(end.opcode, Opcode::End);
  EXPECT_EQ(end.offset, 0x105u);
  EXPECT_TRUE(reader.at_end());
}

TEST(InstructionReader, LendsSelectTypes) {
  std::string bytes = "\x1c\x02\x7f\x70"_b;
  InstructionReader reader(as_bytes(bytes), 0);
  EXPECT_THAT(reader.next().value().types, ElementsAre(ValueType::i32(), ValueType::funcref()));
}

TEST(InstructionReader, ReadsIntoAnObjectThatIsUsedAgain) {
  std::string bytes = "\x20\x07\x41\x03"_b;
  InstructionReader reader(as_bytes(bytes), 0);
  Instruction instruction;
  ASSERT_TRUE(reader.read(instruction));
  EXPECT_EQ(instruction.index, 7u);
  ASSERT_TRUE(reader.read(instruction));
  EXPECT_EQ(instruction.opcode, Opcode::I32Const);
  EXPECT_EQ(instruction.constant, 3u);
}

TEST(InstructionReader, RejectsWhatIsNoInstruction) {
  struct Case {
    std::string bytes;
    const char* message;
  };
  const Case cases[] = {
      {""_b, "unexpected end"},
      {"\x41"_b, "unexpected end"},
      {"\x43\x00\x00\x00"_b, "unexpected end"},
      {"\x16"_b, "illegal opcode 0x16"},
      {"\xff"_b, "illegal opcode 0xff"},
      {"\xfc\x12"_b, "illegal opcode 0xfc 18"},
      {"\xfc\x80\x02"_b, "illegal opcode 0xfc 256"},
      {"\xfd\x9a\x01"_b, "illegal opcode 0xfd 154"},
      {"\xfd\x94\x02"_b, "illegal opcode 0xfd 276"},
      {"\xfd\x80\x80\x04"_b, "illegal opcode 0xfd 65536"},
      {"\xfd\x0c\x00\x00"_b, "unexpected end"},
      {"\x0e\xff\xff\xff\xff\x0f\x00"_b, "4294967295 labels in 1 bytes"},
      {"\x1c\xff\xff\xff\xff\x0f\x7f"_b, "4294967295 types in 1 bytes"},
      {"\xd0\x40"_b, "heap type"},
  };
  for (const Case& each : cases) {
    auto instruction = read_one(each.bytes);
    ASSERT_FALSE(instruction) << each.message;
    EXPECT_EQ(instruction.error().code, ErrorCode::Malformed) << each.message;
    EXPECT_THAT(instruction.error().message, HasSubstr(each.message));
  }
}

TEST(InstructionReader, ReadsCatchClauses) {
  using Kind = CatchClause::Kind;
  const std::string bytes = "\x1f\x40\x04\x00\x05\x01\x01\x06\x02\x02\x03\x03\x04"_b;
  InstructionReader reader(as_bytes(bytes), 0);
  auto instruction = reader.next();
  ASSERT_TRUE(instruction) << instruction.error().message;
  EXPECT_EQ(instruction->opcode, Opcode::TryTable);
  ASSERT_EQ(instruction->catches.size(), 4u);
  const CatchClause wanted[] = {{Kind::Catch, TagIndex(5), 1},
                                {Kind::CatchRef, TagIndex(6), 2},
                                {Kind::CatchAll, TagIndex(0), 3},
                                {Kind::CatchAllRef, TagIndex(0), 4}};
  for (size_t i = 0; i < std::size(wanted); ++i) {
    EXPECT_EQ(instruction->catches[i].kind, wanted[i].kind) << i;
    EXPECT_EQ(instruction->catches[i].tag, wanted[i].tag) << i;
    EXPECT_EQ(instruction->catches[i].label, wanted[i].label) << i;
  }
  EXPECT_FALSE(read_one("\x1f\x40\x01\x04\x00"_b));
  EXPECT_FALSE(read_one("\x1f\x40\x09\x00"_b));
}

TEST(InstructionReader, ReadsTypesOfReferences) {
  EXPECT_EQ(read_one("\xd0\x6e"_b).value().heap, HeapType::abstract(HeapType::kAny));
  EXPECT_EQ(read_one("\xfb\x17\x05"_b).value().heap, HeapType::of(TypeIndex(5)));
  Instruction branch = read_one("\xfb\x18\x01\x02\x6d\x07"_b).value();
  EXPECT_EQ(branch.index, 2u);
  EXPECT_EQ(branch.cast.from, ValueType::reference(HeapType::abstract(HeapType::kEq), true));
  EXPECT_EQ(branch.cast.to, ValueType::reference(HeapType::of(TypeIndex(7)), false));
  Instruction field = read_one("\xfb\x02\x03\x04"_b).value();
  EXPECT_EQ(field.opcode, Opcode::StructGet);
  EXPECT_EQ(field.index, 3u);
  EXPECT_EQ(field.index2, 4u);
}

TEST(InstructionReader, ReadsAtomics) {
  Instruction add = read_one("\xfe\x1e\x02\x08"_b).value();
  EXPECT_EQ(add.opcode, Opcode::I32AtomicRmwAdd);
  EXPECT_EQ(add.memory.alignment_log2, 2u);
  EXPECT_EQ(add.memory.offset, 8u);
  EXPECT_EQ(read_one("\xfe\x03\x00"_b).value().opcode, Opcode::AtomicFence);
  EXPECT_EQ(read_one("\xfe\x03\x01"_b).error().code, ErrorCode::Malformed);
  EXPECT_EQ(read_one("\xfe\x03"_b).error().code, ErrorCode::Malformed);
  EXPECT_EQ(read_one("\xfe\x04"_b).error().code, ErrorCode::Malformed);
}

TEST(Opcodes, AreFoundByTheirCode) {
  EXPECT_EQ(find_opcode(0x6a)->opcode, Opcode::I32Add);
  EXPECT_EQ(find_opcode(0xc011)->opcode, Opcode::TableFill);
  EXPECT_STREQ(opcode_name(Opcode::MemoryCopy), "memory.copy");
  EXPECT_EQ(find_opcode(0xd113)->opcode, Opcode::I32x4RelaxedDotI8x16I7x16AddS);
  EXPECT_STREQ(opcode_name(Opcode::I64AtomicRmw32CmpxchgU), "i64.atomic.rmw32.cmpxchg_u");
  EXPECT_EQ(prefixed_code(0xfe, 0x4e), static_cast<uint16_t>(Opcode::I64AtomicRmw32CmpxchgU));
  EXPECT_EQ(prefixed_code(0xfd, 0x113), 0xd113);
  const uint16_t none[] = {0x16,   0xfc,   0xff,   0x100,  0x16a,  0xb01f,
                           0xc012, 0xc020, 0xd09a, 0xd114, 0xe004, 0xe04f};
  for (uint16_t code : none) {
    EXPECT_EQ(find_opcode(code), nullptr) << code;
  }
}

TEST(Opcodes, KnowHowManyBytesTheyAccess) {
  EXPECT_EQ(access_bytes(Opcode::I64Load8U), 1u);
  EXPECT_EQ(access_bytes(Opcode::I32Store16), 2u);
  EXPECT_EQ(access_bytes(Opcode::I64Load32S), 4u);
  EXPECT_EQ(access_bytes(Opcode::F32Store), 4u);
  EXPECT_EQ(access_bytes(Opcode::F64Load), 8u);
  EXPECT_EQ(access_bytes(Opcode::V128Load), 16u);
  EXPECT_EQ(access_bytes(Opcode::V128Load32x2U), 8u);
  EXPECT_EQ(access_bytes(Opcode::V128Load32Zero), 4u);
  EXPECT_EQ(access_bytes(Opcode::V128Load16Splat), 2u);
  EXPECT_EQ(access_bytes(Opcode::V128Store8Lane), 1u);
  EXPECT_EQ(access_bytes(Opcode::MemoryAtomicNotify), 4u);
  EXPECT_EQ(access_bytes(Opcode::MemoryAtomicWait64), 8u);
  EXPECT_EQ(access_bytes(Opcode::I64AtomicLoad32U), 4u);
  EXPECT_EQ(access_bytes(Opcode::I32AtomicStore16), 2u);
  EXPECT_EQ(access_bytes(Opcode::I64AtomicRmw8CmpxchgU), 1u);
  EXPECT_EQ(access_bytes(Opcode::I64AtomicRmwXchg), 8u);
}

TEST(Opcodes, KnowHowManyLanesThereAre) {
  EXPECT_EQ(lane_count(Opcode::I8x16Shuffle), 32u);
  EXPECT_EQ(lane_count(Opcode::I16x8ExtractLaneU), 8u);
  EXPECT_EQ(lane_count(Opcode::F64x2ReplaceLane), 2u);
  EXPECT_EQ(lane_count(Opcode::V128Load32Lane), 4u);
}

}  // namespace
}  // namespace wherry::wasm
