// The rules of the module's own parts, in the order of its sections; function bodies come last,
// when it is known which functions may be referenced. Those have files of their own.
#include "wasm/validator.h"

#include <algorithm>
#include <limits>

#include "wasm/constant_validator.h"
#include "wasm/function_validator.h"
#include "wasm/limits.h"
#include "wasm/type_validator.h"

namespace wherry::wasm {
namespace {

class ModuleValidator {
 public:
  explicit ModuleValidator(const Module& module)
      : module_(module),
        referenced_functions_(module.functions.size()),
        types_(module),
        constants_(module, types_, referenced_functions_) {}

  Result<> validate() {
    TRY(validate_types(module_, types_));
    TRY(check_functions());
    TRY(check_tables());
    TRY(check_memories());
    TRY(check_tags());
    TRY(check_globals());
    TRY(check_exports());
    TRY(check_start());
    TRY(check_elements());
    TRY(check_data());
    return check_bodies();
  }

 private:
  Result<> check_functions() const;
  Result<> check_function_type(TypeIndex type) const;
  Result<> check_tables();
  Result<> check_memories() const;
  Result<> check_tags() const;
  Result<> check_globals();
  Result<> check_exports();
  Result<> check_export_names() const;
  Result<> check_start() const;
  Result<> check_elements();
  Result<> check_element_target(const ElementSegment& segment) const;
  Result<> check_element_expressions(const ElementSegment& segment);
  Result<> reference_functions(const std::vector<FunctionIndex>& functions);
  Result<> check_data();
  Result<> check_bodies() const;

  size_t count_of(ExternalKind kind) const;

