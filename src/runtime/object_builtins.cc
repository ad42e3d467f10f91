#include "runtime/object_builtins.h"

#include <cstring>

#include "runtime/activation.h"
#include "runtime/guest_thread.h"
#include "runtime/instance_impl.h"
#include "runtime/object_access.h"
#include "runtime/type_registry.h"

namespace wherry::runtime {

namespace {

using Impl = Instance::Impl;

// Builtins run on the thread's guest stack.
const std::byte* stack_top() { return GuestThread::current().stack().top(); }

const abi::TypeDescriptor& type_at(const abi::VmContext* context, uint32_t type) {
  return descriptor_of(context->type_ids[type]);
}

// What fills or copies much lets an interruption stop it afterwards: see builtins.cc.
bool done() { return !pending_interruption(); }

}  // namespace

void* struct_new(abi::VmContext* context, uint32_t type_index) {
  const abi::TypeDescriptor& type = type_at(context, type_index);
  return Impl::of(context).object_heap().allocate(type, type.size_bytes, stack_top());
}

void* array_new(abi::VmContext* context, uint32_t type_index, uint32_t length) {
  return Impl::of(context).new_array(type_at(context, type_index), length, stack_top());
}

void* array_new_data(abi::VmContext* context, uint32_t type_index, uint32_t segment,
                     uint32_t source, uint32_t length) {
  const abi::TypeDescriptor& type = type_at(context, type_index);
  Impl& impl = Impl::of(context);
  auto bytes = impl.segment_bytes(segment, source, uint64_t{length} * type.size_bytes);
  if (!bytes) return abi::kSegmentTooShort;
  void* array = impl.new_array(type, length, stack_top());
  if (array && !bytes->empty())
    std::memcpy(ArrayView(array).element(0), bytes->data(), bytes->size());
  return array;
}

void* array_new_elem(abi::VmContext* context, uint32_t type_index, uint32_t segment,
                     uint32_t source, uint32_t length) {
  Impl& impl = Impl::of(context);
  if (!impl.has_elements(segment, source, length)) return abi::kSegmentTooShort;
  void* array = impl.new_array(type_at(context, type_index), length, stack_top());
  if (array) array_init_elem(context, array, 0, segment, source, length);
  return array;
}

bool array_fill(abi::VmContext*, void* array, uint32_t begin, const void* value, uint32_t count) {
  ArrayView view(array);
  if (!view.contains(begin, count)) return false;
  uint64_t bytes = view.element_bytes();
  if (bytes == 1) {
    std::memset(view.element(begin), *static_cast<const uint8_t*>(value), count);
    return done();
  }
  std::byte* element = view.element(begin);
  for (uint64_t index = 0; index < count; ++index, element += bytes)
    std::memcpy(element, value, bytes);
  return done();
}

bool array_copy(abi::VmContext*, void* destination_array, uint32_t destination,
                const void* source_array, uint32_t source, uint32_t count) {
  ArrayView to(destination_array), from(source_array);
  if (!to.contains(destination, count) || !from.contains(source, count)) return false;
  std::memmove(to.element(destination), from.element(source), count * to.element_bytes());
  return done();
}

bool array_init_data(abi::VmContext* context, void* array, uint32_t begin, uint32_t segment,
                     uint32_t source, uint32_t count) {
  ArrayView view(array);
  auto bytes = Impl::of(context).segment_bytes(segment, source, count * view.element_bytes());
  if (!bytes) return false;
  if (!bytes->empty()) std::memcpy(view.element(begin), bytes->data(), bytes->size());
  return done();
}

bool array_init_elem(abi::VmContext* context, void* array, uint32_t begin, uint32_t segment,
                     uint32_t source, uint32_t count) {
  Impl& impl = Impl::of(context);
  if (!impl.has_elements(segment, source, count)) return false;
  ArrayView view(array);
  for (uint64_t index = 0; index < count; ++index) {
    Reference value = impl.element(segment, uint64_t{source} + index);
    std::memcpy(view.element(begin + index), &value, sizeof value);
  }
  return done();
}

}  // namespace wherry::runtime
