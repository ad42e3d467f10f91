// Initialisation: element segments, data segments, the start function, in this order; each may
// trap, and what was done before stays done. Core 3.0 §4.7.2, steps 25 on.
#include <cstring>

#include "runtime/instance_impl.h"
#include "wasm/module.h"

namespace wherry::runtime {

namespace {

bool in_bounds(uint64_t first, uint64_t count, uint64_t size) {
  return first <= size && count <= size - first;
}

bool is_mode(uint32_t mode, wasm::SegmentMode wanted) {
  return mode == static_cast<uint32_t>(wanted);
}

}  // namespace

bool Instance::Impl::init_table(uint32_t table_index, uint32_t segment, uint64_t destination,
                                uint64_t source, uint64_t count) {
  Table& target = table(table_index);
  if (!has_elements(segment, source, count) || !in_bounds(destination, count, target.size()))
    return false;
  for (uint64_t index = 0; index < count; ++index)
    target.set(destination + index, element(segment, source + index));
  return true;
}

bool Instance::Impl::init_memory(uint32_t memory_index, const abi::DataRecord& segment,
                                 uint64_t destination, uint64_t source, uint64_t count) {
  std::span<std::byte> target = memory(memory_index).bytes();
  if (!in_bounds(source, count, segment.bytes_size) ||
      !in_bounds(destination, count, target.size()))
    return false;
  ByteSpan bytes = view().data_bytes.subspan(segment.bytes_offset + source, count);
  if (count > 0) std::memcpy(target.data() + destination, bytes.data(), count);
  return true;
}

std::expected<void, Trap> Instance::Impl::init_elements() {
  for (uint32_t index = 0; index < view().elements.size(); ++index) {
    const abi::ElementRecord& segment = view().elements[index];
    if (is_mode(segment.mode, wasm::SegmentMode::Passive)) continue;
    if (is_mode(segment.mode, wasm::SegmentMode::Declarative)) {
      drop_element(index);
      continue;
    }
    uint64_t offset = evaluate_address(segment.offset_first, segment.offset_count,
                                       table(segment.table).type().is_64);
    if (!init_table(segment.table, index, offset, 0, segment.item_count))
      return std::unexpected(Trap{.code = TrapCode::TableOutOfBounds});
    drop_element(index);
  }
  return {};
}

std::expected<void, Trap> Instance::Impl::init_data() {
  for (uint32_t index = 0; index < view().data.size(); ++index) {
    const abi::DataRecord& segment = view().data[index];
    if (is_mode(segment.mode, wasm::SegmentMode::Passive)) continue;
    drop_data(index);
    if (segment.in_image) continue;
    uint64_t offset = evaluate_address(segment.offset_first, segment.offset_count,
                                       memory(segment.memory).is_64());
    if (!init_memory(segment.memory, segment, offset, 0, segment.bytes_size))
      return std::unexpected(Trap{.code = TrapCode::MemoryOutOfBounds});
  }
  return {};
}

std::expected<void, Trap> Instance::Impl::initialize() {
  if (auto elements = init_elements(); !elements) return elements;
  if (auto data = init_data(); !data) return data;
  uint32_t start = view().header->start_function;
  if (start == abi::kNone) return {};
  const abi::FunctionRecord& record = view().functions[start];
  if (start >= view().header->counts.imported_functions)
    return call(instance_.artifact().code(record.code),
                instance_.artifact().type_ids()[record.type], {});
  const abi::ImportedFunction& imported = block_.imported_function(start);
  return of(imported.context).call(imported.code, imported.reference->type_id, {});
}

}  // namespace wherry::runtime
