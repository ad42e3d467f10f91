#include "runtime/import_binding.h"

#include <algorithm>

#include "runtime/type_registry.h"
#include "wasm/module.h"

namespace wherry::runtime {

namespace {

constexpr uint64_t kNoMax = ~uint64_t{0};

wasm::Limits limits_of(uint64_t min, uint64_t max) {
  return {min, max == kNoMax ? std::nullopt : std::optional(max)};
}

std::string describe(const wasm::FunctionType& type) { return "function " + to_string(type); }

std::string describe(const wasm::Limits& limits) {
  return limits.max ? fmt::format("{}..{}", limits.min, *limits.max)
                    : fmt::format("{}..", limits.min);
}

std::string describe(const wasm::TableType& type) {
  return fmt::format("table {}{} {}", type.is_64 ? "i64 " : "", describe(type.limits),
                     to_string(type.element));
}

std::string describe(const wasm::MemoryType& type) {
  return fmt::format("{}memory {}of {} pages", type.shared ? "shared " : "",
                     type.is_64 ? "i64 " : "", describe(type.limits));
}

std::string describe(const wasm::GlobalType& type) {
  return fmt::format("global {}{}", type.is_mutable ? "mut " : "", to_string(type.value));
}

// A tag's is distinct from a function's.
struct TagType {
  wasm::FunctionType function;
};

std::string describe(const TagType& type) { return "tag " + to_string(type.function); }

using ExternalType =
    std::variant<wasm::FunctionType, wasm::TableType, wasm::MemoryType, wasm::GlobalType, TagType>;

std::string describe(const ExternalType& type) {
  return std::visit([](const auto& kind) { return describe(kind); }, type);
}

ExternalType wanted_type(const Artifact& artifact, const abi::ImportRecord& import) {
  const abi::ArtifactView& view = artifact.view();
  switch (static_cast<wasm::ExternalKind>(import.kind)) {
    case wasm::ExternalKind::Function:
      return artifact.function_type(view.functions[import.index].type);
    case wasm::ExternalKind::Table: {
      const abi::TableRecord& table = view.tables[import.index];
      return wasm::TableType{canonical(table.element, artifact.type_ids()),
                             limits_of(table.min, table.max), table.is_64 != 0};
    }
    case wasm::ExternalKind::Memory: {
      const abi::MemoryRecord& memory = view.memories[import.index];
      return wasm::MemoryType{limits_of(memory.min_pages, memory.max_pages), memory.is_64 != 0,
                              memory.is_shared != 0};
    }
    case wasm::ExternalKind::Tag:
      return TagType{view.function_type(view.tags[import.index].type)};
    case wasm::ExternalKind::Global:
      break;
  }
  const abi::GlobalRecord& global = view.globals[import.index];
  return wasm::GlobalType{canonical(global.type, artifact.type_ids()), global.is_mutable != 0};
}

// With the sizes of now: a table or memory that has grown satisfies a larger minimum.
struct OfferedType {
  ExternalType operator()(const HostFunctionBinding& host) const { return host.definition->type; }
  ExternalType operator()(const FunctionBinding& function) const { return function.type; }
  ExternalType operator()(const Table* table) const {
    const wasm::TableType& type = table->type();
    return wasm::TableType{type.element, {table->size(), type.limits.max}, type.is_64};
  }
  ExternalType operator()(const Memory* memory) const {
    return wasm::MemoryType{
        {memory->pages(), memory->limits().max}, memory->is_64(), memory->is_shared()};
  }
  ExternalType operator()(const Global& global) const { return global.type; }
  ExternalType operator()(const TagBinding& tag) const { return TagType{tag.type}; }
};

bool matches(const wasm::Limits& offered, const wasm::Limits& wanted) {
  return offered.min >= wanted.min && (!wanted.max || (offered.max && *offered.max <= *wanted.max));
}

// Core 3.0 §3.3.13, external type matching: whether `offered` may stand for `wanted`. Functions
// and tags have been looked at before: is_exact, is_sub_type.
struct Matches {
  bool operator()(const wasm::TableType& offered, const wasm::TableType& wanted) const {
    return offered.element == wanted.element && offered.is_64 == wanted.is_64 &&
           matches(offered.limits, wanted.limits);
  }
  bool operator()(const wasm::MemoryType& offered, const wasm::MemoryType& wanted) const {
    return offered.is_64 == wanted.is_64 && offered.shared == wanted.shared &&
           matches(offered.limits, wanted.limits);
  }
  bool operator()(const wasm::GlobalType& offered, const wasm::GlobalType& wanted) const {
    return offered.is_mutable == wanted.is_mutable &&
           (wanted.is_mutable ? offered.value == wanted.value
                              : runtime::matches(offered.value, wanted.value));
  }
  template <class Offered, class Wanted>
  bool operator()(const Offered&, const Wanted&) const {
    return false;
  }
};

// Nearly every import is one of a host function that fits: seen without making a FunctionType. A
// host function has no type of its own among the module's groups and sub types: it has each that is
// made like its own.
bool is_exact(const abi::ArtifactView& view, const abi::ImportRecord& import,
              const Binding& binding) {
  auto* host = std::get_if<HostFunctionBinding>(&binding);
  if (!host || static_cast<wasm::ExternalKind>(import.kind) != wasm::ExternalKind::Function)
    return false;
  const abi::TypeRecord& type = view.types[view.functions[import.index].type];
  return std::ranges::equal(view.values.subspan(type.first, type.params),
                            host->definition->type.params) &&
         std::ranges::equal(view.values.subspan(type.first + type.params, type.results),
                            host->definition->type.results);
}

bool holds_exceptions(const ExternalType& type) {
  if (auto* table = std::get_if<wasm::TableType>(&type))
    return table->element.is_exception_reference();
  if (auto* global = std::get_if<wasm::GlobalType>(&type))
    return global->value.is_exception_reference();
  return false;
}

// Functions may be of a sub type, tags are of the same.
bool is_sub_type(const Artifact& artifact, const abi::ImportRecord& import,
                 const Binding& binding) {
  auto kind = static_cast<wasm::ExternalKind>(import.kind);
  if (auto* tag = std::get_if<TagBinding>(&binding); tag && kind == wasm::ExternalKind::Tag)
    return tag->tag->type_id == artifact.type_ids()[artifact.view().tags[import.index].type];
  auto* guest = std::get_if<FunctionBinding>(&binding);
  if (!guest || kind != wasm::ExternalKind::Function) return false;
  uint64_t wanted = artifact.type_ids()[artifact.view().functions[import.index].type];
  return is_subtype(descriptor_of(guest->reference->type_id), descriptor_of(wanted));
}

// Code that checks bounds can use any memory.
bool guards_suffice(const abi::ArtifactView& view, const Memory& memory) {
  return memory.guarded() || abi::CodeMode::of_bits(view.header->mode).checks_bounds;
}

}  // namespace

std::string printable(std::string_view name) {
  std::string text(name);
  std::ranges::replace_if(
      text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, '?');
  return text;
}

uint32_t slots_of(const abi::ArtifactView& view, const abi::TypeRecord& type) {
  auto slots = [&](uint32_t first, uint32_t count) {
    uint32_t sum = 0;
    for (wasm::ValueType value : view.values.subspan(first, count)) sum += value.slots();
    return sum;
  };
  return std::max(slots(type.first, type.params), slots(type.first + type.params, type.results));
}

Result<Linker::Offer> find_import(const Artifact& artifact, const abi::ImportRecord& import,
                                  const Linker& linker) {
  const abi::ArtifactView& view = artifact.view();
  std::string_view module = view.string(import.module), name = view.string(import.name);
  std::optional<Linker::Offer> offer = linker.find(module, name);
  if (offer &&
      (is_exact(view, import, offer->binding) || is_sub_type(artifact, import, offer->binding)))
    return *std::move(offer);
  ExternalType wanted = wanted_type(artifact, import);
  if (auto* type = std::get_if<wasm::FunctionType>(&wanted))
    if (auto overload = linker.find(module, name, *type)) return *std::move(overload);
  if (!offer)
    return fail(ErrorCode::NotFound,
                "unknown import: {}.{} ({}): nothing of that name is offered to it",
                printable(module), printable(name), describe(wanted));
  if (auto* memory = std::get_if<Memory*>(&offer->binding);
      memory && !guards_suffice(view, **memory))
    return fail(ErrorCode::Invalid,
                "{}.{} is a memory without a guard: code that checks bounds is needed",
                printable(module), printable(name));
  ExternalType offered = std::visit(OfferedType{}, offer->binding);
  if (!std::visit(Matches{}, offered, wanted))
    return fail(ErrorCode::Invalid,
                "incompatible import type: {}.{}: the module wants {}, offered is {}",
                printable(module), printable(name), describe(wanted), describe(offered));
  if (!offer->exporter && holds_exceptions(wanted))
    return fail(ErrorCode::Unsupported,
                "import {}.{}: a {} must be exported by an instance, not offered by the host",
                printable(module), printable(name), describe(wanted));
  return *std::move(offer);
}

std::vector<MissingImport> missing_imports(const Artifact& artifact, const Linker& linker) {
  const abi::ArtifactView& view = artifact.view();
  std::vector<MissingImport> missing;
  for (const abi::ImportRecord& import : view.imports) {
    if (find_import(artifact, import, linker)) continue;
    std::string_view module = view.string(import.module), name = view.string(import.name);
    auto offer = linker.find(module, name);
    missing.push_back({std::string(module), std::string(name),
                       describe(wanted_type(artifact, import)),
                       offer ? describe(std::visit(OfferedType{}, offer->binding)) : ""});
  }
  return missing;
}

}  // namespace wherry::runtime
