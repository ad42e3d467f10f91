#include "spec/spectest.h"

#include <cstring>

namespace wherry::spec {

namespace {

using runtime::HostFunctionDefinition;
using wasm::ValueType;

// What is printed is of no interest.
runtime::HostResult print(void*, runtime::Caller&, std::span<uint64_t>) { return {}; }

std::span<const HostFunctionDefinition> functions() {
  static const HostFunctionDefinition all[] = {
      {"print", {}, print},
      {"print_i32", {{ValueType::i32()}, {}}, print},
      {"print_i64", {{ValueType::i64()}, {}}, print},
      {"print_f32", {{ValueType::f32()}, {}}, print},
      {"print_f64", {{ValueType::f64()}, {}}, print},
      {"print_i32_f32", {{ValueType::i32(), ValueType::f32()}, {}}, print},
      {"print_f64_f64", {{ValueType::f64(), ValueType::f64()}, {}}, print},
  };
  return all;
}

template <class T>
void set(abi::GlobalCell& cell, T value) {
  std::memcpy(cell.bytes, &value, sizeof value);
}

}  // namespace

Result<std::unique_ptr<Spectest>> Spectest::create() {
  std::unique_ptr<Spectest> module(new Spectest);  // make_unique cannot call a private constructor
  module->memory_ = TRY(runtime::Memory::create({.limits = {1, 2}}));
  module->table_ = TRY(runtime::Table::create({.type = {ValueType::funcref(), {10, 20}}}));
  module->table64_ = TRY(runtime::Table::create({.type = {ValueType::funcref(), {10, 20}, true}}));
  set(module->i32_, int32_t{666});
  set(module->i64_, int64_t{666});
  set(module->f32_, 666.6f);
  set(module->f64_, 666.6);
  return module;
}

void Spectest::add_to(runtime::Linker& linker) {
  linker.add(*this);
  linker.add(name(), "memory", memory_.get());
  linker.add(name(), "table", table_.get());
  linker.add(name(), "table64", table64_.get());
  linker.add(name(), "global_i32", runtime::Global{{ValueType::i32(), false}, &i32_});
  linker.add(name(), "global_i64", runtime::Global{{ValueType::i64(), false}, &i64_});
  linker.add(name(), "global_f32", runtime::Global{{ValueType::f32(), false}, &f32_});
  linker.add(name(), "global_f64", runtime::Global{{ValueType::f64(), false}, &f64_});
}

const HostFunctionDefinition* Spectest::find_function(std::string_view field) const {
  for (const HostFunctionDefinition& function : functions())
    if (function.name == field) return &function;
  return nullptr;
}

}  // namespace wherry::spec
