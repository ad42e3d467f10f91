#include "runtime/instance_impl.h"

namespace wherry::runtime {

void Linker::add(HostModule& module) {
  entries_.push_back({std::string(module.name()), {}, &module});
}

void Linker::add(std::string_view name, Instance& instance) {
  entries_.push_back({std::string(name), {}, &instance});
}

void Linker::add(std::string_view module, std::string_view field, Binding binding) {
  entries_.push_back({std::string(module), std::string(field), std::move(binding)});
}

std::optional<Linker::Offer> Linker::find(std::string_view module, std::string_view field) const {
  for (const Entry& entry : entries_) {
    if (entry.module != module) continue;
    if (auto* host = std::get_if<HostModule*>(&entry.target)) {
      if (auto* definition = (*host)->find_function(field))
        return Offer{HostFunctionBinding{definition, (*host)->self()}};
    } else if (auto* instance = std::get_if<Instance*>(&entry.target)) {
      Instance::Impl& exporter = (*instance)->impl();
      if (auto* record = exporter.find_export(field, std::nullopt))
        return Offer{exporter.binding_of(*record), *instance};
    } else if (entry.field == field) {
      return Offer{std::get<Binding>(entry.target)};
    }
  }
  return std::nullopt;
}

std::optional<Linker::Offer> Linker::find(std::string_view module, std::string_view field,
                                          const wasm::FunctionType& type) const {
  for (const Entry& entry : entries_) {
    auto* host = std::get_if<HostModule*>(&entry.target);
    if (!host || entry.module != module) continue;
    const HostFunctionDefinition* definition = (*host)->find_function(field);
    for (size_t index = 0; definition && definition->type != type; ++index)
      definition = (*host)->find_overload(field, index);
    if (definition) return Offer{HostFunctionBinding{definition, (*host)->self()}};
  }
  return std::nullopt;
}

}  // namespace wherry::runtime
