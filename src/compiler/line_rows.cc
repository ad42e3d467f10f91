#include "compiler/line_rows.h"

#include <llvm/DebugInfo/DWARF/DWARFContext.h>
#include <llvm/Object/ObjectFile.h>

#include <algorithm>

namespace wherry::compiler {

using namespace llvm;

namespace {

// The lines are wasm offsets plus one (Chunk::create_subprogram); 0 is no place.
abi::LineRow row_of(const DWARFDebugLine::Row& row) {
  bool is_placed = !row.EndSequence && row.Line != 0;
  return {static_cast<uint32_t>(row.Address.Address), is_placed ? row.Line - 1 : abi::kNone};
}

// The columns are the words of arguments that a call passes on the stack, where that is unusual
// (FunctionEmitter::set_place); else 0.
abi::CallArgumentsRecord call_of(const DWARFDebugLine::Row& row) {
  uint32_t words = row.EndSequence ? 0 : row.Column;
  return {static_cast<uint32_t>(row.Address.Address),
          words == 0 ? abi::kCallArgumentBytes : words * uint32_t{sizeof(uint64_t)}};
}

// The last row of an address counts, and one that says the same as the row before it says nothing.
template <class Record, class Value>
void append(std::vector<Record>& records, Record record, Value Record::* value, Value initial) {
  while (!records.empty() && records.back().code == record.code) records.pop_back();
  if ((records.empty() ? initial : records.back().*value) != record.*value)
    records.push_back(record);
}

}  // namespace

Result<LineTable> read_line_table(ByteSpan elf) {
  MemoryBufferRef buffer(
      toStringRef(ArrayRef(reinterpret_cast<const uint8_t*>(elf.data()), elf.size())), "");
  Expected<std::unique_ptr<object::ObjectFile>> object =
      object::ObjectFile::createObjectFile(buffer);
  if (!object)
    return fail(ErrorCode::Invalid, "reading compiled code: {}",
                llvm::toString(object.takeError()));
  std::unique_ptr<DWARFContext> debug = DWARFContext::create(**object);
  LineTable table;
  for (const std::unique_ptr<DWARFUnit>& unit : debug->compile_units()) {
    const DWARFDebugLine::LineTable* lines = debug->getLineTableForUnit(unit.get());
    if (lines == nullptr) continue;
    for (const DWARFDebugLine::Row& line : lines->Rows) {
      append(table.rows, row_of(line), &abi::LineRow::wasm_offset, abi::kNone);
      append(table.call_arguments, call_of(line), &abi::CallArgumentsRecord::bytes,
             abi::kCallArgumentBytes);
    }
  }
  if (!std::ranges::is_sorted(table.rows, {}, &abi::LineRow::code))
    return fail(ErrorCode::Invalid, "reading compiled code: its line table is not sorted");
  return table;
}

}  // namespace wherry::compiler
