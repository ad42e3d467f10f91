// The types of all modules of the process. Types that are the same, in whatever modules, have one
// abi::TypeDescriptor, so that an indirect call compares one word, and a cast one load and one
// word. Core 3.0 §3.3.3 (types are equal by the structure of their recursion groups).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "abi/object_layout.h"
#include "wasm/types.h"

namespace wherry::runtime {

// The descriptors of a module's types, in order. They are never given back: a type costs some 200
// bytes, and a module has at most wasm::limits::kTypes of them. Thread-safe.
std::vector<const abi::TypeDescriptor*> intern_types(std::span<const wasm::SubType> types);

// A type id is a descriptor's address (abi/instance_layout.h).
inline uint64_t type_id_of(const abi::TypeDescriptor* type) {
  return reinterpret_cast<uint64_t>(type);
}
inline const abi::TypeDescriptor& descriptor_of(uint64_t type_id) {
  return *reinterpret_cast<const abi::TypeDescriptor*>(type_id);
}

// Value types that are compared across modules refer to a descriptor's number in place of a type's
// index; those without such references are the same everywhere. `type_ids` are the module's.
wasm::ValueType canonical(wasm::ValueType type, const uint64_t* type_ids);

// Core 3.0 §3.3.4 and §3.3.5, of canonical types. Thread-safe.
bool matches(wasm::ValueType sub, wasm::ValueType super);
bool is_subtype(const abi::TypeDescriptor& sub, const abi::TypeDescriptor& super);

// Whether all values of a canonical type are functions or null; whether one may be an object.
// Thread-safe.
bool is_function_reference(wasm::ValueType type);
bool may_be_object(wasm::ValueType type);

}  // namespace wherry::runtime
