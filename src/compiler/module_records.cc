#include "compiler/module_records.h"

#include <algorithm>
#include <cstring>

#include "compiler/chunk.h"
#include "compiler/thunks.h"
#include "wasm/instruction.h"

namespace wherry::compiler {

namespace {

constexpr uint64_t kNoMaximum = ~uint64_t{0};

class RecordBuilder {
 public:
  RecordBuilder(const ModulePlan& plan, const LinkedCode& linked, const MemoryImages& images)
      : plan_(plan), module_(plan.module), linked_(linked), images_(images) {}

  Result<ModuleRecords> run() {
    TRY(add_types());
    add_sub_types();
    add_imports();
    TRY(add_functions());
    TRY(add_tables());
    add_memories();
    TRY(add_globals());
    for (wasm::TypeIndex type : module_.tags) records_.tags.push_back({raw(type)});
    for (const wasm::Export& item : module_.exports)
      records_.exports.push_back(
          {add_string(item.name), static_cast<uint32_t>(item.kind), item.index});
    TRY(add_elements());
    TRY(add_data());
    return std::move(records_);
  }

 private:
  struct Range {
    uint32_t first = 0;
    uint32_t count = 0;
  };

  Result<> add_types();
  void add_sub_types();
  void add_field(const wasm::FieldType& field);
  void add_imports();
  Result<> add_functions();
  Result<> add_tables();
  void add_memories();
  Result<> add_globals();
  Result<> add_elements();
  Result<> add_items(const wasm::ElementSegment& segment);
  Result<abi::ElementItem> item_of(const wasm::ConstantExpression& expression);
  Result<> add_data();
  Result<Range> add_expression(const wasm::ConstantExpression& expression);
  Result<uint32_t> find_code(const std::string& symbol) const;

  abi::StringRecord add_string(std::string_view text) {
    auto offset = static_cast<uint32_t>(records_.strings.size());
    ByteSpan bytes = as_bytes(text);
    records_.strings.insert(records_.strings.end(), bytes.begin(), bytes.end());
    return {offset, static_cast<uint32_t>(text.size())};
  }

