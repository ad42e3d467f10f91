// Decodes the contents of one section each into a Module. decoder.cc finds the sections and their
// order. Follows Core 3.0 §5.5.4 to §5.5.16, named at each function. `section` holds the section's
// bytes only; what a function leaves unread is the caller's error to report. Errors of all:
// Malformed, Unsupported, Invalid for a limit (limits.h); all with the byte offset.
#pragma once

#include "support/result.h"
#include "wasm/byte_reader.h"
#include "wasm/module.h"

namespace wherry::wasm {

Result<> decode_custom_section(ByteReader& section, Module& module);      // §5.5.3
Result<> decode_type_section(ByteReader& section, Module& module);        // §5.5.4
Result<> decode_import_section(ByteReader& section, Module& module);      // §5.5.5
Result<> decode_function_section(ByteReader& section, Module& module);    // §5.5.6
Result<> decode_table_section(ByteReader& section, Module& module);       // §5.5.7
Result<> decode_memory_section(ByteReader& section, Module& module);      // §5.5.8
Result<> decode_global_section(ByteReader& section, Module& module);      // §5.5.9
Result<> decode_export_section(ByteReader& section, Module& module);      // §5.5.10
Result<> decode_start_section(ByteReader& section, Module& module);       // §5.5.11
Result<> decode_element_section(ByteReader& section, Module& module);     // §5.5.12
Result<> decode_code_section(ByteReader& section, Module& module);        // §5.5.13
Result<> decode_data_section(ByteReader& section, Module& module);        // §5.5.14
Result<> decode_data_count_section(ByteReader& section, Module& module);  // §5.5.15
Result<> decode_tag_section(ByteReader& section, Module& module);         // §5.5.16

// Reads an expression to its `end`, of instructions of any kind: whether it is constant, the
// validator says. Core 3.0 §5.4.9.
Result<ConstantExpression> read_constant_expression(ByteReader& section);

}  // namespace wherry::wasm
