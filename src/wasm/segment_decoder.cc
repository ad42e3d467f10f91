// The sections that hold code and data: elements, function bodies, data, and constant expressions.
#include <limits>

#include "wasm/instruction.h"
#include "wasm/limits.h"
#include "wasm/offset_error.h"
#include "wasm/section_decoder.h"
#include "wasm/type_reader.h"

namespace wherry::wasm {
namespace {

// Bits of an element segment's leading number, Core 3.0 §5.5.12.
constexpr uint32_t kNotActive = 1;      // passive or declarative
constexpr uint32_t kExplicitTable = 2;  // of an active segment: a table index follows
constexpr uint32_t kDeclarative = 2;    // of one that is not active
constexpr uint32_t kExpressions = 4;    // items are expressions, not function indices
constexpr uint32_t kElementFlagsMax = 7;

constexpr uint8_t kFunctionElements = 0x00;

// The type of a segment's items: a reference type where they are expressions, else an element kind.
// What is not spelled out are functions; function indices are never null.
Result<ValueType> read_element_type(ByteReader& section, uint32_t flags) {
  const ValueType functions = ValueType::reference(HeapType::func(), (flags & kExpressions) != 0);
  if ((flags & (kNotActive | kExplicitTable)) == 0) return functions;
  if ((flags & kExpressions) != 0) return read_reference_type(section);
  uint32_t start = section.offset();
  uint8_t kind = TRY(section.read_byte());
  if (kind != kFunctionElements) {
    return fail_at(start, ErrorCode::Malformed, "malformed element kind {:#04x}", kind);
  }
  return functions;
}

Result<> read_element_items(ByteReader& section, uint32_t flags, ElementSegment& segment) {
  uint32_t count =
      TRY(read_count(section, {.noun = "elements of a segment", .max = limits::kTableElements}));
  if ((flags & kExpressions) == 0) {
    auto& items = segment.items.emplace<std::vector<FunctionIndex>>();
    items.reserve(count);
    for (uint32_t i = 0; i < count; ++i) items.push_back(FunctionIndex(TRY(section.read_u32())));
    return {};
  }
  auto& items = segment.items.emplace<std::vector<ConstantExpression>>();
  items.reserve(count);
  for (uint32_t i = 0; i < count; ++i) items.push_back(TRY(read_constant_expression(section)));
  return {};
}

Result<ElementSegment> read_element_segment(ByteReader& section) {
  uint32_t start = section.offset();
  uint32_t flags = TRY(section.read_u32());
  if (flags > kElementFlagsMax) {
    return fail_at(start, ErrorCode::Malformed, "malformed element segment flags {:#x}", flags);
  }
  ElementSegment segment{.mode = SegmentMode::Active, .offset = {}, .items = {}};
  if ((flags & kNotActive) != 0) {
    segment.mode = (flags & kDeclarative) != 0 ? SegmentMode::Declarative : SegmentMode::Passive;
  } else {
    if ((flags & kExplicitTable) != 0) segment.table = TableIndex(TRY(section.read_u32()));
    segment.offset = TRY(read_constant_expression(section));
  }
  segment.type = TRY(read_element_type(section, flags));
  TRY(read_element_items(section, flags, segment));
  return segment;
}

// Core 3.0 §5.5.14: 0 active in memory 0, 1 passive, 2 active with a memory index.
Result<DataSegment> read_data_segment(ByteReader& section) {
  uint32_t start = section.offset();
  uint32_t flags = TRY(section.read_u32());
  if (flags > 2) {
    return fail_at(start, ErrorCode::Malformed, "malformed data segment flags {:#x}", flags);
  }
  DataSegment segment{.mode = SegmentMode::Passive, .offset = {}, .bytes = {}};
  if (flags != 1) {
    segment.mode = SegmentMode::Active;
    if (flags == 2) segment.memory = MemoryIndex(TRY(section.read_u32()));
    segment.offset = TRY(read_constant_expression(section));
  }
  uint32_t size_bytes = TRY(section.read_u32());
  segment.bytes = TRY(section.read_bytes(size_bytes));
  return segment;
}

Result<std::vector<LocalGroup>> read_locals(ByteReader& body) {
  uint32_t start = body.offset();
  uint32_t count =
      TRY(read_count(body, {.noun = "groups of locals", .max = limits::kFunctionBodyBytes}));
  std::vector<LocalGroup> locals;
  locals.reserve(count);
  uint64_t total = 0;  // 7 million groups of 4 billion do not overflow it
  for (uint32_t i = 0; i < count; ++i) {
    LocalGroup& group = locals.emplace_back(LocalGroup{.count = 0, .type = ValueType::i32()});
    group.count = TRY(body.read_u32());
    group.type = TRY(read_value_type(body));
    total += group.count;
  }
  if (total > std::numeric_limits<uint32_t>::max()) {
    return fail_at(start, ErrorCode::Malformed, "too many locals: {}", total);
  }
  if (total > limits::kFunctionLocals) {
    return fail_at(start, ErrorCode::Invalid, "{} locals exceed the limit of {}", total,
                   limits::kFunctionLocals);
  }
  return locals;
}

Result<FunctionBody> read_function_body(ByteReader& section) {
  uint32_t start = section.offset();
  uint32_t size_bytes = TRY(section.read_u32());
  if (size_bytes <= section.remaining() && size_bytes > limits::kFunctionBodyBytes) {
    return fail_at(start, ErrorCode::Invalid, "a function body of {} bytes exceeds the limit of {}",
                   size_bytes, limits::kFunctionBodyBytes);
  }
  uint32_t body_offset = section.offset();
  ByteReader body(TRY(section.read_bytes(size_bytes)), body_offset);
  std::vector<LocalGroup> locals = TRY(read_locals(body));
  return FunctionBody{.locals = std::move(locals),
                      .code = body.rest(),
                      .offset = body.offset(),
                      .begin = body_offset};
}

}  // namespace

Result<> decode_element_section(ByteReader& section, Module& module) {
  uint32_t count =
      TRY(read_count(section, {.noun = "element segments", .max = limits::kElementSegments}));
  module.elements.reserve(count);
  for (uint32_t i = 0; i < count; ++i)
    module.elements.push_back(TRY(read_element_segment(section)));
  return {};
}

Result<> decode_code_section(ByteReader& section, Module& module) {
  uint32_t count = TRY(read_count(section, {.noun = "function bodies", .max = limits::kFunctions}));
  module.bodies.reserve(count);
  for (uint32_t i = 0; i < count; ++i) module.bodies.push_back(TRY(read_function_body(section)));
  return {};
}

Result<> decode_data_section(ByteReader& section, Module& module) {
  uint32_t count =
      TRY(read_count(section, {.noun = "data segments", .max = limits::kDataSegments}));
  module.data.reserve(count);
  for (uint32_t i = 0; i < count; ++i) module.data.push_back(TRY(read_data_segment(section)));
  return {};
}

Result<ConstantExpression> read_constant_expression(ByteReader& section) {
  uint32_t start = section.offset();
  InstructionReader instructions(section.rest(), start);
  for (uint32_t open_blocks = 1; open_blocks > 0;) {
    Opcode opcode = TRY(instructions.next()).opcode;
    if (opcode == Opcode::End) --open_blocks;
    if (opcode == Opcode::Block || opcode == Opcode::Loop || opcode == Opcode::If) ++open_blocks;
  }
  ByteSpan code = TRY(section.read_bytes(instructions.offset() - start));
  return ConstantExpression{.code = code, .offset = start};
}

}  // namespace wherry::wasm
