#include "compiler/constant_tables.h"

#include <algorithm>

#include "compiler/limits.h"
#include "wasm/instruction.h"
#include "wasm/subtyping.h"

namespace wherry::compiler {

namespace {

using wasm::Instruction;
using wasm::Opcode;

// The table that an instruction writes.
std::optional<uint32_t> written_table(const Instruction& instruction) {
  switch (instruction.opcode) {
    case Opcode::TableSet:
    case Opcode::TableGrow:
    case Opcode::TableFill:
    case Opcode::TableCopy:
      return instruction.index;
    case Opcode::TableInit:
      return instruction.index2;
    default:
      return std::nullopt;
  }
}

// An expression that is one instruction.
Result<std::optional<Instruction>> only_instruction(const wasm::ConstantExpression& expression) {
  wasm::InstructionReader reader(expression.code, expression.offset);
  Instruction first = TRY(reader.next());
  if (reader.at_end() || TRY(reader.next()).opcode != Opcode::End) return std::nullopt;
  return first;
}

class ConstantTableFinder {
 public:
  explicit ConstantTableFinder(const wasm::Module& module)
      : module_(module), types_(module), found_{.tables = {}, .type_numbers = {}} {}

  Result<ConstantTables> run() {
    found_.tables.resize(module_.tables.size());
    choose();
    if (!is_any_left()) return std::move(found_);
    TRY(leave_out_written());
    number_types();
    TRY(apply_segments());
    return std::move(found_);
  }

 private:
  // Those that nobody else sees, all null.
  void choose() {
    uint64_t entries = 0;
    for (uint32_t table = module_.imported_tables; table < module_.tables.size(); ++table) {
      const wasm::TableType& type = module_.tables[table];
      const wasm::Table& definition = module_.defined_tables[table - module_.imported_tables];
      if (module_.is_function_reference(type.element) && !definition.init &&
          type.limits.min <= limits::kConstantTableEntries - entries) {
        found_.tables[table].emplace().entries.resize(type.limits.min);
        entries += type.limits.min;
      }
    }
    for (const wasm::Export& item : module_.exports)
      if (item.kind == wasm::ExternalKind::Table) found_.tables[item.index].reset();
  }

  bool is_any_left() const {
    return std::ranges::any_of(found_.tables, [](const auto& table) { return table.has_value(); });
  }

  Result<> leave_out_written() {
    for (const wasm::FunctionBody& body : module_.bodies) {
      wasm::InstructionReader reader(body.code, body.offset);
      while (!reader.at_end())
        if (auto table = written_table(TRY(reader.next()))) found_.tables[*table].reset();
    }
    return {};
  }

  void number_types() {
    for (uint32_t type = 0; type < module_.types.size(); type += module_.types[type].group_size)
      types_.add_group(wasm::TypeIndex(type));
    for (uint32_t type = 0; type < module_.types.size(); ++type)
      found_.type_numbers.push_back(types_.number(wasm::TypeIndex(type)) + 1);
  }

  // Beyond a segment that may fail, nothing is known of the tables that follow.
  Result<> apply_segments() {
    bool fails = false;
    for (const wasm::ElementSegment& segment : module_.elements) {
      if (segment.mode != wasm::SegmentMode::Active) continue;
      std::optional<ConstantTable>& table = found_.tables[raw(segment.table)];
      std::optional<uint64_t> begin = TRY(constant_begin(segment));
      fails = fails || !begin;
      if (fails || !table || !TRY(apply(segment, *begin, *table))) table.reset();
    }
    return {};
  }

  // Where the segment lies in its table, if that is certain.
  Result<std::optional<uint64_t>> constant_begin(const wasm::ElementSegment& segment) {
    std::optional<Instruction> offset = TRY(only_instruction(segment.offset));
    if (!offset || (offset->opcode != Opcode::I32Const && offset->opcode != Opcode::I64Const))
      return std::nullopt;
    const uint64_t size = module_.tables[raw(segment.table)].limits.min;  // tables never shrink
    const uint64_t count =
        std::visit([](const auto& items) { return items.size(); }, segment.items);
    const uint64_t begin = offset->opcode == Opcode::I32Const
                               ? static_cast<uint32_t>(offset->constant)
                               : offset->constant;
    if (begin > size || count > size - begin) return std::nullopt;
    return begin;
  }

  Result<bool> apply(const wasm::ElementSegment& segment, uint64_t begin, ConstantTable& table) {
    if (auto* functions = std::get_if<std::vector<wasm::FunctionIndex>>(&segment.items)) {
      for (wasm::FunctionIndex function : *functions) set(table, begin++, raw(function));
      return true;
    }
    for (const auto& item : std::get<std::vector<wasm::ConstantExpression>>(segment.items)) {
      std::optional<Instruction> value = TRY(only_instruction(item));
      if (value && value->opcode == Opcode::RefFunc)
        set(table, begin++, value->index);
      else if (value && value->opcode == Opcode::RefNull)
        table.entries[begin++] = {};
      else
        return false;
    }
    return true;
  }

  void set(ConstantTable& table, uint64_t place, uint32_t function) {
    const bool is_import = function < module_.imported_functions;
    table.holds_imports = table.holds_imports || is_import;
    table.entries[place] = {function,
                            is_import ? 0 : found_.type_numbers[raw(module_.functions[function])]};
  }

  const wasm::Module& module_;
  wasm::TypeRelations types_;
  ConstantTables found_;
};

}  // namespace

Result<ConstantTables> find_constant_tables(const wasm::Module& module) {
  return ConstantTableFinder(module).run();
}

std::string constant_table_symbol(uint32_t table) { return "table" + std::to_string(table); }

}  // namespace wherry::compiler
