#include "compiler/memory_image.h"

#include <algorithm>
#include <cstring>
#include <optional>

#include "abi/artifact.h"
#include "wasm/instruction.h"

namespace wherry::compiler {

namespace {

constexpr uint64_t kPage = abi::kArtifactPageBytes;
// An image may be twice the data, and this much more for a few far ends.
constexpr uint64_t kSlackBytes = 1 << 20;

// A constant and nothing else; nullopt for any other expression.
Result<std::optional<uint64_t>> constant_offset(const wasm::ConstantExpression& expression) {
  wasm::InstructionReader reader(expression.code, expression.offset);
  wasm::Instruction first = TRY(reader.next());
  wasm::Instruction second = TRY(reader.next());
  bool is_constant =
      first.opcode == wasm::Opcode::I32Const || first.opcode == wasm::Opcode::I64Const;
  if (!is_constant || second.opcode != wasm::Opcode::End) return std::nullopt;
  return first.constant;  // of an i32, the upper half is zero
}

// The active segments of one memory.
struct Segments {
  std::vector<size_t> indices;
  std::vector<uint64_t> offsets;
  uint64_t begin = ~uint64_t{0}, end = 0;  // of what they write
  uint64_t data_bytes = 0;
};

// nullopt where they must be left to instantiation.
Result<std::optional<Segments>> constant_segments(const wasm::Module& module, uint32_t memory) {
  const uint64_t pages_max = ~uint64_t{0} / wasm::kPageBytes;
  uint64_t memory_bytes =
      std::min(module.memories[memory].limits.min, pages_max) * wasm::kPageBytes;
  Segments segments;
  for (size_t index = 0; index < module.data.size(); ++index) {
    const wasm::DataSegment& segment = module.data[index];
    if (segment.mode != wasm::SegmentMode::Active || raw(segment.memory) != memory) continue;
    std::optional<uint64_t> offset = TRY(constant_offset(segment.offset));
    if (!offset || *offset > memory_bytes || segment.bytes.size() > memory_bytes - *offset)
      return std::nullopt;
    segments.indices.push_back(index);
    segments.offsets.push_back(*offset);
    if (segment.bytes.empty()) continue;
    segments.begin = std::min(segments.begin, *offset);
    segments.end = std::max(segments.end, *offset + segment.bytes.size());
    segments.data_bytes += segment.bytes.size();
  }
  if (segments.end != 0 && segments.end - segments.begin > 2 * segments.data_bytes + kSlackBytes)
    return std::nullopt;
  return segments;
}

bool is_zero_page(const Bytes& bytes, uint64_t offset) {
  auto first = bytes.begin() + static_cast<ptrdiff_t>(offset);
  return std::all_of(first, first + kPage, [](std::byte byte) { return byte == std::byte{0}; });
}

// Pages of zeros at either end are what memory holds anyway.
void trim(MemoryImage& image) {
  while (!image.bytes.empty() && is_zero_page(image.bytes, image.bytes.size() - kPage))
    image.bytes.resize(image.bytes.size() - kPage);
  uint64_t leading = 0;
  while (leading < image.bytes.size() && is_zero_page(image.bytes, leading)) leading += kPage;
  image.bytes.erase(image.bytes.begin(), image.bytes.begin() + static_cast<ptrdiff_t>(leading));
  image.address = image.bytes.empty() ? 0 : image.address + leading;
}

MemoryImage build_image(const wasm::Module& module, const Segments& segments) {
  MemoryImage image;
  if (segments.end == 0) return image;
  image.address = segments.begin & ~(kPage - 1);
  image.bytes.resize(((segments.end + kPage - 1) & ~(kPage - 1)) - image.address);
  for (size_t number = 0; number < segments.indices.size(); ++number) {
    ByteSpan bytes = module.data[segments.indices[number]].bytes;
    if (bytes.empty()) continue;
    std::memcpy(image.bytes.data() + (segments.offsets[number] - image.address), bytes.data(),
                bytes.size());
  }
  trim(image);
  return image;
}

bool fills_imported_table(const wasm::Module& module) {
  return std::ranges::any_of(module.elements, [&](const wasm::ElementSegment& segment) {
    return segment.mode == wasm::SegmentMode::Active && raw(segment.table) < module.imported_tables;
  });
}

}  // namespace

Result<MemoryImages> build_memory_images(const wasm::Module& module) {
  MemoryImages result;
  result.images.resize(module.memories.size());
  result.is_in_image.resize(module.data.size());
  if (fills_imported_table(module)) return result;
  for (uint32_t memory = module.imported_memories; memory < module.memories.size(); ++memory) {
    std::optional<Segments> segments = TRY(constant_segments(module, memory));
    if (!segments) continue;
    result.images[memory] = build_image(module, *segments);
    for (size_t index : segments->indices) result.is_in_image[index] = true;
  }
  return result;
}

}  // namespace wherry::compiler
