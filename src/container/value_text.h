// WebAssembly's values as people write them on a command line and read them in a terminal.
//
//   i32, i64    42  -1  0xff         signed or unsigned; printed signed
//   f32, f64    1.5  -0  0x1.8p3  inf  nan  nan:0x400001 (the payload)
//   v128        i32x4:1,2,3,4        i8x16 i16x8 i32x4 i64x2 f32x4 f64x2; printed as i32x4, in hex
//   references  null
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "support/result.h"
#include "wasm/types.h"

namespace wherry::container {

// Writes the value to its slots (abi/calls.h): type.slots() of them. Errors: Invalid, naming text
// and type; Unsupported for a reference that may not be null.
Result<> parse_value(wasm::ValueType type, std::string_view text, std::span<uint64_t> slots);

// With its type: "i32 -1", "f32 nan:0x200000", "v128 i32x4:0x1,0x2,0x3,0x4", "funcref null".
std::string format_value(wasm::ValueType type, std::span<const uint64_t> slots);

}  // namespace wherry::container
