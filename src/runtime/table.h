// A table of references. Core 3.0 §4.2.7 (table instances).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "abi/instance_layout.h"
#include "support/result.h"
#include "wasm/types.h"

namespace wherry::runtime {

// A reference as compiled code passes it: abi::FunctionReference* for functions, the host's own
// word for external references; null is null.
using Reference = const void*;

struct TableOptions {
  wasm::TableType type;
  uint64_t entries_max = 10'000'000;  // the host's cap
  Reference init = nullptr;
};

// One thread at a time. Pinned: compiled code holds pointers to entry().
class Table {
 public:
  // Errors: Unavailable where memory or the cap does not suffice.
  static Result<std::unique_ptr<Table>> create(const TableOptions& options);
  ~Table();
  Table(const Table&) = delete;
  Table& operator=(const Table&) = delete;

  const wasm::TableType& type() const { return type_; }
  uint64_t size() const { return entry_.size; }
  // `index` must be below size().
  Reference get(uint64_t index) const;
  void set(uint64_t index, Reference value);
  // The entries before, or nullopt beyond limits or when memory does not suffice.
  std::optional<uint64_t> grow(uint64_t delta, Reference value);

  abi::TableEntry* entry() { return &entry_; }

 private:
  Table() = default;
  size_t entry_bytes() const;
  void fill(uint64_t begin, uint64_t end, Reference value);

  abi::TableEntry entry_{};  // owns `entries`, from malloc: growing wants realloc
  wasm::TableType type_;
  uint64_t entries_max_ = 0;
};

}  // namespace wherry::runtime
