#include "wasm/proposals.h"

#include <algorithm>
#include <bitset>

#include "wasm/instruction.h"

namespace wherry::wasm {

namespace {

constexpr size_t kProposals = static_cast<size_t>(Proposal::Threads) + 1;

// Opcodes [first, last], as opcodes.h writes them.
struct OpcodeRange {
  uint16_t first;
  uint16_t last;
  Proposal proposal;
};
constexpr OpcodeRange kOpcodeRanges[] = {
    {0x06, 0x07, Proposal::LegacyExceptions},  // try, catch
    {0x08, 0x08, Proposal::Exceptions},        // throw
    {0x09, 0x09, Proposal::LegacyExceptions},  // rethrow
    {0x0a, 0x0a, Proposal::Exceptions},        // throw_ref
    {0x12, 0x13, Proposal::TailCalls},
    {0x14, 0x15, Proposal::FunctionReferences},  // call_ref, return_call_ref
    {0x18, 0x19, Proposal::LegacyExceptions},    // delegate, catch_all
    {0x1c, 0x1c, Proposal::ReferenceTypes},      // select with a type
    {0x1f, 0x1f, Proposal::Exceptions},          // try_table
    {0x25, 0x26, Proposal::ReferenceTypes},      // table.get, table.set
    {0xc0, 0xc4, Proposal::SignExtension},
    {0xd0, 0xd2, Proposal::ReferenceTypes},
    {0xd3, 0xd3, Proposal::GarbageCollection},   // ref.eq
    {0xd4, 0xd6, Proposal::FunctionReferences},  // ref.as_non_null, br_on_null, br_on_non_null
    {0xb000, 0xbfff, Proposal::GarbageCollection},
    {0xc000, 0xc007, Proposal::NontrappingConversion},
    {0xc008, 0xc00e, Proposal::BulkMemory},
    {0xc00f, 0xc011, Proposal::ReferenceTypes},  // table.grow, size, fill
    {0xd000, 0xd0ff, Proposal::Simd},
    {0xd100, 0xdfff, Proposal::RelaxedSimd},
    {0xe000, 0xefff, Proposal::Threads},
};

class Survey {
 public:
  explicit Survey(const Module& module) : module_(module) {}

  Result<std::vector<Proposal>> run() {
    for (const SubType& type : module_.types) note(type);
    note_entities();
    note_segments();
    TRY(note_code());
    std::vector<Proposal> used;
    for (size_t index = 0; index < kProposals; ++index)
      if (used_[index]) used.push_back(static_cast<Proposal>(index));
    return used;
  }

 private:
  void note(Proposal proposal) { used_.set(static_cast<size_t>(proposal)); }
  void note_if(bool condition, Proposal proposal) {
    if (condition) note(proposal);
  }

  void note(ValueType type) {
    note_if(type.kind() == ValueType::Kind::V128, Proposal::Simd);
    if (!type.is_reference()) return;
    if (type.heap().is_concrete() || !type.nullable()) return note(Proposal::FunctionReferences);
    const int32_t heap = type.heap().code();
    if (heap == HeapType::kFunc) return;  // in tables since 1.0
    note(heap == HeapType::kExtern                            ? Proposal::ReferenceTypes
         : heap == HeapType::kExn || heap == HeapType::kNoExn ? Proposal::Exceptions
                                                              : Proposal::GarbageCollection);
  }

  void note(const SubType& type) {
    note_if(type.supertype || !type.is_final || type.group_size > 1, Proposal::GarbageCollection);
    const auto* function = std::get_if<FunctionType>(&type.composite);
    if (function == nullptr) return note(Proposal::GarbageCollection);
    note_if(function->results.size() > 1, Proposal::MultiValue);
    for (ValueType value : function->params) note(value);
    for (ValueType value : function->results) note(value);
  }

  void note(const ConstantExpression& expression) {
    InstructionReader reader(expression.code, expression.offset);
    while (!reader.at_end()) {
      auto instruction = reader.next();
      if (!instruction) return;  // the decoder has read it: only for one that is not constant
      const auto code = static_cast<uint16_t>(instruction->opcode);
      const bool is_arithmetic = (code >= 0x6a && code <= 0x6c) || (code >= 0x7c && code <= 0x7e);
      note_if(is_arithmetic, Proposal::ExtendedConst);
      note(instruction->opcode);
    }
  }

