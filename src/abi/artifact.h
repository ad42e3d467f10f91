// The artifact: a module's compiled form on disk, mapped and not loaded. No relocations, no
// symbols, and nothing of the wasm binary has to be parsed at start.
//
// File, little-endian: [Header][tables of records, each 8-byte aligned][strings]
//   [data segments' bytes][code, page-aligned][memory images, page-aligned][line rows,
//   page-aligned] [unwind tables (unwind.h), page-aligned]
// A Section is where a table is: its offset from the file's start and its count of records (or
// bytes). Offsets into the code section are 32 bits and count from its start.
//
// Trust: an artifact is trusted code, taken only from the local cache. parse_artifact still checks
// the digest of header and records, and that every section, name and range lies inside the file, so
// that a truncated, damaged or foreign file is refused, not crashed on.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "abi/code_mode.h"
#include "abi/instance_layout.h"
#include "abi/line_rows.h"
#include "abi/unwind.h"
#include "support/bytes.h"
#include "support/digest.h"
#include "support/result.h"
#include "wasm/opcodes.h"
#include "wasm/types.h"

namespace wherry::abi {

constexpr char kArtifactMagic[8] = {'W', 'H', 'E', 'R', 'R', 'Y', 'A', '\n'};
// Raise with every change of this file, instance_layout.h, calls.h, or of what the compiler emits.
constexpr uint32_t kArtifactVersion = 10;
constexpr uint32_t kArtifactPageBytes = 4096;
constexpr uint32_t kNone = 0xffff'ffff;

// When a module's claims hold (trust/claims.h), which are verified when it is compiled: seconds
// since 1970. Where it has none, or they do not say: always.
struct Validity {
  static constexpr uint64_t kForever = ~uint64_t{0};
  uint64_t from_s = 0;
  uint64_t until_s = kForever;  // and no longer
};

struct Section {
  uint64_t offset;
  uint64_t count;
};

// A piece of the strings section.
struct StringRecord {
  uint32_t offset;
  uint32_t size;
};

// A function type: `params`, then `results` value types from values[first] on.
// Of a struct or array type: nothing, see SubTypeRecord.
struct TypeRecord {
  uint32_t first;
  uint32_t params;
  uint32_t results;
  uint32_t entry_thunk;  // code offset of the EntryThunk; kNone where no function has the type
};

// What a type is beyond a function type that stands alone. One for each type, or none at all where
// every type is such.
struct SubTypeRecord {
  uint32_t kind;  // wasm::CompositeType's index; a function's TypeRecord has its own types
  uint32_t is_final;
  uint32_t supertype;  // kNone: none
  uint32_t group;      // the first type of its group
  uint32_t group_size;
  uint32_t first_field;  // in fields: a struct's, or an array's element
  uint32_t fields;
  uint32_t reserved;
};

struct FieldRecord {
  wasm::ValueType value;
  uint32_t packing;  // wasm::StorageType::Packing
  uint32_t is_mutable;
};

struct ImportRecord {
  StringRecord module;
  StringRecord name;
  uint32_t kind;   // wasm::ExternalKind
  uint32_t index;  // in its index space: the function's, table's, memory's, global's, tag's record
};

struct TagRecord {
  uint32_t type;
};

// One for each function, imported ones first.
struct FunctionRecord {
  uint32_t type;
  uint32_t code;  // code offset; of an imported one: the thunk that makes a host_call of it
  uint32_t reference_slot;  // its place among InstanceCounts::referenced_functions, or kNone
  uint32_t body_offset;     // in the module's binary; 0 for an imported one
  uint32_t body_size;
  StringRecord name;  // from the name section; size 0 where it has none
};

struct TableRecord {
  wasm::ValueType element;
  uint64_t min;
  uint64_t max;         // all ones: none
  uint32_t init_first;  // a constant expression in const_ops for every entry; init_count 0: null
  uint32_t init_count;
  uint32_t is_64;  // 1: its indices have 64 bits
  uint32_t reserved;
};

struct MemoryRecord {
  uint64_t min_pages;
  uint64_t max_pages;      // all ones: none
  uint64_t image_offset;   // in the file, page-aligned; 0 with image_bytes 0 where there is none
  uint64_t image_bytes;    // a multiple of kArtifactPageBytes
  uint64_t image_address;  // in the memory, page-aligned
  uint32_t is_64;          // 1: its addresses have 64 bits
  uint32_t is_shared;      // 1: among threads
};

struct GlobalRecord {
  wasm::ValueType type;
  uint32_t is_mutable;
  uint32_t init_first;  // constant expression; unused for an imported one
  uint32_t init_count;
  uint32_t reserved;
};

struct ExportRecord {
  StringRecord name;
  uint32_t kind;
  uint32_t index;
};

// One operation of a constant expression, `end` left out.
struct ConstOp {
  wasm::Opcode opcode;
  uint16_t reserved;
  uint32_t index;        // global.get, ref.func; of new structs and arrays, the type
  uint64_t constant[2];  // *.const: the bits; of all but v128.const the second is zero;
                         // array.new_fixed: how many elements
};

struct ElementRecord {
  uint32_t mode;  // wasm::SegmentMode
  uint32_t table;
  uint32_t offset_first;  // constant expression
  uint32_t offset_count;
  wasm::ValueType type;
  uint32_t item_first;  // in element_items
  uint32_t item_count;
};

// An item of an element segment: usually a function, or a constant expression.
struct ElementItem {
  uint32_t function;  // kNone: null when op_count is 0, else the expression
  uint32_t op_first;
  uint32_t op_count;
};

struct DataRecord {
  uint32_t mode;  // wasm::SegmentMode; an Active one that is part of a memory image is `in_image`
  uint32_t memory;
  uint32_t offset_first;
  uint32_t offset_count;
  uint64_t bytes_offset;  // in the data section
  uint64_t bytes_size;
  uint32_t in_image;  // 1: nothing is left to do at instantiation
  uint32_t reserved;
};

struct Header {
  char magic[8];
  uint32_t version;
  uint32_t header_size;  // sizeof(Header)
  uint64_t file_size;
  uint8_t module_sha256[32];
  uint8_t engine_id[32];  // of the compiler that wrote it and the CPU it is for: see engine_id.h
  uint8_t contents_sha256[32];  // of everything from the code section on
  uint8_t records_sha256[32];   // of everything before the code section, this field left out
  InstanceCounts counts;
  uint32_t imported_tables;
  uint32_t imported_memories;
  uint32_t start_function;  // kNone where there is none
  uint32_t mode;            // CodeMode::bits
  uint32_t reserved;
  Validity validity;
  Section types, values, imports, functions, tables, memories, globals, tags, exports, const_ops,
      elements, element_items, data, sub_types, fields, strings, data_bytes, code, images,
      line_blocks, line_bytes, frames, frame_shapes, landing_pads;
};

// A parsed artifact: spans into the file's bytes, which must outlive it.
struct ArtifactView {
  const Header* header = nullptr;
  ByteSpan file;
  std::span<const TypeRecord> types;
  std::span<const wasm::ValueType> values;
  std::span<const ImportRecord> imports;
  std::span<const FunctionRecord> functions;
  std::span<const TableRecord> tables;
  std::span<const MemoryRecord> memories;
  std::span<const GlobalRecord> globals;
  std::span<const TagRecord> tags;
  std::span<const ExportRecord> exports;
  std::span<const ConstOp> const_ops;
  std::span<const ElementRecord> elements;
  std::span<const ElementItem> element_items;
  std::span<const DataRecord> data;
  std::span<const SubTypeRecord> sub_types;
  std::span<const FieldRecord> fields;
  std::span<const LineBlock> line_blocks;
  ByteSpan line_bytes;
  // Not checked: who reads them does.
  std::span<const FrameRecord> frames;
  std::span<const FrameShape> frame_shapes;
  std::span<const LandingPadRecord> landing_pads;
  ByteSpan strings;
  ByteSpan data_bytes;
  ByteSpan code;

  // The name must belong to this artifact (parse_artifact has checked its range).
  std::string_view string(StringRecord name) const;
  wasm::FunctionType function_type(uint32_t type) const;
  wasm::StructType struct_type(uint32_t type) const;
  // Its types, of whatever kind.
  std::vector<wasm::SubType> all_types() const;
};

// Checks magic, version, sizes, the records' digest and every range. `bytes` must be 8-byte
// aligned. Errors: Malformed (no artifact, truncated, damaged), Unsupported (another version).
Result<ArtifactView> parse_artifact(ByteSpan bytes);

// Whether code, images and lines are as they were written. Reads all of the file: some ms for each
// 10 MB, where an artifact is opened without looking at its code. Errors: Malformed.
Result<> check_contents(const ArtifactView& view);

// Writes both digests into the header of a file that is complete but for them; `file` must be
// 8-byte aligned and its sections in range.
void sign_artifact(std::span<std::byte> file);

}  // namespace wherry::abi