  const ModulePlan& plan_;
  const wasm::Module& module_;
  const LinkedCode& linked_;
  const MemoryImages& images_;
  ModuleRecords records_;
};

uint32_t count_of(size_t size) {
  return static_cast<uint32_t>(size);
}  // below the decoder's limits

Result<uint32_t> RecordBuilder::find_code(const std::string& symbol) const {
  auto found = linked_.symbols.find(symbol);
  if (found == linked_.symbols.end())
    return fail(ErrorCode::Invalid, "internal error: no code for {}", symbol);
  return found->second;
}

Result<> RecordBuilder::add_types() {
  std::vector<uint32_t> thunks = entry_thunk_types(module_);
  for (uint32_t index = 0; index < module_.types.size(); ++index) {
    auto* type = std::get_if<wasm::FunctionType>(&module_.types[index].composite);
    if (type == nullptr) {
      records_.types.push_back({0, 0, 0, abi::kNone});
      continue;
    }
    abi::TypeRecord record{count_of(records_.values.size()), count_of(type->params.size()),
                           count_of(type->results.size()), abi::kNone};
    if (thunks[index] != abi::kNone)
      record.entry_thunk = TRY(find_code(entry_thunk_symbol(thunks[index])));
    records_.types.push_back(record);
    records_.values.insert(records_.values.end(), type->params.begin(), type->params.end());
    records_.values.insert(records_.values.end(), type->results.begin(), type->results.end());
  }
  return {};
}

void RecordBuilder::add_sub_types() {
  auto is_plain = [](const wasm::SubType& type) {
    return std::holds_alternative<wasm::FunctionType>(type.composite) && type.is_final &&
           !type.supertype && type.group_size == 1;
  };
  if (std::ranges::all_of(module_.types, is_plain)) return;
  for (const wasm::SubType& type : module_.types) {
    uint32_t first = count_of(records_.fields.size());
    if (auto* structure = std::get_if<wasm::StructType>(&type.composite))
      for (const wasm::FieldType& field : structure->fields) add_field(field);
    if (auto* array = std::get_if<wasm::ArrayType>(&type.composite)) add_field(array->element);
    records_.sub_types.push_back({count_of(type.composite.index()), type.is_final ? 1u : 0u,
                                  type.supertype ? raw(*type.supertype) : abi::kNone,
                                  raw(type.group), type.group_size, first,
                                  count_of(records_.fields.size()) - first, 0});
  }
}

void RecordBuilder::add_field(const wasm::FieldType& field) {
  records_.fields.push_back({field.storage.value, static_cast<uint32_t>(field.storage.packing),
                             field.is_mutable ? 1u : 0u});
}

void RecordBuilder::add_imports() {
  uint32_t next[5] = {};  // by kind: imports come first in each index space
  for (const wasm::Import& import : module_.imports) {
    auto kind = static_cast<uint32_t>(import.kind);
    records_.imports.push_back(
        {add_string(import.module), add_string(import.name), kind, next[kind]++});
  }
}

Result<> RecordBuilder::add_functions() {
  std::vector<wasm::FunctionName> names = wasm::function_names(module_);
  auto name = names.begin();
  for (uint32_t index = 0; index < module_.functions.size(); ++index) {
    abi::FunctionRecord record{.type = raw(module_.functions[index]),
                               .code = TRY(find_code(function_symbol(index))),
                               .reference_slot = plan_.reference_slots[index],
                               .body_offset = 0,
                               .body_size = 0,
                               .name = {0, 0}};
    if (index >= module_.imported_functions) {
      const wasm::FunctionBody& body = module_.bodies[index - module_.imported_functions];
      record.body_offset = body.offset;
      record.body_size = count_of(body.code.size());
    }
    while (name != names.end() && raw(name->index) < index) ++name;
    if (name != names.end() && raw(name->index) == index) record.name = add_string(name->name);
    records_.functions.push_back(record);
  }
  return {};
}

Result<> RecordBuilder::add_tables() {
  for (size_t index = 0; index < module_.tables.size(); ++index) {
    const wasm::TableType& table = module_.tables[index];
    Range init;
    if (index >= module_.imported_tables)
      if (const auto& expression = module_.defined_tables[index - module_.imported_tables].init)
        init = TRY(add_expression(*expression));
    records_.tables.push_back({table.element, table.limits.min,
                               table.limits.max.value_or(kNoMaximum), init.first, init.count,
                               table.is_64 ? 1u : 0u, 0});
  }
  return {};
}

void RecordBuilder::add_memories() {
  uint64_t image_offset = 0;
  for (size_t index = 0; index < module_.memories.size(); ++index) {
    const wasm::MemoryType& type = module_.memories[index];
    const wasm::Limits& limits = type.limits;
    const MemoryImage& image = images_.images[index];
    abi::MemoryRecord record{limits.min,
                             limits.max.value_or(kNoMaximum),
                             0,
                             image.bytes.size(),
                             image.address,
                             type.is_64 ? 1u : 0u,
                             type.shared ? 1u : 0u};
    if (!image.bytes.empty()) record.image_offset = image_offset;
    image_offset += image.bytes.size();
    records_.memories.push_back(record);
  }
}

Result<> RecordBuilder::add_globals() {
  for (size_t index = 0; index < module_.globals.size(); ++index) {
    const wasm::GlobalType& global = module_.globals[index];
    Range init;
    if (index >= module_.imported_globals)
      init = TRY(add_expression(module_.defined_globals[index - module_.imported_globals].init));
    records_.globals.push_back(
        {global.value, global.is_mutable ? 1u : 0u, init.first, init.count, 0});
  }
  return {};
}

Result<RecordBuilder::Range> RecordBuilder::add_expression(
    const wasm::ConstantExpression& expression) {
  Range range{count_of(records_.const_ops.size()), 0};
  wasm::InstructionReader reader(expression.code, expression.offset);
  while (!reader.at_end()) {
    wasm::Instruction instruction = TRY(reader.next());
    if (instruction.opcode == wasm::Opcode::End) break;
    abi::ConstOp op{instruction.opcode, 0, instruction.index, {instruction.constant, 0}};
    if (instruction.opcode == wasm::Opcode::V128Const)
      std::memcpy(op.constant, instruction.bytes.data(), sizeof op.constant);
    if (instruction.opcode == wasm::Opcode::ArrayNewFixed) op.constant[0] = instruction.index2;
    records_.const_ops.push_back(op);
    ++range.count;
  }
  return range;
}

Result<abi::ElementItem> RecordBuilder::item_of(const wasm::ConstantExpression& expression) {
  wasm::InstructionReader reader(expression.code, expression.offset);
  wasm::Instruction first = TRY(reader.next());
  wasm::Instruction second = TRY(reader.next());
  if (second.opcode == wasm::Opcode::End && first.opcode == wasm::Opcode::RefFunc)
    return abi::ElementItem{first.index, 0, 0};
  if (second.opcode == wasm::Opcode::End && first.opcode == wasm::Opcode::RefNull)
    return abi::ElementItem{abi::kNone, 0, 0};
  Range range = TRY(add_expression(expression));
  return abi::ElementItem{abi::kNone, range.first, range.count};
}

Result<> RecordBuilder::add_items(const wasm::ElementSegment& segment) {
  if (auto* functions = std::get_if<std::vector<wasm::FunctionIndex>>(&segment.items)) {
    for (wasm::FunctionIndex function : *functions)
      records_.element_items.push_back({raw(function), 0, 0});
    return {};
  }
  for (const auto& expression : std::get<std::vector<wasm::ConstantExpression>>(segment.items))
    records_.element_items.push_back(TRY(item_of(expression)));
  return {};
}

Result<> RecordBuilder::add_elements() {
  for (const wasm::ElementSegment& segment : module_.elements) {
    Range offset;
    if (segment.mode == wasm::SegmentMode::Active) offset = TRY(add_expression(segment.offset));
    uint32_t first = count_of(records_.element_items.size());
    TRY(add_items(segment));
    records_.elements.push_back({static_cast<uint32_t>(segment.mode), raw(segment.table),
                                 offset.first, offset.count, segment.type, first,
                                 count_of(records_.element_items.size()) - first});
  }
  return {};
}

Result<> RecordBuilder::add_data() {
  for (size_t index = 0; index < module_.data.size(); ++index) {
    const wasm::DataSegment& segment = module_.data[index];
    Range offset;
    if (segment.mode == wasm::SegmentMode::Active) offset = TRY(add_expression(segment.offset));
    bool is_in_image = images_.is_in_image[index];
    ByteSpan bytes = is_in_image ? ByteSpan() : segment.bytes;
    records_.data.push_back({static_cast<uint32_t>(segment.mode), raw(segment.memory), offset.first,
                             offset.count, records_.data_bytes.size(), bytes.size(),
                             is_in_image ? 1u : 0u, 0});
    records_.data_bytes.insert(records_.data_bytes.end(), bytes.begin(), bytes.end());
  }
  return {};
}

}  // namespace

Result<ModuleRecords> build_records(const ModulePlan& plan, const LinkedCode& linked,
                                    const MemoryImages& images) {
  return RecordBuilder(plan, linked, images).run();
}

}  // namespace wherry::compiler
