#include "wasm/instruction.h"

#include <algorithm>

#include "wasm/offset_error.h"
#include "wasm/type_reader.h"

namespace wherry::wasm {
namespace {

constexpr uint8_t kEmptyBlock = 0x40;
constexpr uint8_t kAggregatePrefix = 0xfb;
constexpr uint8_t kMiscellaneousPrefix = 0xfc;
constexpr uint8_t kVectorPrefix = 0xfd;
constexpr uint8_t kAtomicPrefix = 0xfe;

bool is_prefix(uint8_t byte) {
  return byte == kAggregatePrefix || byte == kMiscellaneousPrefix || byte == kVectorPrefix ||
         byte == kAtomicPrefix;
}

}  // namespace

Result<Instruction> InstructionReader::next() {
  Instruction instruction;
  TRY(read(instruction));
  return instruction;
}

Result<> InstructionReader::read(Instruction& instruction) {
  instruction.offset = reader_.offset();
  uint8_t first = TRY(reader_.read_byte());
  const OpcodeDescription* description = find_opcode(first);
  if (description == nullptr) description = TRY(read_long_opcode(first, instruction.offset));
  instruction.opcode = description->opcode;
  if (description->immediate == Immediate::None) return {};
  return read_immediate(description->immediate, instruction);
}

Result<const OpcodeDescription*> InstructionReader::read_long_opcode(uint8_t first,
                                                                     uint32_t start) {
  if (is_prefix(first)) {
    uint32_t sub_opcode = TRY(reader_.read_u32());
    if (sub_opcode < 0x1000) {
      auto* found = find_opcode(prefixed_code(first, sub_opcode));
      if (found != nullptr) return found;
    }
    return fail_at(start, ErrorCode::Malformed, "illegal opcode {:#04x} {}", first, sub_opcode);
  }
  return fail_at(start, ErrorCode::Malformed, "illegal opcode {:#04x}", first);
}

Result<> InstructionReader::read_immediate(Immediate immediate, Instruction& instruction) {
  switch (immediate) {
    case Immediate::None:
      break;
    case Immediate::Label:
    case Immediate::Function:
    case Immediate::Local:
    case Immediate::Global:
    case Immediate::Table:
    case Immediate::Memory:
    case Immediate::Data:
    case Immediate::Tag:
    case Immediate::Element:
    case Immediate::Type:
      instruction.index = TRY(reader_.read_u32());
      break;
    case Immediate::CallIndirect:
    case Immediate::DataMemory:
    case Immediate::MemoryMemory:
    case Immediate::ElementTable:
    case Immediate::TableTable:
    case Immediate::TypeField:
    case Immediate::TypeCount:
    case Immediate::TypeData:
    case Immediate::TypeElement:
    case Immediate::TypeType:
      return read_indices(instruction.index, instruction.index2);
    case Immediate::Load:
    case Immediate::Store:
    case Immediate::Atomic:
      instruction.memory = TRY(read_memory_argument());
      break;
    case Immediate::LoadLane:
    case Immediate::StoreLane:
      instruction.memory = TRY(read_memory_argument());
      instruction.index = TRY(reader_.read_byte());
      break;
    case Immediate::Fence:
      return read_fence();
    case Immediate::Lane:
      instruction.index = TRY(reader_.read_byte());
      break;
    case Immediate::Lanes:
    case Immediate::V128:
      return read_vector(instruction);
    case Immediate::I32:
    case Immediate::I64:
    case Immediate::F32:
    case Immediate::F64:
      return read_constant(immediate, instruction);
    case Immediate::Block:
      instruction.block = TRY(read_block_type());
      break;
    case Immediate::Heap:
      instruction.heap = TRY(read_heap_type(reader_));
      break;
    case Immediate::CastLabel:
      return read_cast_label(instruction);
    case Immediate::LabelTable:
      return read_labels(instruction);
    case Immediate::TryTable:
      instruction.block = TRY(read_block_type());
      return read_catches(instruction);
    case Immediate::SelectTypes:
      return read_select_types(instruction);
  }
  return {};
}

Result<> InstructionReader::read_constant(Immediate immediate, Instruction& instruction) {
  if (immediate == Immediate::I32) {
    instruction.constant = static_cast<uint32_t>(TRY(reader_.read_s32()));
  } else if (immediate == Immediate::I64) {
    instruction.constant = static_cast<uint64_t>(TRY(reader_.read_s64()));
  } else if (immediate == Immediate::F32) {
    instruction.constant = TRY(reader_.read_fixed_u32());
  } else {
    instruction.constant = TRY(reader_.read_fixed_u64());
  }
  return {};
}

Result<> InstructionReader::read_indices(uint32_t& first, uint32_t& second) {
  first = TRY(reader_.read_u32());
  second = TRY(reader_.read_u32());
  return {};
}

Result<> InstructionReader::read_vector(Instruction& instruction) {
  ByteSpan bytes = TRY(reader_.read_bytes(instruction.bytes.size()));
  std::ranges::transform(bytes, instruction.bytes.begin(),
                         [](std::byte byte) { return static_cast<uint8_t>(byte); });
  return {};
}

// Core 3.0 §5.4.2: 0x40, a value type's byte, or a type index as a positive 33-bit integer. Those
// bytes are the negative integers of one byte, which is what tells them apart.
Result<BlockType> InstructionReader::read_block_type() {
  uint32_t start = reader_.offset();
  if (!reader_.at_end()) {
    uint8_t first = static_cast<uint8_t>(reader_.rest().front());
    if (first == kEmptyBlock) {
      TRY(reader_.read_byte());
      return BlockType{};
    }
    if ((first & 0xc0) == 0x40) {
      return BlockType{.kind = BlockType::Kind::Result, .result = TRY(read_value_type(reader_))};
    }
  }
  int64_t index = TRY(reader_.read_s33());
  if (index < 0) return fail_at(start, ErrorCode::Malformed, "malformed block type {}", index);
  return BlockType{.kind = BlockType::Kind::Function,
                   .function = TypeIndex(static_cast<uint32_t>(index))};
}

// Core 3.0 §5.4.7: the alignment's bit 6 says that a memory index follows.
Result<MemoryArgument> InstructionReader::read_memory_argument() {
  uint32_t start = reader_.offset();
  uint32_t flags = TRY(reader_.read_u32());
  if (flags >= 0x80) {
    return fail_at(start, ErrorCode::Malformed, "malformed memory access flags {:#x}", flags);
  }
  MemoryArgument argument;
  argument.alignment_log2 = flags & 0x3f;
  if ((flags & 0x40) != 0) argument.memory = MemoryIndex(TRY(reader_.read_u32()));
  argument.offset = TRY(reader_.read_u64());
  return argument;
}

// The byte is to name an order of memory one day; there is only sequential consistency so far.
Result<> InstructionReader::read_fence() {
  uint32_t start = reader_.offset();
  uint8_t order = TRY(reader_.read_byte());
  if (order == 0) return {};
  return fail_at(start, ErrorCode::Malformed,
                 "zero byte expected behind atomic.fence, found {:#04x}", order);
}

Result<> InstructionReader::read_labels(Instruction& instruction) {
  uint32_t start = reader_.offset();
  uint32_t count = TRY(reader_.read_u32());
  if (count >= reader_.remaining()) {  // the default makes one more
    return fail_at(start, ErrorCode::Malformed, "unexpected end: {} labels in {} bytes", count,
                   reader_.remaining());
  }
  labels_.resize(size_t{count} + 1);
  for (uint32_t& label : labels_) label = TRY(reader_.read_u32());
  instruction.labels = labels_;
  return {};
}

Result<> InstructionReader::read_select_types(Instruction& instruction) {
  uint32_t start = reader_.offset();
  uint32_t count = TRY(reader_.read_u32());
  if (count > reader_.remaining()) {
    return fail_at(start, ErrorCode::Malformed, "unexpected end: {} types in {} bytes", count,
                   reader_.remaining());
  }
  types_.clear();
  for (uint32_t i = 0; i < count; ++i) types_.push_back(TRY(read_value_type(reader_)));
  instruction.types = types_;
  return {};
}

// Core 3.0 §5.4.1
Result<> InstructionReader::read_catches(Instruction& instruction) {
  uint32_t start = reader_.offset();
  uint32_t count = TRY(reader_.read_u32());
  if (count > reader_.remaining()) {
    return fail_at(start, ErrorCode::Malformed, "unexpected end: {} catch clauses in {} bytes",
                   count, reader_.remaining());
  }
  catches_.clear();
  for (uint32_t i = 0; i < count; ++i) {
    uint32_t place = reader_.offset();
    uint8_t kind = TRY(reader_.read_byte());
    if (kind > static_cast<uint8_t>(CatchClause::Kind::CatchAllRef)) {
      return fail_at(place, ErrorCode::Malformed, "malformed catch clause {:#04x}", kind);
    }
    CatchClause& clause =
        catches_.emplace_back(CatchClause{.kind = CatchClause::Kind(kind), .label = 0});
    if (clause.has_tag()) clause.tag = TagIndex(TRY(reader_.read_u32()));
    clause.label = TRY(reader_.read_u32());
  }
  instruction.catches = catches_;
  return {};
}

// Core 3.0 §5.4.3: the flags say which of the two types is nullable.
Result<> InstructionReader::read_cast_label(Instruction& instruction) {
  uint32_t start = reader_.offset();
  uint8_t flags = TRY(reader_.read_byte());
  if (flags > 3) {
    return fail_at(start, ErrorCode::Malformed, "malformed cast flags {:#04x}", flags);
  }
  instruction.index = TRY(reader_.read_u32());
  HeapType from = TRY(read_heap_type(reader_));
  HeapType to = TRY(read_heap_type(reader_));
  instruction.cast = {.from = ValueType::reference(from, (flags & 1) != 0),
                      .to = ValueType::reference(to, (flags & 2) != 0)};
  return {};
}

}  // namespace wherry::wasm