  const Module& module_;
  std::vector<bool> referenced_functions_;
  TypeRelations types_;
  ConstantValidator constants_;
};

// Core 3.0 §3.2.9. `max` is what the address type allows.
Result<> check_limits(const Limits& limits, uint64_t max) {
  uint64_t largest = limits.max.value_or(limits.min);
  if (largest > max || limits.min > max) {
    return fail(ErrorCode::Invalid, "size must be at most {}, found {}", max,
                std::max(largest, limits.min));
  }
  if (limits.min > largest) {
    return fail(ErrorCode::Invalid, "size minimum must not be greater than maximum: {} and {}",
                limits.min, largest);
  }
  return {};
}

Result<> ModuleValidator::check_functions() const {
  for (size_t i = 0; i < module_.functions.size(); ++i) {
    TRY(with_context(check_function_type(module_.functions[i]), "function {}", i));
  }
  return {};
}

Result<> ModuleValidator::check_function_type(TypeIndex type) const {
  if (module_.is_function_type(type)) return {};
  if (raw(type) < module_.types.size())
    return fail(ErrorCode::Invalid, "type {} is no function type", raw(type));
  return fail(ErrorCode::Invalid, "unknown type {}: the module has {}", raw(type),
              module_.types.size());
}

Result<> ModuleValidator::check_tables() {
  for (size_t i = 0; i < module_.tables.size(); ++i) {
    TRY(with_context(check_type_exists(module_.tables[i].element, module_.types.size()), "table {}",
                     i));
    const uint64_t entries_max = module_.tables[i].is_64 ? std::numeric_limits<uint64_t>::max()
                                                         : std::numeric_limits<uint32_t>::max();
    // kTableElements is no rule of validation: the instance's maker applies it.
    TRY(with_context(check_limits(module_.tables[i].limits, entries_max), "table {}", i));
  }
  for (size_t i = 0; i < module_.defined_tables.size(); ++i) {
    const Table& table = module_.defined_tables[i];
    if (table.init) {
      TRY(constants_.validate(*table.init, table.type.element, module_.imported_globals));
    } else if (!table.type.element.is_defaultable()) {
      return fail(ErrorCode::Invalid, "type mismatch: table {} of {} needs an initial value",
                  module_.imported_tables + i, to_string(table.type.element));
    }
  }
  return {};
}

Result<> ModuleValidator::check_memories() const {
  for (size_t i = 0; i < module_.memories.size(); ++i) {
    const uint64_t pages_max =
        module_.memories[i].is_64 ? limits::kMemoryPages64 : limits::kMemoryPages;
    TRY(with_context(check_limits(module_.memories[i].limits, pages_max),
                     "memory {}, in pages of 64 KiB", i));
    // Threads proposal, "Spec Changes": code may rely on where it is, so that it must never move.
    if (module_.memories[i].shared && !module_.memories[i].limits.max)
      return fail(ErrorCode::Invalid, "memory {}: shared memory must have maximum", i);
  }
  return {};
}

// Core 3.0 §3.2.17. Only exceptions have tags, and those return nothing.
Result<> ModuleValidator::check_tags() const {
  for (size_t i = 0; i < module_.tags.size(); ++i) {
    TRY(with_context(check_function_type(module_.tags[i]), "tag {}", i));
    const FunctionType& type = module_.function_type(module_.tags[i]);
    if (!type.results.empty()) {
      return fail(ErrorCode::Invalid, "tag {}: non-empty tag result type: {}", i, to_string(type));
    }
  }
  return {};
}

Result<> ModuleValidator::check_globals() {
  for (size_t i = 0; i < module_.globals.size(); ++i) {
    TRY(with_context(check_type_exists(module_.globals[i].value, module_.types.size()), "global {}",
                     i));
  }
  size_t index = module_.imported_globals;
  for (const Global& global : module_.defined_globals) {
    TRY(constants_.validate(global.init, global.type.value, index));
    ++index;
  }
  return {};
}

Result<> ModuleValidator::check_exports() {
  for (size_t i = 0; i < module_.exports.size(); ++i) {
    const Export& entry = module_.exports[i];
    if (entry.index >= count_of(entry.kind)) {
      return fail(ErrorCode::Invalid, "export {}: unknown {} {}: the module has {}", i,
                  to_string(entry.kind), entry.index, count_of(entry.kind));
    }
    if (entry.kind == ExternalKind::Function) referenced_functions_[entry.index] = true;
  }
  return check_export_names();
}

Result<> ModuleValidator::check_export_names() const {
  std::vector<std::string_view> names;
  names.reserve(module_.exports.size());
  for (const Export& entry : module_.exports) names.push_back(entry.name);
  std::ranges::sort(names);
  auto twice = std::ranges::adjacent_find(names);
  if (twice == names.end()) return {};
  return fail(ErrorCode::Invalid, "duplicate export name {:?}", twice->substr(0, 100));
}

Result<> ModuleValidator::check_start() const {
  if (!module_.start) return {};
  uint32_t index = raw(*module_.start);
  if (index >= module_.functions.size()) {
    return fail(ErrorCode::Invalid, "start: unknown function {}: the module has {}", index,
                module_.functions.size());
  }
  const FunctionType& type = module_.function_type(*module_.start);
  if (type.params.empty() && type.results.empty()) return {};
  return fail(ErrorCode::Invalid, "start: function {} must be [] -> [], found {}", index,
              to_string(type));
}

Result<> ModuleValidator::check_elements() {
  for (size_t i = 0; i < module_.elements.size(); ++i) {
    const ElementSegment& segment = module_.elements[i];
    TRY(with_context(check_type_exists(segment.type, module_.types.size()), "element segment {}",
                     i));
    if (segment.mode == SegmentMode::Active) {
      TRY(with_context(check_element_target(segment), "element segment {}", i));
      const ValueType address = module_.tables[raw(segment.table)].address();
      TRY(constants_.validate(segment.offset, address, module_.globals.size()));
    }
    if (auto* functions = std::get_if<std::vector<FunctionIndex>>(&segment.items)) {
      TRY(with_context(reference_functions(*functions), "element segment {}", i));
    } else {
      TRY(check_element_expressions(segment));
    }
  }
  return {};
}

Result<> ModuleValidator::check_element_target(const ElementSegment& segment) const {
  if (raw(segment.table) >= module_.tables.size()) {
    return fail(ErrorCode::Invalid, "unknown table {}: the module has {}", raw(segment.table),
                module_.tables.size());
  }
  ValueType element = module_.tables[raw(segment.table)].element;
  if (types_.matches(segment.type, element)) return {};
  return fail(ErrorCode::Invalid, "type mismatch: elements of {} for a table of {}",
              to_string(segment.type), to_string(element));
}

Result<> ModuleValidator::reference_functions(const std::vector<FunctionIndex>& functions) {
  for (FunctionIndex index : functions) {
    if (raw(index) >= module_.functions.size()) {
      return fail(ErrorCode::Invalid, "unknown function {}: the module has {}", raw(index),
                  module_.functions.size());
    }
    referenced_functions_[raw(index)] = true;
  }
  return {};
}

Result<> ModuleValidator::check_element_expressions(const ElementSegment& segment) {
  for (const auto& item : std::get<std::vector<ConstantExpression>>(segment.items)) {
    TRY(constants_.validate(item, segment.type, module_.globals.size()));
  }
  return {};
}

Result<> ModuleValidator::check_data() {
  for (size_t i = 0; i < module_.data.size(); ++i) {
    const DataSegment& segment = module_.data[i];
    if (segment.mode != SegmentMode::Active) continue;
    if (raw(segment.memory) >= module_.memories.size()) {
      return fail(ErrorCode::Invalid, "data segment {}: unknown memory {}: the module has {}", i,
                  raw(segment.memory), module_.memories.size());
    }
    const ValueType address = module_.memories[raw(segment.memory)].address();
    TRY(constants_.validate(segment.offset, address, module_.globals.size()));
  }
  return {};
}

Result<> ModuleValidator::check_bodies() const {
  FunctionValidator validator(module_, types_, referenced_functions_);
  size_t index = module_.imported_functions;
  for (const FunctionBody& body : module_.bodies) {
    TRY(validator.validate(module_.functions[index], body));
    ++index;
  }
  return {};
}

size_t ModuleValidator::count_of(ExternalKind kind) const {
  switch (kind) {
    case ExternalKind::Function:
      return module_.functions.size();
    case ExternalKind::Table:
      return module_.tables.size();
    case ExternalKind::Memory:
      return module_.memories.size();
    case ExternalKind::Global:
      return module_.globals.size();
    case ExternalKind::Tag:
      break;
  }
  return module_.tags.size();
}

}  // namespace

Result<> validate_module(const Module& module) { return ModuleValidator(module).validate(); }

}  // namespace wherry::wasm
