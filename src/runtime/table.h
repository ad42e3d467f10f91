// A table of references. Core 3.0 §4.2.7 (table instances).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "abi/instance_layout.h"
#include "runtime/limits.h"
#include "support/result.h"
#include "wasm/types.h"

namespace wherry::runtime {

class ObjectHeap;

// A reference as compiled code passes it: abi/object_layout.h. null is null.
using Reference = const void*;

struct TableOptions {
  wasm::TableType type;  // canonical (type_registry.h)
  uint64_t entries_max = Limits{}.table_entries_max;
  MemoryBudget* budget = nullptr;  // must outlive the table; null: no limit
  Reference init = nullptr;
  // Where objects are that its references may refer to; null for the host's tables, whose owner
  // sees to it that instances with different heaps do not share them.
  const ObjectHeap* object_heap = nullptr;
};

// One thread at a time. Pinned: compiled code holds pointers to entry().
class Table {
 public:
  // Errors: Unavailable where memory, the cap or the budget does not suffice.
  static Result<std::unique_ptr<Table>> create(const TableOptions& options);
  ~Table();
  Table(const Table&) = delete;
  Table& operator=(const Table&) = delete;

  const wasm::TableType& type() const { return type_; }
  const ObjectHeap* object_heap() const { return object_heap_; }
  uint64_t size() const { return entry_.size; }
  // `index` must be below size().
  Reference get(uint64_t index) const;
  void set(uint64_t index, Reference value);
  // The entries before, or nullopt beyond limits and budget or when memory does not suffice.
  std::optional<uint64_t> grow(uint64_t delta, Reference value);

  abi::TableEntry* entry() { return &entry_; }

  // What an entry of a table of `element` takes.
  static uint64_t entry_bytes(wasm::ValueType element);

 private:
  Table() = default;
  void fill(uint64_t begin, uint64_t end, Reference value);

  abi::TableEntry entry_{};  // owns `entries`, from malloc: growing wants realloc
  wasm::TableType type_;
  bool holds_functions_ = true;
  const ObjectHeap* object_heap_ = nullptr;
  uint64_t entries_max_ = 0;
  MemoryBudget* budget_ = nullptr;
};

}  // namespace wherry::runtime
