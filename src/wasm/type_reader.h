// Reads types from the binary format, for the sections and for instructions alike.
// Follows Core 3.0 §5.3 (types).
// Errors of all: Malformed; Unsupported, naming the proposal, for a type that only a later one has.
#pragma once

#include "support/result.h"
#include "wasm/byte_reader.h"
#include "wasm/types.h"

namespace wherry::wasm {

Result<ValueType> read_value_type(ByteReader& reader);
// A value type that must be a reference.
Result<ValueType> read_reference_type(ByteReader& reader);
Result<HeapType> read_heap_type(ByteReader& reader);

// A type definition, its place among groups aside. Errors: also Invalid, of limits.
Result<SubType> read_sub_type(ByteReader& reader);
Result<TableType> read_table_type(ByteReader& reader);
Result<MemoryType> read_memory_type(ByteReader& reader);
Result<GlobalType> read_global_type(ByteReader& reader);

// A number of entries of at least one byte each, so that it is safe to reserve for them.
// `noun` is for messages ("types"). Errors: Malformed when more than the bytes left could hold;
// Invalid when, with those that are `there` already, it exceeds `max`.
struct CountLimit {
  const char* noun;
  uint64_t max;
  uint64_t there = 0;
};
Result<uint32_t> read_count(ByteReader& reader, const CountLimit& limit);

}  // namespace wherry::wasm
