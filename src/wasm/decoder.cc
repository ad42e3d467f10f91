#include "wasm/decoder.h"

#include <array>
#include <cstring>

#include "wasm/limits.h"
#include "wasm/offset_error.h"
#include "wasm/section_decoder.h"

namespace wherry::wasm {
namespace {

constexpr uint32_t kMagic = 0x6d736100;  // "\0asm", little-endian
constexpr uint16_t kModuleVersion = 1;
constexpr uint16_t kModuleLayer = 0;
constexpr uint16_t kComponentLayer = 1;
constexpr uint8_t kCustomId = 0;

struct SectionRule {
  const char* name;
  // Where it stands among the others: §5.5.16 does not order sections by their numbers.
  uint8_t position;
  Result<> (*decode)(ByteReader& section, Module& module);
};

// By section number.
constexpr std::array<SectionRule, 14> kSections{{
    {"custom", 0, decode_custom_section},
    {"type", 1, decode_type_section},
    {"import", 2, decode_import_section},
    {"function", 3, decode_function_section},
    {"table", 4, decode_table_section},
    {"memory", 5, decode_memory_section},
    {"global", 7, decode_global_section},
    {"export", 8, decode_export_section},
    {"start", 9, decode_start_section},
    {"element", 10, decode_element_section},
    {"code", 12, decode_code_section},
    {"data", 13, decode_data_section},
    {"data count", 11, decode_data_count_section},
    {"tag", 6, decode_tag_section},
}};

// [magic u32][version u16][layer u16]: a module's last four bytes are 01 00 00 00, those of a
// component 0d 00 01 00.
Result<> check_preamble(ByteReader& reader) {
  auto magic = reader.read_fixed_u32();
  if (!magic || *magic != kMagic) {
    return fail_at(0, ErrorCode::Malformed,
                   "magic header not detected: this is no WebAssembly binary, which begins with "
                   "\"\\0asm\"");
  }
  uint32_t word = TRY(reader.read_fixed_u32());
  uint16_t version = static_cast<uint16_t>(word);
  uint16_t layer = static_cast<uint16_t>(word >> 16);
  if (layer == kComponentLayer) {
    return fail_at(4, ErrorCode::Malformed,
                   "unknown binary version: this is a component (WASI 0.2), not a module; build "
                   "for WASI preview 1 "
                   "(wasip1) instead");
  }
  if (version != kModuleVersion || layer != kModuleLayer) {
    return fail_at(4, ErrorCode::Malformed, "unknown binary version {:#x} (expected 0x1)", word);
  }
  return {};
}

// Decodes one section, of `id` and with its size still to be read. `last_position` is that of the
// section before it, custom sections aside.
Result<> decode_section(ByteReader& reader, uint8_t id, uint8_t& last_position, Module& module) {
  uint32_t start = reader.offset() - 1;
  if (id >= kSections.size()) {
    return fail_at(start, ErrorCode::Malformed, "malformed section id {}", id);
  }
  const SectionRule& rule = kSections[id];
  if (id != kCustomId && rule.position <= last_position) {
    return fail_at(start, ErrorCode::Malformed, "unexpected {} section: {}", rule.name,
                   rule.position == last_position ? "there is one already" : "out of order");
  }
  if (id != kCustomId) last_position = rule.position;

  uint32_t size_bytes = TRY(reader.read_u32());
  if (size_bytes > reader.remaining()) {
    return fail_at(start, ErrorCode::Malformed,
                   "length out of bounds: {} section of {} bytes, of which {} are there", rule.name,
                   size_bytes, reader.remaining());
  }
  uint32_t content_offset = reader.offset();
  ByteReader section(TRY(reader.read_bytes(size_bytes)), content_offset);
  TRY(rule.decode(section, module));
  if (!section.at_end()) {
    return fail_at(section.offset(), ErrorCode::Malformed,
                   "section size mismatch: {} bytes are left of the {} section",
                   section.remaining(), rule.name);
  }
  return {};
}

// What two sections must agree on, Core 3.0 §5.5.16.
Result<> check_counts(uint32_t end_offset, const Module& module) {
  size_t declared = module.functions.size() - module.imported_functions;
  if (declared != module.bodies.size()) {
    return fail_at(end_offset, ErrorCode::Malformed,
                   "function and code section have inconsistent lengths: {} functions, {} bodies",
                   declared, module.bodies.size());
  }
  if (module.data_count && *module.data_count != module.data.size()) {
    return fail_at(end_offset, ErrorCode::Malformed,
                   "data count and data section have inconsistent lengths: {} and {} segments",
                   *module.data_count, module.data.size());
  }
  return {};
}

}  // namespace

Result<Module> decode_module(ByteSpan bytes) {
  if (bytes.size() > limits::kModuleBytes) {
    return fail(ErrorCode::Invalid, "a module of {} bytes exceeds the limit of {}", bytes.size(),
                limits::kModuleBytes);
  }
  ByteReader reader(bytes, 0);
  TRY(check_preamble(reader));
  Module module;
  uint8_t last_position = 0;
  while (!reader.at_end()) {
    uint8_t id = TRY(reader.read_byte());
    TRY(decode_section(reader, id, last_position, module));
  }
  TRY(check_counts(reader.offset(), module));
  return module;
}

}  // namespace wherry::wasm
