#include "runtime/instance.h"

#include <algorithm>

#include "runtime/instance_impl.h"
#include "runtime/type_registry.h"
#include "wasm/module.h"

namespace wherry::runtime {

Memory* Caller::memory() const { return instance_.impl().default_memory(); }

Instance::Instance(std::shared_ptr<const Artifact> artifact) : artifact_(std::move(artifact)) {}

Instance::~Instance() = default;

Result<std::unique_ptr<Instance>> Instance::create(std::shared_ptr<const Artifact> artifact,
                                                   const Linker& linker,
                                                   const InstanceOptions& options) {
  if (artifact->mode().counts_fuel != options.limits.fuel.has_value() ||
      options.limits.fuel.value_or(0) > kFuelMax)
    return fail(ErrorCode::Invalid,
                "the artifact counts fuel, or a limit of fuel is given: not both");
  InstanceBlock block = TRY(InstanceBlock::create(artifact->view().header->counts));
  // make_unique cannot call a private constructor.
  std::unique_ptr<Instance> instance(new Instance(std::move(artifact)));
  instance->impl_ = std::make_unique<Impl>(*instance, std::move(block), options);
  Impl& impl = *instance->impl_;
  TRY(impl.bind_imports(linker));
  TRY(impl.check_memory_need());
  TRY(impl.define_memories());
  impl.define_references();
  impl.define_tags();
  impl.define_globals();
  TRY(impl.define_tables());
  TRY(impl.define_elements());
  return instance;
}

std::expected<void, Trap> Instance::initialize() { return impl_->initialize(); }

std::expected<void, Trap> Instance::call(const abi::FunctionReference& function,
                                         std::span<uint64_t> slots) {
  return Impl::of(function.context).call(function.code, function.type_id, slots);
}

void Instance::interrupt(TrapCode code) { impl_->interruption().request(code); }
void Instance::end(TrapCode code) { impl_->interruption().end(code); }

bool Instance::met_memory_limit() const { return impl_->memory_budget().refused_growth(); }

uint64_t Instance::fuel_left() const {
  return static_cast<uint64_t>(std::max<int64_t>(impl_->context()->fuel, 0));
}

const abi::FunctionReference* Instance::find_function(std::string_view name) const {
  auto* record = impl_->find_export(name, wasm::ExternalKind::Function);
  return record ? impl_->reference(record->index) : nullptr;
}

Memory* Instance::find_memory(std::string_view name) const {
  auto* record = impl_->find_export(name, wasm::ExternalKind::Memory);
  return record ? &impl_->memory(record->index) : nullptr;
}

Table* Instance::find_table(std::string_view name) const {
  auto* record = impl_->find_export(name, wasm::ExternalKind::Table);
  return record ? &impl_->table(record->index) : nullptr;
}

std::optional<Global> Instance::find_global(std::string_view name) const {
  auto* record = impl_->find_export(name, wasm::ExternalKind::Global);
  if (!record) return std::nullopt;
  return std::get<Global>(impl_->binding_of(*record));
}

bool Instance::is_data_dropped(uint32_t segment) const { return impl_->is_data_dropped(segment); }

bool Instance::is_element_dropped(uint32_t segment) const {
  return impl_->is_element_dropped(segment);
}

std::optional<wasm::FunctionType> Instance::function_type(std::string_view name) const {
  auto* record = impl_->find_export(name, wasm::ExternalKind::Function);
  if (!record) return std::nullopt;
  return artifact_->function_type(artifact_->view().functions[record->index].type);
}

const abi::ExportRecord* Instance::Impl::find_export(std::string_view name,
                                                     std::optional<wasm::ExternalKind> kind) const {
  for (const abi::ExportRecord& record : view().exports)
    if (view().string(record.name) == name)
      return !kind || record.kind == static_cast<uint32_t>(*kind) ? &record : nullptr;
  return nullptr;
}

Binding Instance::Impl::binding_of(const abi::ExportRecord& record) {
  switch (static_cast<wasm::ExternalKind>(record.kind)) {
    case wasm::ExternalKind::Function:
      return FunctionBinding{reference(record.index), instance_.artifact().function_type(
                                                          view().functions[record.index].type)};
    case wasm::ExternalKind::Table:
      return tables_[record.index];
    case wasm::ExternalKind::Memory:
      return memories_[record.index];
    case wasm::ExternalKind::Global:
      break;
    case wasm::ExternalKind::Tag:
      return TagBinding{tag(record.index), view().function_type(view().tags[record.index].type)};
  }
  const abi::GlobalRecord& global_record = view().globals[record.index];
  return Global{{canonical(global_record.type, instance_.artifact().type_ids()),
                 global_record.is_mutable != 0},
                global(record.index),
                object_heap_.get()};
}

}  // namespace wherry::runtime
