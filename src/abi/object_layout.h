// References and what they refer to, as compiled code and host see them. Core 3.0 §4.2.1 (values),
// §4.2.13 (structures and arrays).
//
// A reference is a word, null is 0:
//   to a function, or of the hierarchy of exceptions   a pointer (FunctionReference)
//   of the hierarchies of `any` and `extern`, which share one representation, so that a conversion
//   between them costs nothing:
//     bit 0 set        an i31, its value in bits 1 to 31, the upper half zero
//     low bits 10      a word of the host's, shifted by two (external_reference)
//     low bits 00      a pointer to an object of the garbage-collected heap (runtime/gc_heap.h)
//
//   struct  [TypeDescriptor*][fields in their order, each aligned to its size, to 8 at most]
//   array   [TypeDescriptor*][length u32][zero u32][elements]
//
// Fields keep their order, so that a sub type's object begins as its supertype's does.
#pragma once

#include <cstdint>
#include <vector>

#include "wasm/types.h"

namespace wherry::abi {

// A type as it exists in the process: one for all types of all modules that are the same
// (runtime/type_registry.h), so that types are compared by address. Its address is the type id of
// function references and the first word of objects. Lives as long as the process.
struct TypeDescriptor {
  // display[d] is the supertype with d types above it, for d up to `depth`, where the type itself
  // stands; null beyond. So a cast to a type costs one load and a comparison, however deep it is.
  static constexpr uint32_t kDisplayEntries = 8;

  uint32_t kind;        // wasm::CompositeType's index: function, struct, array
  uint32_t depth;       // supertypes above
  uint32_t size_bytes;  // of an object of a struct type, or of an array's element
  uint32_t number;      // dense, from 0
  // Where a struct's objects hold references to objects, or, for an array: one offset, of its first
  // element, where its elements are such. Sorted.
  const uint32_t* reference_offsets;
  uint64_t reference_count;
  // At least kDisplayEntries, and at least depth + 1.
  const TypeDescriptor* display[kDisplayEntries];

  const TypeDescriptor* const* supertypes() const { return display; }
};
static_assert(sizeof(TypeDescriptor) == 96);

constexpr uint32_t kFunctionKind = 0, kStructKind = 1, kArrayKind = 2;

constexpr uint32_t kStructHeaderBytes = 8;
constexpr uint32_t kArrayLengthOffset = 8;
constexpr uint32_t kArrayHeaderBytes = 16;

constexpr uint64_t kI31Tag = 1;
constexpr uint64_t kExternalTag = 2;
constexpr uint64_t kTagMask = 3;

// The reference that stands for a word of the host's, of which the lowest 62 bits count.
constexpr uint64_t external_reference(uint64_t word) { return word << 2 | kExternalTag; }
constexpr uint64_t external_word(uint64_t reference) { return reference >> 2; }

// Bytes of a field or element: 1, 2, 4, 8 or 16.
uint32_t storage_bytes(const wasm::StorageType& storage);

struct StructLayout {
  std::vector<uint32_t> offsets;  // by field, from the object's first byte
  uint32_t size_bytes;            // of the object, header included
};
StructLayout layout_of(const wasm::StructType& type);

}  // namespace wherry::abi
