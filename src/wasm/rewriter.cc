#include "wasm/rewriter.h"

#include <algorithm>
#include <cstring>
#include <map>

#include "wasm/byte_reader.h"
#include "wasm/byte_writer.h"
#include "wasm/limits.h"

namespace wherry::wasm {

namespace {

// Core 3.0 §5.5.2.
enum SectionId : uint8_t {
  kMemory = 5,
  kGlobal = 6,
  kExport = 7,
  kStart = 8,
  kData = 11,
  kDataCount = 12
};

// Zeros between two data segments: fewer cost less inside of one than a segment of their own.
constexpr size_t kGapBytes = 32;

constexpr size_t kPreambleBytes = 8;

// By section number; nullopt leaves the section out.
using Replacements = std::map<uint8_t, std::optional<Bytes>>;

// A data section that is new goes to the end, where it may always stand.
Result<Bytes> replace_sections(ByteSpan binary, Replacements replacements) {
  ByteWriter out;
  out.bytes(binary.first(kPreambleBytes));
  ByteReader reader(binary.subspan(kPreambleBytes), kPreambleBytes);
  while (!reader.at_end()) {
    const uint8_t id = TRY(reader.read_byte());
    ByteSpan content = TRY(reader.read_bytes(TRY(reader.read_u32())));
    auto replacement = replacements.find(id);
    if (replacement == replacements.end()) {
      out.section(id, content);
    } else {
      if (replacement->second) out.section(id, *replacement->second);
      replacements.erase(replacement);
    }
  }
  if (auto data = replacements.find(kData); data != replacements.end())
    out.section(kData, *data->second);
  return out.take();
}

Bytes export_section(const std::vector<Export>& exports) {
  ByteWriter out;
  out.unsigned_leb(exports.size());
  for (const Export& each : exports) {
    out.name(each.name);
    out.byte(static_cast<uint8_t>(each.kind));
    out.unsigned_leb(each.index);
  }
  return out.take();
}

// Core 3.0 §5.3.14 (limits), §5.3.15 (memory types). With the pages that it has grown to.
Bytes memory_section(const Module& module, const ModuleState& state) {
  ByteWriter out;
  out.unsigned_leb(module.memories.size());
  for (size_t index = 0; index < module.memories.size(); ++index) {
    const MemoryType& type = module.memories[index];
    out.byte(static_cast<uint8_t>((type.limits.max ? 1 : 0) | (type.shared ? 2 : 0) |
                                  (type.is_64 ? 4 : 0)));
    out.unsigned_leb(state.memories[index].size() / kPageBytes);
    if (type.limits.max) out.unsigned_leb(*type.limits.max);
  }
  return out.take();
}

void write_constant(ByteWriter& out, ValueType type, ByteSpan bits) {
  uint64_t number = 0;
  std::memcpy(&number, bits.data(), sizeof number);
  switch (type.kind()) {
    case ValueType::Kind::I32:
      out.byte(0x41);
      out.signed_leb(static_cast<int32_t>(number));
      break;
    case ValueType::Kind::I64:
      out.byte(0x42);
      out.signed_leb(static_cast<int64_t>(number));
      break;
    case ValueType::Kind::F32:
      out.byte(0x43);
      out.bytes(bits.first(4));
      break;
    case ValueType::Kind::F64:
      out.byte(0x44);
      out.bytes(bits.first(8));
      break;
    case ValueType::Kind::V128:
      out.byte(0xfd);
      out.byte(0x0c);
      out.bytes(bits.first(16));
      break;
    case ValueType::Kind::Reference: {
      const bool is_number_or_vector = false;
      WHERRY_ASSERT(is_number_or_vector);
    }
  }
  out.byte(0x0b);  // end
}

// Types are copied as they stand, between two initial values.
Result<Bytes> global_section(const Module& module, const ModuleState& state, ByteSpan content) {
  ByteWriter out;
  ByteReader reader(content, 0);
  out.unsigned_leb(TRY(reader.read_u32()));
  const std::byte* begin = reader.rest().data();
  for (size_t index = 0; index < module.defined_globals.size(); ++index) {
    const Global& global = module.defined_globals[index];
    ByteSpan init = global.init.code;
    out.bytes({begin, init.data()});
    begin = init.data() + init.size();
    if (const auto& value = state.globals[index])
      write_constant(out, global.type.value, *value);
    else
      out.bytes(init);
  }
  return out.take();
}

struct Run {
  uint32_t memory;
  uint64_t address;
  ByteSpan bytes;
};

size_t find_nonzero(ByteSpan bytes, size_t at) {
  constexpr size_t kStep = 4096;
  static constexpr std::byte kZeros[kStep] = {};
  while (bytes.size() - at >= kStep && std::memcmp(bytes.data() + at, kZeros, kStep) == 0)
    at += kStep;
  while (at < bytes.size() && bytes[at] == std::byte{0}) ++at;
  return at;
}

void append_runs(uint32_t memory, ByteSpan bytes, std::vector<Run>& runs) {
  for (size_t begin = find_nonzero(bytes, 0); begin < bytes.size();) {
    size_t end = begin + 1, zeros = 0;
    for (size_t at = end; at < bytes.size() && zeros < kGapBytes; ++at) {
      zeros = bytes[at] == std::byte{0} ? zeros + 1 : 0;
      if (zeros == 0) end = at + 1;
    }
    runs.push_back({memory, begin, bytes.subspan(begin, end - begin)});
    begin = find_nonzero(bytes, end);
  }
}

// The segments that the module had, for their numbers, which its code may name; those that are used
// up are empty. Without a data count section, code names none (Core 3.0 §5.5.15).
std::vector<ByteSpan> kept_segments(const Module& module, const ModuleState& state) {
  std::vector<ByteSpan> kept;
  if (!module.data_count) return kept;
  for (size_t index = 0; index < module.data.size(); ++index) {
    const bool used_up =
        module.data[index].mode == SegmentMode::Active || state.dropped_data[index];
    kept.push_back(used_up ? ByteSpan() : module.data[index].bytes);
  }
  return kept;
}

// Core 3.0 §5.5.14.
void write_active_segment(ByteWriter& out, const Run& run, bool is_64) {
  out.byte(run.memory == 0 ? 0 : 2);
  if (run.memory != 0) out.unsigned_leb(run.memory);
  out.byte(is_64 ? 0x42 : 0x41);
  out.signed_leb(is_64 ? static_cast<int64_t>(run.address)
                       : static_cast<int32_t>(static_cast<uint32_t>(run.address)));
  out.byte(0x0b);  // end
  out.sized(run.bytes);
}

Result<ByteSpan> section_content(ByteSpan binary, uint8_t wanted) {
  ByteReader reader(binary.subspan(kPreambleBytes), kPreambleBytes);
  while (!reader.at_end()) {
    const uint8_t id = TRY(reader.read_byte());
    ByteSpan content = TRY(reader.read_bytes(TRY(reader.read_u32())));
    if (id == wanted) return content;
  }
  return ByteSpan();
}

Result<> replace_data(const Module& module, const ModuleState& state, Replacements& replacements) {
  std::vector<ByteSpan> kept = kept_segments(module, state);
  std::vector<Run> runs;
  for (uint32_t memory = 0; memory < state.memories.size(); ++memory)
    append_runs(memory, state.memories[memory], runs);
  const size_t count = kept.size() + runs.size();
  if (count > limits::kDataSegments)
    return fail(ErrorCode::Invalid, "its memory needs {} data segments, more than the limit of {}",
                count, limits::kDataSegments);
  ByteWriter data;
  data.unsigned_leb(count);
  for (ByteSpan bytes : kept) {
    data.byte(1);  // passive
    data.sized(bytes);
  }
  for (const Run& run : runs) write_active_segment(data, run, module.memories[run.memory].is_64);
  replacements[kData] = data.take();
  if (!module.data_count) return {};
  ByteWriter data_count;
  data_count.unsigned_leb(count);
  replacements[kDataCount] = data_count.take();
  return {};
}

}  // namespace

Bytes expose(ByteSpan binary, const Module& module, const std::vector<AddedExport>& added) {
  std::vector<Export> exports = module.exports;
  for (const AddedExport& each : added) exports.push_back({each.name, each.kind, each.index});
  auto exposed =
      replace_sections(binary, {{kStart, std::nullopt}, {kExport, export_section(exports)}});
  WHERRY_ASSERT(exposed);  // the binary was decoded before
  return *std::move(exposed);
}

Result<Bytes> with_state(ByteSpan binary, const Module& module, const ModuleState& state) {
  Replacements replacements;
  replacements[kStart] = std::nullopt;
  std::vector<Export> exports = module.exports;
  std::erase_if(exports,
                [&](const Export& each) { return state.removed_exports.contains(each.name); });
  replacements[kExport] = export_section(exports);
  if (!module.memories.empty()) replacements[kMemory] = memory_section(module, state);
  if (!module.defined_globals.empty())
    replacements[kGlobal] =
        TRY(global_section(module, state, TRY(section_content(binary, kGlobal))));
  TRY(replace_data(module, state, replacements));
  return replace_sections(binary, std::move(replacements));
}

}  // namespace wherry::wasm
