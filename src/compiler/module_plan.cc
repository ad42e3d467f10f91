#include "compiler/module_plan.h"

#include <algorithm>

#include "abi/artifact.h"
#include "compiler/calling_convention.h"
#include "wasm/instruction.h"

namespace wherry::compiler {

namespace {

// Gives functions their reference slots in the order of their index.
class ReferenceSlots {
 public:
  explicit ReferenceSlots(const wasm::Module& module)
      : module_(module), referenced_(module.functions.size()) {}

  // Validation lets a body's ref.func name only functions that occur outside of bodies (Core 3.0
  // §3.4.13, C.refs), so that the bodies need not be read here.
  Result<std::vector<uint32_t>> assign() {
    // An imported host function becomes a value of the importing instance.
    for (uint32_t index = 0; index < module_.imported_functions; ++index) referenced_[index] = true;
    for (const wasm::Export& item : module_.exports)
      if (item.kind == wasm::ExternalKind::Function) referenced_[item.index] = true;
    for (const wasm::Global& global : module_.defined_globals) TRY(add(global.init));
    for (const wasm::Table& table : module_.defined_tables)
      if (table.init) TRY(add(*table.init));
    for (const wasm::ElementSegment& segment : module_.elements) TRY(add(segment));
    std::vector<uint32_t> slots(referenced_.size(), abi::kNone);
    uint32_t next = 0;
    for (size_t index = 0; index < slots.size(); ++index)
      if (referenced_[index]) slots[index] = next++;
    return slots;
  }

 private:
  Result<> add(const wasm::ConstantExpression& expression) {
    wasm::InstructionReader reader(expression.code, expression.offset);
    while (!reader.at_end()) {
      wasm::Instruction instruction = TRY(reader.next());
      if (instruction.opcode == wasm::Opcode::RefFunc) referenced_[instruction.index] = true;
    }
    return {};
  }

  Result<> add(const wasm::ElementSegment& segment) {
    if (auto* functions = std::get_if<std::vector<wasm::FunctionIndex>>(&segment.items)) {
      for (wasm::FunctionIndex function : *functions) referenced_[raw(function)] = true;
      return {};
    }
    for (const auto& item : std::get<std::vector<wasm::ConstantExpression>>(segment.items))
      TRY(add(item));
    return {};
  }

  const wasm::Module& module_;
  std::vector<bool> referenced_;
};

std::vector<abi::StructLayout> lay_out_structs(const wasm::Module& module) {
  std::vector<abi::StructLayout> layouts;
  for (size_t index = 0; index < module.types.size(); ++index) {
    auto* type = std::get_if<wasm::StructType>(&module.types[index].composite);
    if (type == nullptr) continue;
    layouts.resize(module.types.size());
    layouts[index] = abi::layout_of(*type);
  }
  return layouts;
}

// Callees are of the module's types, or of sub types, which pass the same.
uint32_t largest_argument_area(const wasm::Module& module) {
  uint32_t bytes = 0;
  for (const wasm::SubType& type : module.types)
    if (auto* function = std::get_if<wasm::FunctionType>(&type.composite))
      bytes = std::max(bytes, argument_area_bytes(*function));
  return bytes;
}

uint32_t count(size_t size) {
  return static_cast<uint32_t>(size);
}  // the decoder's limits are below 2^32

}  // namespace

// A memory never outgrows the maximum of its type. An imported one's type is the exporter's, whose
// maximum is no larger than the one that is asked for (Core 3.0 §3.3.13); where none is
// asked for, the exporter may have made it of any size.
bool ModulePlan::lacks_last_pages() const {
  auto lacks_last_page = [this](uint32_t memory) {
    const wasm::Limits& limits = module.memories[memory].limits;
    if (limits.max) return *limits.max <= abi::kMemory32DefaultPagesMax;
    return memory >= module.imported_memories && limits.min <= abi::kMemory32DefaultPagesMax;
  };
  for (uint32_t memory = 0; memory < module.memories.size(); ++memory)
    if (is_checked(memory) || !lacks_last_page(memory)) return false;
  return true;
}

Result<ModulePlan> plan_module(const wasm::Module& module, abi::CodeMode mode) {
  std::vector<uint32_t> slots = TRY(ReferenceSlots(module).assign());
  abi::InstanceCounts counts;
  counts.imported_functions = module.imported_functions;
  counts.memories = count(module.memories.size());
  counts.tables = count(module.tables.size());
  counts.imported_globals = module.imported_globals;
  counts.defined_globals = count(module.defined_globals.size());
  counts.imported_tags = module.imported_tags;
  counts.defined_tags = count(module.tags.size()) - module.imported_tags;
  counts.argument_bytes = largest_argument_area(module);
  for (uint32_t slot : slots)
    if (slot != abi::kNone) ++counts.referenced_functions;
  ConstantTables tables = TRY(find_constant_tables(module));
  return ModulePlan{module,
                    counts,
                    abi::InstanceLayout(counts),
                    std::move(slots),
                    mode,
                    lay_out_structs(module),
                    std::move(tables),
                    wasm::read_branch_hints(module).value_or(wasm::BranchHints())};
}

}  // namespace wherry::compiler
