// Gives every function type a number, the same in all modules of the process, so that an indirect
// call compares one word. Core 3.0 §3.3 (types are equal by structure).
#pragma once

#include <cstdint>
#include <span>

#include "wasm/types.h"

namespace wherry::runtime {

// 1 and up; equal types have equal ids. Ids are never given back: a type costs some 100 bytes, and
// a module has at most wasm::limits::kTypes of them. Types with references to a module's own types
// are not for this registry (typed function references are refused before). Thread-safe.
uint64_t intern_type(std::span<const wasm::ValueType> params,
                     std::span<const wasm::ValueType> results);

}  // namespace wherry::runtime
