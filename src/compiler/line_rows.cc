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

// The last row of an address counts, and one that says the same as the row before it says nothing.
void append(std::vector<abi::LineRow>& rows, abi::LineRow row) {
  while (!rows.empty() && rows.back().code == row.code) rows.pop_back();
  if ((rows.empty() ? abi::kNone : rows.back().wasm_offset) != row.wasm_offset) rows.push_back(row);
}

}  // namespace

Result<std::vector<abi::LineRow>> read_line_table(ByteSpan elf) {
  MemoryBufferRef buffer(
      toStringRef(ArrayRef(reinterpret_cast<const uint8_t*>(elf.data()), elf.size())), "");
  Expected<std::unique_ptr<object::ObjectFile>> object =
      object::ObjectFile::createObjectFile(buffer);
  if (!object)
    return fail(ErrorCode::Invalid, "reading compiled code: {}",
                llvm::toString(object.takeError()));
  std::unique_ptr<DWARFContext> debug = DWARFContext::create(**object);
  std::vector<abi::LineRow> rows;
  for (const std::unique_ptr<DWARFUnit>& unit : debug->compile_units()) {
    const DWARFDebugLine::LineTable* lines = debug->getLineTableForUnit(unit.get());
    if (lines == nullptr) continue;
    for (const DWARFDebugLine::Row& line : lines->Rows) append(rows, row_of(line));
  }
  if (!std::ranges::is_sorted(rows, {}, &abi::LineRow::code))
    return fail(ErrorCode::Invalid, "reading compiled code: its line table is not sorted");
  return rows;
}

}  // namespace wherry::compiler
