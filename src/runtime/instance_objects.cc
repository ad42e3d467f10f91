// An instance and the heap of its objects: what refers to them, and segments as their source.
#include <algorithm>
#include <cstring>

#include "runtime/instance_impl.h"
#include "runtime/object_access.h"
#include "runtime/type_registry.h"

namespace wherry::runtime {

namespace {

bool in_bounds(uint64_t first, uint64_t count, uint64_t size) {
  return first <= size && count <= size - first;
}

}  // namespace

bool Instance::Impl::objects_hold_exceptions() const {
  return std::ranges::any_of(view().fields, [](const abi::FieldRecord& field) {
    return field.value.is_exception_reference();
  });
}

// Whatever hands references back and forth must agree on where objects live: a collection looks at
// one heap and its instances only.
Result<> Instance::Impl::check_heap(const abi::ImportRecord& import, const Binding& binding) const {
  const ObjectHeap* other = object_heap_.get();
  if (auto* function = std::get_if<FunctionBinding>(&binding)) {
    other = of(function->reference->context).object_heap_.get();
  } else if (auto* table = std::get_if<Table*>(&binding)) {
    if (may_be_object((*table)->type().element) && (*table)->object_heap())
      other = (*table)->object_heap();
  } else if (auto* global = std::get_if<Global>(&binding)) {
    if (may_be_object(global->type.value) && global->object_heap) other = global->object_heap;
  }
  if (other == object_heap_.get()) return {};
  return fail(ErrorCode::Invalid,
              "import {}.{}: instances that are linked to each other must share the heap of their "
              "objects (InstanceOptions::object_heap)",
              view().string(import.module), view().string(import.name));
}

void Instance::Impl::mark_roots(ObjectHeap& heap) {
  const uint64_t* type_ids = instance_.artifact().type_ids();
  for (uint32_t index = 0; index < view().globals.size(); ++index) {
    if (!may_be_object(canonical(view().globals[index].type, type_ids))) continue;
    uint64_t reference;
    std::memcpy(&reference, global(index)->bytes, sizeof reference);
    heap.mark_reference(reference);
  }
  for (const Table* table : tables_) {
    if (!may_be_object(table->type().element)) continue;
    for (uint64_t index = 0; index < table->size(); ++index)
      heap.mark_reference(reinterpret_cast<uint64_t>(table->get(index)));
  }
  for (const abi::Exception* exception : exceptions_.exceptions())
    for (uint64_t word : std::span(exception->payload(), exception->slots)) heap.mark_word(word);
  for (const std::vector<Reference>& values : element_values_)
    for (Reference value : values) heap.mark_reference(reinterpret_cast<uint64_t>(value));
}

void* Instance::Impl::new_array(const abi::TypeDescriptor& type, uint32_t length,
                                const std::byte* stack_top) {
  void* array = object_heap_->allocate(type, array_bytes(type, length), stack_top);
  if (array) ArrayView(array).set_length(length);
  return array;
}

std::optional<ByteSpan> Instance::Impl::segment_bytes(uint32_t segment, uint64_t source,
                                                      uint64_t bytes) const {
  const abi::DataRecord& record = view().data[segment];
  if (!in_bounds(source, bytes, is_data_dropped(segment) ? 0 : record.bytes_size))
    return std::nullopt;
  return view().data_bytes.subspan(record.bytes_offset + source, bytes);
}

bool Instance::Impl::has_elements(uint32_t segment, uint64_t source, uint64_t count) const {
  uint64_t size = is_element_dropped(segment) ? 0 : view().elements[segment].item_count;
  return in_bounds(source, count, size);
}

Reference Instance::Impl::element(uint32_t segment, uint64_t index) {
  if (segment < element_values_.size() && !element_values_[segment].empty())
    return element_values_[segment][index];
  const abi::ElementItem& item = view().element_items[view().elements[segment].item_first + index];
  if (item.function != abi::kNone) return reference(item.function);
  if (item.op_count == 0) return nullptr;
  return reinterpret_cast<Reference>(evaluate(item.op_first, item.op_count)[0]);
}

// Functions and immutable globals are the same whenever they are asked for; objects are made once.
Result<> Instance::Impl::define_elements() {
  if (object_heap_) element_values_.resize(view().elements.size());
  for (uint32_t segment = 0; segment < element_values_.size(); ++segment) {
    const abi::ElementRecord& record = view().elements[segment];
    if (!may_be_object(canonical(record.type, instance_.artifact().type_ids()))) continue;
    std::vector<Reference> values;
    for (uint64_t index = 0; index < record.item_count; ++index)
      values.push_back(element(segment, index));
    element_values_[segment] = std::move(values);
  }
  if (!evaluation_failed_) return {};
  return fail(ErrorCode::Unavailable, "the module's initial objects exceed the limit of {} bytes",
              object_heap_->bytes_max());
}

}  // namespace wherry::runtime
