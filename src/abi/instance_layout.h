// What compiled code sees of a running instance: one block of memory, whose first bytes are a
// VmContext and whose arrays follow at offsets that depend only on the module's counts. Compiler
// and runtime both take every offset from here.
//
//   [VmContext][argument area][ImportedFunction x imported functions][MemoryEntry* x memories]
//   [TableEntry* x tables][GlobalCell* x imported globals][Tag* x imported tags]
//   [Tag x defined tags][GlobalCell x defined globals][FunctionReference x referenced functions]
//
// All of compiled code's functions take the VmContext of their own instance as the first argument.
#pragma once

#include <cstddef>
#include <cstdint>

#include "abi/exception.h"

namespace wherry::abi {

struct VmContext;
struct Builtins;

// A function as a value: what ref.func gives, and what a funcref is (a pointer to one, null for
// null). Lives as long as the instance that defines it.
struct FunctionReference {
  const void* code;    // callable with the calling convention of calls.h
  VmContext* context;  // to be passed to it: the defining instance's
  uint64_t type_id;    // its TypeDescriptor's address (object_layout.h); never 0
};
static_assert(sizeof(FunctionReference) == 24);

// What a call through an import needs.
struct ImportedFunction {
  const void* code;
  VmContext* context;
  const FunctionReference* reference;  // the same function as a value, for ref.func and exports
};
static_assert(sizeof(ImportedFunction) == 24);

// A linear memory. `size_bytes` is current. Where a guard is behind it `base` never moves: of
// 32-bit addresses all that they reach lies in the guard; of 64-bit ones, which code compares with
// the size, kMemoryGuardBytes do. Where all code checks bounds (code_mode.h) there is no guard, and
// `base` may move when the memory grows; but never that of a memory that threads share, whose size
// is read by atomic loads while one of them makes it grow.
constexpr uint64_t kMemoryGuardBytes = 65536;
// In front of a guarded memory's base so much is inaccessible as well: where code ends up that
// takes a distance from an address in 64 bits, not in 32 (compiler/address_distances.h).
constexpr uint64_t kMemoryFrontGuardBytes = 65536;
// What a memory of 32-bit addresses grows to where its type names no maximum: all that they reach
// but the last page, so that compiled code may count on its absence. Who wants it says so.
constexpr uint64_t kMemory32DefaultPagesMax = 65535;
struct MemoryEntry {
  std::byte* base;
  uint64_t size_bytes;
};
static_assert(sizeof(MemoryEntry) == 16);

// An entry of a table of function references: the function's fields are copied in, so that an
// indirect call compares and calls without another load. A null entry is all zero (and so matches
// no type id).
struct FunctionTableEntry {
  const void* code;
  VmContext* context;
  uint64_t type_id;
  const FunctionReference* reference;
};
static_assert(sizeof(FunctionTableEntry) == 32);

// A table: `entries` are FunctionTableEntry for function references, and 8-byte references
// otherwise. Growing may move `entries`.
struct TableEntry {
  void* entries;
  uint64_t size;  // in entries
};
static_assert(sizeof(TableEntry) == 16);

// Room for any value; aligned so that v128 can be loaded at once.
struct alignas(16) GlobalCell {
  std::byte bytes[16];
};

// The fixed head of the block. Aligned as the globals behind it.
struct alignas(16) VmContext {
  const Builtins* builtins;
  std::byte* memory0_base;   // memories[0]'s, where it never moves: nearly all accesses want it
  const uint64_t* type_ids;  // by the module's type index: TypeDescriptor's addresses
  void* instance;            // runtime::Instance, opaque to compiled code
  int64_t fuel;              // left; below 0: over (used by code that counts it)
};
static_assert(sizeof(VmContext) == 48);

// The counts that fix the layout of one module's instances.
struct InstanceCounts {
  uint32_t argument_bytes = 0;  // what calls of the module's types need of the argument area
  uint32_t imported_functions = 0;
  uint32_t memories = 0;
  uint32_t tables = 0;
  uint32_t imported_globals = 0;
  uint32_t defined_globals = 0;
  uint32_t imported_tags = 0;
  uint32_t defined_tags = 0;
  uint32_t referenced_functions =
      0;  // those that become values: exported, in element segments, ref.func
};

// Byte offsets from the VmContext's address.
class InstanceLayout {
 public:
  explicit constexpr InstanceLayout(const InstanceCounts& counts) : counts_(counts) {}

  // Where callers put arguments that have no register (calls.h). At the same place in all modules'
  // instances.
  static constexpr uint64_t kArgumentArea = sizeof(VmContext);

  constexpr uint64_t imported_function(uint32_t index) const {
    return kArgumentArea + counts_.argument_bytes + uint64_t{index} * sizeof(ImportedFunction);
  }
  // A pointer to a MemoryEntry: the memory may be another instance's.
  constexpr uint64_t memory_pointer(uint32_t index) const {
    return imported_function(counts_.imported_functions) + uint64_t{index} * sizeof(void*);
  }
  // A pointer to a TableEntry, likewise.
  constexpr uint64_t table_pointer(uint32_t index) const {
    return memory_pointer(counts_.memories) + uint64_t{index} * sizeof(void*);
  }
  // A pointer to a GlobalCell of another instance; `index` is that of an imported global.
  constexpr uint64_t imported_global_pointer(uint32_t index) const {
    return table_pointer(counts_.tables) + uint64_t{index} * sizeof(void*);
  }
  // A pointer to a Tag of another instance; `index` is that of an imported tag.
  constexpr uint64_t imported_tag_pointer(uint32_t index) const {
    return imported_global_pointer(counts_.imported_globals) + uint64_t{index} * sizeof(void*);
  }
  // A Tag in the block itself; `index` counts defined tags from 0.
  constexpr uint64_t defined_tag(uint32_t index) const {
    return imported_tag_pointer(counts_.imported_tags) + uint64_t{index} * sizeof(Tag);
  }
  // A GlobalCell in the block itself; `index` counts defined globals from 0.
  constexpr uint64_t defined_global(uint32_t index) const {
    uint64_t begin = defined_tag(counts_.defined_tags);
    begin = (begin + alignof(GlobalCell) - 1) & ~uint64_t{alignof(GlobalCell) - 1};
    return begin + uint64_t{index} * sizeof(GlobalCell);
  }
  // A FunctionReference in the block; `slot` is FunctionRecord::reference_slot.
  constexpr uint64_t function_reference(uint32_t slot) const {
    return defined_global(counts_.defined_globals) + uint64_t{slot} * sizeof(FunctionReference);
  }
  constexpr uint64_t size_bytes() const { return function_reference(counts_.referenced_functions); }

 private:
  InstanceCounts counts_;
};

}  // namespace wherry::abi
