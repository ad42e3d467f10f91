#include "container/invocation.h"

#include <algorithm>

#include "container/value_text.h"
#include "wasm/module.h"

namespace wherry::container {

namespace {

uint32_t slots_of(std::span<const wasm::ValueType> types) {
  uint32_t slots = 0;
  for (wasm::ValueType type : types) slots += type.slots();
  return slots;
}

// "add [i32 i32] -> [i32], main [] -> []"
std::string list_functions(const runtime::Instance& instance) {
  const abi::ArtifactView& view = instance.artifact().view();
  constexpr size_t kListed = 20;
  size_t functions = 0;
  std::string text;
  for (const abi::ExportRecord& item : view.exports) {
    if (item.kind != static_cast<uint32_t>(wasm::ExternalKind::Function)) continue;
    if (++functions > kListed) continue;
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", view.string(item.name),
                        to_string(view.function_type(view.functions[item.index].type)));
  }
  if (functions == 0) return "it exports no functions";
  if (functions > kListed) text += fmt::format(" and {} more", functions - kListed);
  return "it exports " + text;
}

}  // namespace

Result<Invocation> Invocation::create(runtime::Instance& instance, const std::string& name,
                                      std::span<const std::string> arguments) {
  Invocation invocation;
  invocation.function_ = instance.find_function(name);
  if (invocation.function_ == nullptr)
    return fail(ErrorCode::Invalid, "no exported function '{}': {}", name,
                list_functions(instance));
  invocation.type_ = *instance.function_type(name);
  const wasm::FunctionType& type = invocation.type_;
  if (arguments.size() != type.params.size())
    return fail(ErrorCode::Invalid, "{} takes {} arguments, {} are given: its type is {}", name,
                type.params.size(), arguments.size(), to_string(type));
  invocation.slots_.resize(std::max(slots_of(type.params), slots_of(type.results)));
  std::span<uint64_t> slots = invocation.slots_;
  for (size_t index = 0; index < arguments.size(); ++index) {
    const wasm::ValueType param = type.params[index];
    TRY(with_context(parse_value(param, arguments[index], slots), "argument {} of {} {}", index + 1,
                     name, to_string(type)));
    slots = slots.subspan(param.slots());
  }
  return invocation;
}

std::expected<std::vector<std::string>, abi::Trap> Invocation::call() {
  auto outcome = runtime::Instance::call(*function_, slots_);
  if (!outcome) return std::unexpected(std::move(outcome).error());
  std::vector<std::string> results;
  std::span<const uint64_t> slots = slots_;
  for (wasm::ValueType type : type_.results) {
    results.push_back(format_value(type, slots));
    slots = slots.subspan(type.slots());
  }
  return results;
}

}  // namespace wherry::container
