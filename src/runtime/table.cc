#include "runtime/table.h"

#include <algorithm>
#include <cstdlib>

#include "runtime/type_registry.h"

namespace wherry::runtime {

namespace {

abi::FunctionTableEntry function_entry(Reference value) {
  if (!value) return {};
  // In a table of functions every reference is one to a function (validation).
  auto* function = static_cast<const abi::FunctionReference*>(value);
  return {function->code, function->context, function->type_id, function};
}

}  // namespace

Result<std::unique_ptr<Table>> Table::create(const TableOptions& options) {
  const wasm::Limits& limits = options.type.limits;
  if (limits.min > options.entries_max)
    return fail(ErrorCode::Unavailable, "table of {} entries exceeds the limit of {} entries",
                limits.min, options.entries_max);
  std::unique_ptr<Table> table(new Table);  // make_unique cannot call a private constructor
  table->type_ = options.type;
  table->holds_functions_ = is_function_reference(options.type.element);
  table->object_heap_ = options.object_heap;
  table->entries_max_ = std::min(options.entries_max, limits.max.value_or(options.entries_max));
  table->budget_ = options.budget;
  const uint64_t entry_bytes = Table::entry_bytes(options.type.element);
  if (options.budget && !options.budget->take(limits.min * entry_bytes))
    return fail(ErrorCode::Unavailable, "table of {} entries exceeds the limit of memory",
                limits.min);
  table->entry_.size = limits.min;
  // calloc: null entries are zero, and the pages of a large table come zero from the system,
  // untouched.
  table->entry_.entries = std::calloc(std::max<size_t>(limits.min, 1), entry_bytes);
  if (!table->entry_.entries)
    return fail(ErrorCode::Unavailable, "no memory for a table of {} entries", limits.min);
  if (options.init) table->fill(0, limits.min, options.init);
  return table;
}

Table::~Table() {
  if (budget_) budget_->give_back(entry_.size * entry_bytes(type_.element));
  std::free(entry_.entries);
}

uint64_t Table::entry_bytes(wasm::ValueType element) {
  return is_function_reference(element) ? sizeof(abi::FunctionTableEntry) : sizeof(Reference);
}

Reference Table::get(uint64_t index) const {
  if (holds_functions_)
    return static_cast<const abi::FunctionTableEntry*>(entry_.entries)[index].reference;
  return static_cast<const Reference*>(entry_.entries)[index];
}

void Table::set(uint64_t index, Reference value) { fill(index, index + 1, value); }

void Table::fill(uint64_t begin, uint64_t end, Reference value) {
  if (holds_functions_) {
    auto* entries = static_cast<abi::FunctionTableEntry*>(entry_.entries);
    std::fill(entries + begin, entries + end, function_entry(value));
  } else {
    auto* entries = static_cast<Reference*>(entry_.entries);
    std::fill(entries + begin, entries + end, value);
  }
}

std::optional<uint64_t> Table::grow(uint64_t delta, Reference value) {
  const uint64_t before = entry_.size;
  if (delta > entries_max_ - before) return std::nullopt;
  if (delta == 0) return before;
  const uint64_t entry_bytes = Table::entry_bytes(type_.element);
  if (budget_ && !budget_->take_to_grow(delta * entry_bytes)) return std::nullopt;
  void* entries = std::realloc(entry_.entries, (before + delta) * entry_bytes);
  if (!entries) {
    if (budget_) budget_->give_back(delta * entry_bytes);
    return std::nullopt;
  }
  entry_ = {entries, before + delta};
  fill(before, before + delta, value);
  return before;
}

}  // namespace wherry::runtime
