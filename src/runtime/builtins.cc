#include "runtime/builtins.h"

#include <cstring>

#include "runtime/activation.h"
#include "runtime/instance_impl.h"
#include "runtime/object_builtins.h"
#include "runtime/unwind.h"

namespace wherry::runtime {

namespace {

using abi::VmContext;
using Impl = Instance::Impl;

// What takes long ends with a look at interruptions: where one waits, the instruction traps, and
// the handler reports the interruption instead (traps.cc).
bool done() { return !pending_interruption(); }

constexpr uint64_t kCannotGrow = ~uint64_t{0};

// Without overflow for any numbers.
bool in_bounds(uint64_t first, uint64_t count, uint64_t size) {
  return first <= size && count <= size - first;
}

bool host_call(VmContext* context, uint32_t function, uint64_t* slots) {
  Impl& impl = Impl::of(context);
  const HostFunctionImport& import = impl.host_function(function);
  Caller caller(impl.instance());
  Activation& activation = *current_activation;
  if (HostResult result = import.function(import.self, caller, {slots, import.slots}); !result) {
    activation.host_trap = std::move(result).error();
    return false;
  }
  auto interruption = pending_interruption();
  if (!interruption) return true;
  activation.host_trap = abi::Trap{.code = *interruption};
  return false;
}

uint64_t memory_grow(VmContext* context, uint32_t memory, uint64_t delta_pages) {
  return Impl::of(context).memory(memory).grow(delta_pages).value_or(kCannotGrow);
}

bool memory_copy(VmContext* context, uint32_t destination_memory, uint32_t source_memory,
                 uint64_t destination, uint64_t source, uint64_t count) {
  Impl& impl = Impl::of(context);
  std::span<std::byte> to = impl.memory(destination_memory).bytes();
  ByteSpan from = impl.memory(source_memory).bytes();
  if (!in_bounds(source, count, from.size()) || !in_bounds(destination, count, to.size()))
    return false;
  std::memmove(to.data() + destination, from.data() + source, count);
  return done();
}

bool memory_fill(VmContext* context, uint32_t memory, uint64_t destination, uint32_t value,
                 uint64_t count) {
  std::span<std::byte> bytes = Impl::of(context).memory(memory).bytes();
  if (!in_bounds(destination, count, bytes.size())) return false;
  std::memset(bytes.data() + destination, static_cast<uint8_t>(value), count);
  return done();
}

bool memory_init(VmContext* context, uint32_t memory, uint32_t segment, uint64_t destination,
                 uint64_t source, uint64_t count) {
  Impl& impl = Impl::of(context);
  abi::DataRecord record = impl.view().data[segment];
  if (impl.is_data_dropped(segment)) record.bytes_size = 0;
  return impl.init_memory(memory, record, destination, source, count) && done();
}

// Where `bytes` at index + offset lie, a sum that need not fit; nullptr beyond the memory.
std::byte* find_place(const Memory& memory, uint64_t index, uint64_t offset, uint64_t bytes) {
  std::span<std::byte> all = memory.bytes();
  if (!in_bounds(index, offset, all.size()) || bytes > all.size() - index - offset) return nullptr;
  return all.data() + index + offset;
}

// Nobody waits in a memory that is not shared.
uint64_t memory_notify(VmContext* context, uint32_t memory, uint64_t index, uint64_t offset,
                       uint32_t count) {
  Memory& target = Impl::of(context).memory(memory);
  std::byte* place = find_place(target, index, offset, sizeof(uint32_t));
  if (!place) return abi::kAtomicRefused;
  return target.is_shared() ? target.waiters().notify(place, count) : 0;
}

template <class Word>
uint64_t memory_wait(VmContext* context, uint32_t memory, uint64_t index, uint64_t offset,
                     Word expected, int64_t timeout_ns) {
  Memory& target = Impl::of(context).memory(memory);
  std::byte* place = find_place(target, index, offset, sizeof(Word));
  if (!place) return abi::kAtomicRefused;
  const Waiters::Outcome outcome = target.waiters().wait(place, expected, timeout_ns);
  return outcome == Waiters::Outcome::Interrupted ? abi::kAtomicRefused
                                                  : static_cast<uint64_t>(outcome);
}

void data_drop(VmContext* context, uint32_t segment) { Impl::of(context).drop_data(segment); }

uint64_t table_grow(VmContext* context, uint32_t table, const void* value, uint64_t delta) {
  return Impl::of(context).table(table).grow(delta, value).value_or(kCannotGrow);
}

bool table_fill(VmContext* context, uint32_t table, uint64_t destination, const void* value,
                uint64_t count) {
  Table& target = Impl::of(context).table(table);
  if (!in_bounds(destination, count, target.size())) return false;
  for (uint64_t index = 0; index < count; ++index) target.set(destination + index, value);
  return done();
}

bool table_copy(VmContext* context, uint32_t destination_table, uint32_t source_table,
                uint64_t destination, uint64_t source, uint64_t count) {
  Table& to = Impl::of(context).table(destination_table);
  Table& from = Impl::of(context).table(source_table);
  if (!in_bounds(source, count, from.size()) || !in_bounds(destination, count, to.size()))
    return false;
  // From the end that is not overwritten before it is read, in case the ranges overlap.
  for (uint64_t step = 0; step < count; ++step) {
    uint64_t index = destination <= source ? step : count - 1 - step;
    to.set(destination + index, from.get(source + index));
  }
  return done();
}

bool table_init(VmContext* context, uint32_t table, uint32_t segment, uint64_t destination,
                uint64_t source, uint64_t count) {
  Impl& impl = Impl::of(context);
  return impl.init_table(table, segment, destination, source, count) && done();
}

void elem_drop(VmContext* context, uint32_t segment) { Impl::of(context).drop_element(segment); }

const abi::Exception* exception_create(VmContext* context, const abi::Tag* tag,
                                       const uint64_t* payload, uint32_t slots) {
  return Impl::of(context).create_exception(tag, {payload, slots});
}

constexpr abi::Builtins kBuiltins = {
    .host_call = host_call,
    .memory_grow = memory_grow,
    .memory_copy = memory_copy,
    .memory_fill = memory_fill,
    .memory_init = memory_init,
    .data_drop = data_drop,
    .memory_notify = memory_notify,
    .memory_wait32 = memory_wait<uint32_t>,
    .memory_wait64 = memory_wait<uint64_t>,
    .table_grow = table_grow,
    .table_fill = table_fill,
    .table_copy = table_copy,
    .table_init = table_init,
    .elem_drop = elem_drop,
    .exception_create = exception_create,
    .exception_raise = wherry_raise,
    .struct_new = struct_new,
    .array_new = array_new,
    .array_new_data = array_new_data,
    .array_new_elem = array_new_elem,
    .array_fill = array_fill,
    .array_copy = array_copy,
    .array_init_data = array_init_data,
    .array_init_elem = array_init_elem,
};

}  // namespace

const abi::Builtins& builtins() { return kBuiltins; }

}  // namespace wherry::runtime