  void note(Opcode opcode) {
    const auto code = static_cast<uint16_t>(opcode);
    for (const OpcodeRange& range : kOpcodeRanges)
      if (code >= range.first && code <= range.last) return note(range.proposal);
  }

  void note_entities() {
    note_if(module_.memories.size() > 1, Proposal::MultiMemory);
    note_if(module_.tables.size() > 1, Proposal::ReferenceTypes);
    note_if(!module_.tags.empty(), Proposal::Exceptions);
    for (const MemoryType& memory : module_.memories) {
      note_if(memory.is_64, Proposal::Memory64);
      note_if(memory.shared, Proposal::Threads);
    }
    for (const TableType& table : module_.tables) {
      note_if(table.is_64, Proposal::Memory64);
      note(table.element);
    }
    for (size_t index = 0; index < module_.globals.size(); ++index) {
      note(module_.globals[index].value);
      note_if(index < module_.imported_globals && module_.globals[index].is_mutable,
              Proposal::MutableGlobals);
    }
    for (const Export& item : module_.exports)
      note_if(item.kind == ExternalKind::Global && item.index < module_.globals.size() &&
                  module_.globals[item.index].is_mutable,
              Proposal::MutableGlobals);
    for (const Global& global : module_.defined_globals) note(global.init);
  }

  void note_segments() {
    note_if(module_.data_count.has_value(), Proposal::BulkMemory);
    for (const DataSegment& segment : module_.data) {
      note_if(segment.mode == SegmentMode::Passive, Proposal::BulkMemory);
      if (segment.mode == SegmentMode::Active) note(segment.offset);
    }
    for (const ElementSegment& segment : module_.elements) {
      note_if(segment.mode == SegmentMode::Passive, Proposal::BulkMemory);
      note_if(segment.mode == SegmentMode::Declarative, Proposal::ReferenceTypes);
      if (segment.mode == SegmentMode::Active) note(segment.offset);
    }
  }

  Result<> note_code() {
    Instruction instruction;
    for (const FunctionBody& body : module_.bodies) {
      for (const LocalGroup& group : body.locals) note(group.type);
      InstructionReader reader(body.code, body.offset);
      while (!reader.at_end()) {
        TRY(reader.read(instruction));
        note(instruction.opcode);
        const bool is_block =
            find_opcode(static_cast<uint16_t>(instruction.opcode))->immediate == Immediate::Block;
        note_if(is_block && instruction.block.kind == BlockType::Kind::Function,
                Proposal::MultiValue);
      }
    }
    return {};
  }

  const Module& module_;
  std::bitset<kProposals> used_;
};

}  // namespace

const char* to_string(Proposal proposal) {
  switch (proposal) {
    case Proposal::MutableGlobals:
      return "mutable globals";
    case Proposal::SignExtension:
      return "sign extension";
    case Proposal::NontrappingConversion:
      return "non-trapping conversion";
    case Proposal::MultiValue:
      return "multi-value";
    case Proposal::BulkMemory:
      return "bulk memory";
    case Proposal::ReferenceTypes:
      return "reference types";
    case Proposal::Simd:
      return "SIMD";
    case Proposal::RelaxedSimd:
      return "relaxed SIMD";
    case Proposal::TailCalls:
      return "tail calls";
    case Proposal::ExtendedConst:
      return "extended constant expressions";
    case Proposal::Exceptions:
      return "exceptions";
    case Proposal::LegacyExceptions:
      return "legacy exceptions";
    case Proposal::MultiMemory:
      return "multiple memories";
    case Proposal::Memory64:
      return "64-bit memory";
    case Proposal::FunctionReferences:
      return "typed function references";
    case Proposal::GarbageCollection:
      return "garbage collection";
    case Proposal::Threads:
      return "threads";
  }
  return "";
}

Result<std::vector<Proposal>> proposals_used(const Module& module) { return Survey(module).run(); }

}  // namespace wherry::wasm
