#include "container/module_description.h"

#include <algorithm>

#include "container/guest_interface.h"
#include "runtime/instance.h"
#include "wasi/threads.h"
#include "wasi/wasi.h"
#include "wasm/decoder.h"
#include "wasm/proposals.h"
#include "wasm/tool_sections.h"
#include "wasm/validator.h"

namespace wherry::container {

namespace {

using wasm::ExternalKind;
using wasm::Module;

OrderedJson describe_limits(const wasm::Limits& limits, bool is_64) {
  OrderedJson json = {{"min", limits.min}};
  if (limits.max) json["max"] = *limits.max;
  if (is_64) json["address"] = "i64";
  return json;
}

OrderedJson describe(const wasm::MemoryType& type) {
  OrderedJson json = describe_limits(type.limits, type.is_64);
  if (type.shared) json["shared"] = true;
  return json;
}

OrderedJson describe(const wasm::TableType& type) {
  OrderedJson json = describe_limits(type.limits, type.is_64);
  json["element"] = wasm::to_string(type.element);
  return json;
}

std::string range_text(const wasm::Limits& limits, const char* unit) {
  if (!limits.max) return fmt::format("{} {} or more", limits.min, unit);
  return fmt::format("{} to {} {}", limits.min, *limits.max, unit);
}

std::string type_text(const wasm::MemoryType& type) {
  return range_text(type.limits, "pages") + (type.is_64 ? ", 64-bit" : "") +
         (type.shared ? ", shared" : "");
}

std::string type_text(const wasm::TableType& type) {
  return wasm::to_string(type.element) + ", " + range_text(type.limits, "entries") +
         (type.is_64 ? ", 64-bit" : "");
}

std::string type_text(const wasm::GlobalType& type) {
  return (type.is_mutable ? "mutable " : "") + wasm::to_string(type.value);
}

std::string type_text(const Module& module, wasm::TypeIndex type) {
  return module.is_function_type(type) ? wasm::to_string(module.function_type(type))
                                       : "no function";
}

std::string type_text(const Module& module, const wasm::Import& import) {
  if (auto* type = std::get_if<wasm::TypeIndex>(&import.type)) return type_text(module, *type);
  if (auto* type = std::get_if<wasm::TableType>(&import.type)) return type_text(*type);
  if (auto* type = std::get_if<wasm::MemoryType>(&import.type)) return type_text(*type);
  return type_text(std::get<wasm::GlobalType>(import.type));
}

// The index is a hostile module's: this may run before validation.
std::string type_text(const Module& module, const wasm::Export& item) {
  auto of = [&](const auto& space, auto text) {
    return item.index < space.size() ? text(space[item.index]) : std::string("nothing");
  };
  auto by_type = [&](wasm::TypeIndex type) { return type_text(module, type); };
  auto by_value = [](const auto& type) { return type_text(type); };
  switch (item.kind) {
    case ExternalKind::Function:
      return of(module.functions, by_type);
    case ExternalKind::Table:
      return of(module.tables, by_value);
    case ExternalKind::Memory:
      return of(module.memories, by_value);
    case ExternalKind::Global:
      return of(module.globals, by_value);
    case ExternalKind::Tag:
      return of(module.tags, by_type);
  }
  return {};
}

bool is_shared_memory(const wasm::Import& import) {
  auto* memory = std::get_if<wasm::MemoryType>(&import.type);
  return memory != nullptr && memory->shared;
}

// What only programs with threads are offered (wasi/threads.h).
bool is_of_threads(const Module& module, const wasm::Import& import) {
  if (is_shared_memory(import)) return true;
  auto* type = std::get_if<wasm::TypeIndex>(&import.type);
  const runtime::HostFunctionDefinition& spawn = wasi::Threads::spawn_definition();
  return import.module == wasi::Threads::kModuleName && import.name == spawn.name &&
         type != nullptr && module.is_function_type(*type) &&
         module.function_type(*type) == spawn.type &&
         std::ranges::any_of(module.imports, is_shared_memory);
}

// Of the imports, those that no host module of ours has; of functions, with this type.
std::vector<const wasm::Import*> missing_imports(const Module& module) {
  auto program = wasi::Program::create({});
  runtime::Linker linker;
  if (program)
    for (runtime::HostModule* host : (*program)->modules()) linker.add(*host);
  std::vector<const wasm::Import*> missing;
  for (const wasm::Import& import : module.imports) {
    if (is_of_threads(module, import)) continue;
    auto* type = std::get_if<wasm::TypeIndex>(&import.type);
    const bool offered = type != nullptr && module.is_function_type(*type) &&
                         linker.find(import.module, import.name, module.function_type(*type));
    if (!offered) missing.push_back(&import);
  }
  return missing;
}

OrderedJson describe_types(const Module& module) {
  size_t counts[3] = {};  // by the alternatives of CompositeType
  for (const wasm::SubType& type : module.types) ++counts[type.composite.index()];
  return {{"function", counts[0]}, {"struct", counts[1]}, {"array", counts[2]}};
}

OrderedJson describe_imports(const Module& module,
                             const std::vector<const wasm::Import*>& missing) {
  OrderedJson list = OrderedJson::array();
  auto next_missing = missing.begin();  // in the imports' order
  for (const wasm::Import& import : module.imports) {
    const bool offered = next_missing == missing.end() || *next_missing != &import;
    if (!offered) ++next_missing;
    list.push_back({{"module", import.module},
                    {"name", import.name},
                    {"kind", wasm::to_string(import.kind)},
                    {"type", type_text(module, import)},
                    {"offered", offered}});
  }
  return list;
}

OrderedJson describe_exports(const Module& module) {
  OrderedJson list = OrderedJson::array();
  for (const wasm::Export& item : module.exports)
    list.push_back({{"name", item.name},
                    {"kind", wasm::to_string(item.kind)},
                    {"type", type_text(module, item)}});
  return list;
}

template <class Type>
OrderedJson describe_all(const std::vector<Type>& types) {
  OrderedJson list = OrderedJson::array();
  for (const Type& type : types) list.push_back(describe(type));
  return list;
}

OrderedJson describe_features(const Module& module) {
  OrderedJson list = OrderedJson::array();
  if (auto used = wasm::proposals_used(module))
    for (wasm::Proposal proposal : *used) list.push_back(wasm::to_string(proposal));
  return list;
}

// Why it cannot be run; empty where it can.
std::string find_obstacle(const Module& module, const std::vector<const wasm::Import*>& missing) {
  if (auto valid = wasm::validate_module(module); !valid) return valid.error().message;
  if (missing.empty()) return {};
  constexpr size_t kNamed = 3;
  std::string names;
  for (const wasm::Import* import : std::span(missing).first(std::min(missing.size(), kNamed)))
    names += fmt::format("{}{}.{}", names.empty() ? "" : ", ", import->module, import->name);
  if (missing.size() > kNamed) names += fmt::format(" and {} more", missing.size() - kNamed);
  return "it imports what is not offered: " + names;
}

void add_verdict(OrderedJson& json, const GuestInterface& interface, const std::string& obstacle) {
  json["interface"] = {{"id", interface.id}, {"words", interface.words}};
  json["runs"] = interface.offered && obstacle.empty();
  if (!obstacle.empty())
    json["reason"] = obstacle;
  else if (!interface.offered)
    json["reason"] = fmt::format("it is {}", interface.words);
  if (!interface.way_out.empty()) json["way_out"] = interface.way_out;
}

void add_contents(OrderedJson& json, const Module& module,
                  const std::vector<const wasm::Import*>& missing) {
  if (std::string name = wasm::read_module_name(module); !name.empty())
    json["name"] = std::move(name);
  json["types"] = describe_types(module);
  json["functions"] = module.functions.size();
  json["start"] = module.start.has_value();
  json["imports"] = describe_imports(module, missing);
  json["exports"] = describe_exports(module);
  json["memories"] = describe_all(module.memories);
  json["tables"] = describe_all(module.tables);
  json["globals"] = module.globals.size();
  json["features"] = describe_features(module);
  OrderedJson sections = OrderedJson::array();
  for (const wasm::CustomSection& section : module.custom_sections)
    sections.push_back({{"name", section.name}, {"bytes", section.bytes.size()}});
  json["custom_sections"] = std::move(sections);
  json["producers"] = wasm::read_producers(module);
  json["target_features"] = wasm::read_target_features(module);
}

// Component Model, Binary.md: the preamble's last two bytes are the layer, 1 for components.
bool is_component(ByteSpan binary) {
  return binary.size() >= 8 && as_text(binary.first(4)) == std::string_view("\0asm", 4) &&
         binary[6] == std::byte{1};
}

}  // namespace

OrderedJson describe_module(ByteSpan binary) {
  OrderedJson json = {{"bytes", binary.size()}};
  auto module = wasm::decode_module(binary);
  if (module) {
    const std::vector<const wasm::Import*> missing = missing_imports(*module);
    json["kind"] = "core module";
    add_verdict(json, find_interface(*module, missing), find_obstacle(*module, missing));
    add_contents(json, *module, missing);
  } else if (is_component(binary)) {
    json["kind"] = "component";
    add_verdict(json, component_interface(), {});
  } else {
    json["kind"] = "unreadable";
    json["runs"] = false;
    json["reason"] = module.error().message;
  }
  return json;
}

}  // namespace wherry::container
