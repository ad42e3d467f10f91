#include "spec/script.h"

#include <algorithm>

#include "runtime/type_registry.h"
#include "spec/engine.h"
#include "wasm/branch_hints.h"
#include "wasm/decoder.h"

namespace wherry::spec {

namespace {

constexpr size_t kScriptBytesMax = 64 * 1024 * 1024;
constexpr uint64_t kModuleBytesMax = 64 * 1024 * 1024;

Result<std::string> required(const Json& json, const char* key) {
  auto text = TRY(json_string(json, key));
  if (!text) return fail(ErrorCode::Malformed, "command without {}", key);
  return *std::move(text);
}

size_t slots_of(const std::vector<wasm::ValueType>& types) {
  size_t slots = 0;
  for (wasm::ValueType type : types) slots += type.slots();
  return slots;
}

bool fits(const Value& argument, wasm::ValueType param) {
  bool is_null = argument.type.is_reference() && argument.bits[0] == 0;
  wasm::ValueType type = argument.type;
  if (type.is_reference()) type = wasm::ValueType::reference(type.heap(), is_null);
  return runtime::matches(type, param);
}

std::unexpected<Error> failed(const runtime::Trap& trap) {
  return fail(ErrorCode::Invalid, "trap: {}", abi::trap_message(trap.code));
}

// The suite's rule: one text is the beginning of the other ("uninitialized element 2").
bool same_reason(std::string_view expected, std::string_view found) {
  return expected.starts_with(found) || found.starts_with(expected);
}

Result<> expect_trap(const runtime::Trap& trap, const std::string& expected) {
  std::string found = abi::trap_message(trap.code);
  if (same_reason(expected, found)) return {};
  return fail(ErrorCode::Invalid, "expected trap \"{}\", got \"{}\"", expected, found);
}

}  // namespace

Result<std::unique_ptr<Script>> Script::create(const fs::path& folder, abi::CodeMode mode) {
  std::unique_ptr<Script> script(
      new Script(folder, mode));  // make_unique cannot call a private constructor
  script->spectest_ = TRY(Spectest::create());
  return script;
}

bool Script::is_text(const Json& command) {
  auto type = command.find("module_type");
  return type != command.end() && *type == "text";
}

Result<> Script::run(const Json& command) {
  std::string type = TRY(required(command, "type"));
  if (type == "module") return run_module(command);
  if (type == "module_definition") return run_module_definition(command);
  if (type == "module_instance") return run_module_instance(command);
  if (type == "register") return run_register(command);
  if (type == "action") return run_action(command);
  if (type == "assert_return") return run_assert_return(command);
  if (type == "assert_trap" || type == "assert_exhaustion") return run_assert_trap(command);
  if (type == "assert_exception") return run_assert_exception(command);
  if (type == "assert_invalid") return run_assert_refused(command, ErrorCode::Invalid);
  if (type == "assert_malformed") return run_assert_refused(command, ErrorCode::Malformed);
  if (type == "assert_invalid_custom") return run_assert_custom(command, ErrorCode::Invalid);
  if (type == "assert_malformed_custom") return run_assert_custom(command, ErrorCode::Malformed);
  if (type == "assert_unlinkable") return run_assert_unlinkable(command);
  if (type == "assert_uninstantiable") return run_assert_uninstantiable(command);
  return fail(ErrorCode::Unsupported, "{} is not supported", type);
}

Result<Bytes> Script::read_module(const Json& command) const {
  return read_file(folder_ / TRY(required(command, "filename")),
                   {.size_bytes_max = kModuleBytesMax});
}

Result<Script::Definition> Script::load(const Json& command) const {
  return compile(TRY(read_module(command)), mode_);
}

Result<runtime::Instance*> Script::link(Definition definition) {
  runtime::Linker linker;
  for (auto& [name, instance] : registered_) linker.add(name, *instance);
  spectest_->add_to(linker);
  runtime::InstanceOptions options;
  options.object_heap = object_heap_;
  if (mode_.counts_fuel) options.limits.fuel = runtime::kFuelMax;
  instances_.push_back(TRY(runtime::Instance::create(std::move(definition), linker, options)));
  return instances_.back().get();
}

Result<> Script::instantiate(Definition definition, const std::optional<std::string>& name) {
  runtime::Instance* instance = TRY(link(std::move(definition)));
  if (auto done = instance->initialize(); !done) return failed(done.error());
  named_[""] = instance;
  if (name) named_[*name] = instance;
  return {};
}

// Where it fails, there is no current instance: later commands must not run on the one before.
Result<> Script::run_module(const Json& command) {
  auto name = TRY(json_string(command, "name"));
  named_.erase("");
  if (name) named_.erase(*name);
  return instantiate(TRY(load(command)), name);
}

Result<> Script::run_module_definition(const Json& command) {
  Definition definition = TRY(load(command));
  definitions_[""] = definition;
  if (auto name = TRY(json_string(command, "name"))) definitions_[*name] = definition;
  return {};
}

Result<> Script::run_module_instance(const Json& command) {
  std::string module = TRY(json_string(command, "module")).value_or("");
  auto found = definitions_.find(module);
  if (found == definitions_.end()) return fail(ErrorCode::NotFound, "no definition {}", module);
  return instantiate(found->second, TRY(json_string(command, "instance")));
}

Result<> Script::run_register(const Json& command) {
  std::string as = TRY(required(command, "as"));
  registered_.erase(as);
  registered_[as] = TRY(find_instance(command, "name"));
  return {};
}

Result<runtime::Instance*> Script::find_instance(const Json& json, const char* key) const {
  std::string name = TRY(json_string(json, key)).value_or("");
  auto found = named_.find(name);
  if (found == named_.end()) return fail(ErrorCode::NotFound, "there is no instance {}", name);
  return found->second;
}

Result<Script::ActionResult> Script::perform(const Json& command) {
  const Json* action = TRY(json_object(command, "action"));
  if (!action) return fail(ErrorCode::Malformed, "command without action");
  std::string field = TRY(required(*action, "field"));
  runtime::Instance* instance = TRY(find_instance(*action, "module"));
  if (TRY(required(*action, "type")) == "get") {
    auto global = instance->find_global(field);
    if (!global) return fail(ErrorCode::NotFound, "no global {} is exported", field);
    std::vector<uint64_t> slots(wasm::ValueType::v128().slots());
    std::ranges::copy(global->cell->bytes, std::as_writable_bytes(std::span(slots)).begin());
    return Answer{{global->type.value}, slots};
  }
  const Json* arguments = TRY(json_array(*action, "args"));
  return invoke(*instance, field, arguments ? TRY(parse_values(*arguments)) : std::vector<Value>());
}

Result<Script::ActionResult> Script::invoke(runtime::Instance& instance, const std::string& field,
                                            const std::vector<Value>& arguments) const {
  auto* function = instance.find_function(field);
  auto type = instance.function_type(field);
  if (!function || !type) return fail(ErrorCode::NotFound, "no function {} is exported", field);
  Answer answer{type->results,
                std::vector<uint64_t>(std::max(slots_of(type->params), slots_of(type->results)))};
  if (arguments.size() != type->params.size())
    return fail(ErrorCode::Invalid, "{} arguments for {}", arguments.size(),
                wasm::to_string(*type));
  auto slot = answer.slots.begin();
  for (size_t index = 0; index < arguments.size(); ++index) {
    if (!fits(arguments[index], type->params[index]))
      return fail(ErrorCode::Invalid, "argument {} is of another type",
                  to_string(arguments[index]));
    slot = std::copy_n(arguments[index].bits.begin(), arguments[index].type.slots(), slot);
  }
  if (auto done = runtime::Instance::call(*function, answer.slots); !done)
    return ActionResult(std::unexpected(done.error()));
  return answer;
}

Result<> Script::run_action(const Json& command) {
  ActionResult result = TRY(perform(command));
  return result ? Result<>() : failed(result.error());
}

Result<> Script::run_assert_return(const Json& command) {
  ActionResult result = TRY(perform(command));
  if (!result) return failed(result.error());
  const Json* array = TRY(json_array(command, "expected"));
  std::vector<Value> expected = array ? TRY(parse_values(*array)) : std::vector<Value>();
  if (expected.size() != result->types.size())
    return fail(ErrorCode::Invalid, "expected {} results, got {}", expected.size(),
                result->types.size());
  std::span<const uint64_t> slots = result->slots;
  for (size_t index = 0; index < expected.size(); ++index) {
    const wasm::ValueType type = result->types[index];
    if (!matches(expected[index], type, slots))
      return fail(ErrorCode::Invalid, "expected {}, got {}", to_string(expected[index]),
                  to_string(type, slots));
    slots = slots.subspan(type.slots());
  }
  return {};
}

Result<> Script::run_assert_trap(const Json& command) {
  std::string text = TRY(required(command, "text"));
  ActionResult result = TRY(perform(command));
  if (result) return fail(ErrorCode::Invalid, "expected trap \"{}\", but it returned", text);
  return expect_trap(result.error(), text);
}

Result<> Script::run_assert_exception(const Json& command) {
  ActionResult result = TRY(perform(command));
  if (result) return fail(ErrorCode::Invalid, "expected an exception, but it returned");
  if (result.error().code == runtime::TrapCode::UncaughtException) return {};
  return failed(result.error());
}

Result<> Script::run_assert_refused(const Json& command, ErrorCode wanted) {
  Bytes binary = TRY(read_module(command));
  Result<> checked = check_module(binary);
  std::string text = TRY(required(command, "text"));
  if (checked)
    return fail(ErrorCode::Invalid, "expected refusal \"{}\", but it was accepted", text);
  if (checked.error().code == wanted) return {};
  return fail(ErrorCode::Invalid, "expected {} \"{}\", got {}: {}", error_code_name(wanted), text,
              error_code_name(checked.error().code), checked.error().message);
}

// The custom section is wrong, the module is not: it runs all the same.
Result<> Script::run_assert_custom(const Json& command, ErrorCode wanted) {
  std::string text = TRY(required(command, "text"));
  TRY(link(TRY(load(command))));
  Bytes binary = TRY(read_module(command));
  wasm::Module module = TRY(wasm::decode_module(binary));
  auto hints = wasm::read_branch_hints(module);
  if (!hints && hints.error().code == wanted) return {};
  return fail(ErrorCode::Invalid, "expected {} \"{}\", got {}", error_code_name(wanted), text,
              hints ? "none" : hints.error().message);
}

Result<> Script::run_assert_unlinkable(const Json& command) {
  std::string text = TRY(required(command, "text"));
  auto instance = link(TRY(load(command)));
  if (instance) return fail(ErrorCode::Invalid, "expected \"{}\", but it was linked", text);
  if (same_reason(text, instance.error().message)) return {};
  return fail(ErrorCode::Invalid, "expected \"{}\", got \"{}\"", text, instance.error().message);
}

Result<> Script::run_assert_uninstantiable(const Json& command) {
  std::string text = TRY(required(command, "text"));
  runtime::Instance* instance = TRY(link(TRY(load(command))));
  auto done = instance->initialize();
  if (done) return fail(ErrorCode::Invalid, "expected trap \"{}\", but it was instantiated", text);
  return expect_trap(done.error(), text);
}

Result<std::vector<Outcome>> run_script(const fs::path& json_file, abi::CodeMode mode) {
  Bytes text = TRY(read_file(json_file, {.size_bytes_max = kScriptBytesMax}));
  Json json = TRY(parse_json(as_text(text), {.size_bytes_max = kScriptBytesMax}));
  const Json* commands = TRY(json_array(json, "commands"));
  if (!commands) return fail(ErrorCode::Malformed, "{}: no commands", json_file.string());
  auto script = TRY(Script::create(json_file.parent_path(), mode));
  std::vector<Outcome> outcomes;
  for (const Json& command : *commands) {
    uint64_t line = TRY(json_unsigned(command, "line")).value_or(0);
    if (Script::is_text(command)) {
      outcomes.push_back({line, Outcome::Kind::Skipped, {}});
      continue;
    }
    Result<> result = script->run(command);
    if (result)
      outcomes.push_back({line, Outcome::Kind::Passed, {}});
    else
      outcomes.push_back({line, Outcome::Kind::Failed, result.error().message});
  }
  return outcomes;
}

}  // namespace wherry::spec
