// Linking: imports bound, and what the module defines made. Nothing of the guest runs here.
// Core 3.0 §4.7.2, §4.7.3.
#include <algorithm>
#include <cstring>

#include "runtime/builtins.h"
#include "runtime/instance_impl.h"
#include "runtime/type_registry.h"
#include "wasm/module.h"

namespace wherry::runtime {

namespace {

bool has_object_types(const abi::ArtifactView& view) {
  return std::ranges::any_of(view.sub_types, [](const abi::SubTypeRecord& type) {
    return type.kind != abi::kFunctionKind;
  });
}

}  // namespace

Instance::Impl::Impl(Instance& instance, InstanceBlock block, const InstanceOptions& options)
    : instance_(instance),
      block_(std::move(block)),
      limits_(options.limits),
      own_memory_budget_(limits_.memory_bytes_max),
      memory_budget_(options.shared_limits ? options.shared_limits->memory : own_memory_budget_),
      interruption_(limits_, options.shared_limits ? &options.shared_limits->cpu_time : nullptr) {
  abi::VmContext& context = block_.context();
  context.builtins = &builtins();
  context.type_ids = instance.artifact().type_ids();
  context.instance = &instance;
  context.fuel = static_cast<int64_t>(limits_.fuel.value_or(0));
  memories_.reserve(view().memories.size());
  tables_.reserve(view().tables.size());
  host_functions_.resize(view().header->counts.imported_functions);
  element_dropped_.resize(view().elements.size());
  data_dropped_.resize(view().data.size());
  object_heap_ = options.object_heap;
  if (!object_heap_ && has_object_types(view()))
    object_heap_ = std::make_shared<ObjectHeap>(
        std::min(options.object_heap_bytes_max, memory_budget_.bytes_max()), &memory_budget_);
  if (object_heap_) object_heap_->add(*this);
}

Result<> Instance::Impl::bind_imports(const Linker& linker) {
  for (const abi::ImportRecord& import : view().imports) {
    Linker::Offer offer = TRY(find_import(instance_.artifact(), import, linker));
    TRY(check_heap(import, offer.binding));
    bind(import, offer.binding);
    if (offer.exporter) link_to(offer.exporter->impl());
  }
  return {};
}

// The binding is of the import's kind: find_import has checked. Imports come in the order of their
// indices.
void Instance::Impl::bind(const abi::ImportRecord& import, const Binding& binding) {
  switch (static_cast<wasm::ExternalKind>(import.kind)) {
    case wasm::ExternalKind::Function:
      return bind_function(import, binding);
    case wasm::ExternalKind::Table:
      tables_.push_back(std::get<Table*>(binding));
      block_.table(import.index) = tables_.back()->entry();
      return;
    case wasm::ExternalKind::Memory:
      memories_.push_back(std::get<Memory*>(binding));
      block_.memory(import.index) = memories_.back()->entry();
      return;
    case wasm::ExternalKind::Global:
      block_.imported_global(import.index) = std::get<Global>(binding).cell;
      return;
    case wasm::ExternalKind::Tag:
      block_.imported_tag(import.index) = std::get<TagBinding>(binding).tag;
      return;
  }
}

void Instance::Impl::bind_function(const abi::ImportRecord& import, const Binding& binding) {
  const abi::FunctionRecord& record = view().functions[import.index];
  abi::ImportedFunction& imported = block_.imported_function(import.index);
  bool is_value = record.reference_slot != abi::kNone;
  abi::FunctionReference* slot =
      is_value ? &block_.function_reference(record.reference_slot) : nullptr;
  if (auto* guest = std::get_if<FunctionBinding>(&binding)) {
    imported = {guest->reference->code, guest->reference->context, guest->reference};
    if (slot) *slot = *guest->reference;
    return;
  }
  auto& host = std::get<HostFunctionBinding>(binding);
  host_functions_[import.index] = {host.definition->call, host.self,
                                   slots_of(view(), view().types[record.type])};
  // Its code is a thunk of this module that makes a host_call.
  imported = {instance_.artifact().code(record.code), context(), slot};
  if (slot) *slot = {imported.code, context(), instance_.artifact().type_ids()[record.type]};
}

// What memories and tables begin with, in one sum, so that the message can name all that is needed.
Result<> Instance::Impl::check_memory_need() const {
  uint64_t need = 0;
  auto add = [&need](uint64_t count, uint64_t bytes) {
    need = count > (UINT64_MAX - need) / bytes ? UINT64_MAX : need + count * bytes;
  };
  for (const abi::MemoryRecord& record : view().memories.subspan(memories_.size()))
    add(record.min_pages, wasm::kPageBytes);
  for (const abi::TableRecord& record : view().tables.subspan(tables_.size()))
    add(record.min, Table::entry_bytes(record.element));
  if (need <= limits_.memory_bytes_max) return {};
  return fail(ErrorCode::Unavailable,
              "its memories and tables begin with {} KiB, more than the limit of {} KiB",
              need >> 10, limits_.memory_bytes_max >> 10);
}

Result<> Instance::Impl::define_memories() {
  for (auto index = static_cast<uint32_t>(memories_.size()); index < view().memories.size();
       ++index) {
    const abi::MemoryRecord& record = view().memories[index];
    MemoryOptions options;
    options.is_64 = record.is_64 != 0;
    options.shared = record.is_shared != 0;
    options.limits.min = record.min_pages;
    if (record.max_pages != ~uint64_t{0}) options.limits.max = record.max_pages;
    options.budget = &memory_budget_;
    options.pool = &instance_.artifact().memory_pool(index);
    options.guarded = !instance_.artifact().mode().checks_bounds;
    defined_memories_.push_back(TRY(Memory::create(options)));
    memories_.push_back(defined_memories_.back().get());
    block_.memory(index) = memories_.back()->entry();
  }
  // Only code that relies on guards uses it: others would find it stale after the memory has moved.
  if (!memories_.empty() && !instance_.artifact().mode().checks_bounds)
    context()->memory0_base = memories_.front()->entry()->base;
  if (auto* record = find_export("memory", wasm::ExternalKind::Memory))
    default_memory_ = memories_[record->index];
  return {};
}

// Of defined functions; bind_function has made those of imported ones.
void Instance::Impl::define_references() {
  std::span<const uint32_t> functions = instance_.artifact().referenced_functions();
  for (uint32_t slot = 0; slot < functions.size(); ++slot) {
    if (functions[slot] < view().header->counts.imported_functions) continue;
    const abi::FunctionRecord& record = view().functions[functions[slot]];
    block_.function_reference(slot) = {instance_.artifact().code(record.code), context(),
                                       instance_.artifact().type_ids()[record.type]};
  }
}

void Instance::Impl::define_tags() {
  uint32_t imported = view().header->counts.imported_tags;
  for (uint32_t index = imported; index < view().tags.size(); ++index)
    block_.defined_tag(index - imported).type_id =
        instance_.artifact().type_ids()[view().tags[index].type];
}

const abi::Tag* Instance::Impl::tag(uint32_t index) {
  uint32_t imported = view().header->counts.imported_tags;
  return index < imported ? block_.imported_tag(index) : &block_.defined_tag(index - imported);
}

// Each initial value may use globals before it.
void Instance::Impl::define_globals() {
  for (uint32_t index = view().header->counts.imported_globals; index < view().globals.size();
       ++index) {
    const abi::GlobalRecord& record = view().globals[index];
    Constant value = evaluate(record.init_first, record.init_count);
    std::memcpy(global(index)->bytes, value.data(), sizeof value);
  }
}

Result<> Instance::Impl::define_tables() {
  for (auto index = static_cast<uint32_t>(tables_.size()); index < view().tables.size(); ++index) {
    const abi::TableRecord& record = view().tables[index];
    TableOptions options;
    options.type.element = canonical(record.element, instance_.artifact().type_ids());
    options.object_heap = object_heap_.get();
    options.type.is_64 = record.is_64 != 0;
    options.type.limits.min = record.min;
    if (record.max != ~uint64_t{0}) options.type.limits.max = record.max;
    options.entries_max = limits_.table_entries_max;
    options.budget = &memory_budget_;
    if (record.init_count > 0)
      options.init = reinterpret_cast<Reference>(evaluate(record.init_first, record.init_count)[0]);
    defined_tables_.push_back(TRY(Table::create(options)));
    tables_.push_back(defined_tables_.back().get());
    block_.table(index) = tables_.back()->entry();
  }
  return {};
}

abi::GlobalCell* Instance::Impl::global(uint32_t index) {
  uint32_t imported = view().header->counts.imported_globals;
  return index < imported ? block_.imported_global(index)
                          : &block_.defined_global(index - imported);
}

const abi::FunctionReference* Instance::Impl::reference(uint32_t function) {
  if (function < view().header->counts.imported_functions)
    return block_.imported_function(function).reference;
  uint32_t slot = view().functions[function].reference_slot;
  WHERRY_ASSERT(slot != abi::kNone);  // whatever becomes a value has one: abi/instance_layout.h
  return &block_.function_reference(slot);
}

}  // namespace wherry::runtime
