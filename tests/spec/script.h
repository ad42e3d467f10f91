// Runs one script of the official suite: a JSON file with commands, beside it the modules that they
// name. The format is described in the data's own README.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "runtime/instance.h"
#include "spec/spectest.h"
#include "spec/value.h"
#include "support/file.h"
#include "support/json.h"

namespace wherry::spec {

struct Outcome {
  enum class Kind : uint8_t { Passed, Failed, Skipped };
  uint64_t line;  // of the command, in the .wast
  Kind kind;
  std::string reason;  // of a failure
};

// With code of that mode. Errors: of reading the file. Failures of commands are outcomes.
Result<std::vector<Outcome>> run_script(const fs::path& json_file, abi::CodeMode mode);

// The state that commands share: instances by name, registered modules. Instances live until the
// end, since tables of others may hold their functions.
class Script {
 public:
  static Result<std::unique_ptr<Script>> create(const fs::path& folder, abi::CodeMode mode);

  // Errors: why the command failed.
  Result<> run(const Json& command);
  // Commands that want a parser of the text format.
  static bool is_text(const Json& command);

 private:
  static constexpr uint64_t kObjectHeapBytes = 64 << 20;
  using Definition = std::shared_ptr<const runtime::Artifact>;
  struct Answer {
    std::vector<wasm::ValueType> types;
    std::vector<uint64_t> slots;
  };
  using ActionResult = std::expected<Answer, runtime::Trap>;

  Script(fs::path folder, abi::CodeMode mode) : folder_(std::move(folder)), mode_(mode) {}

  Result<> run_module(const Json& command);
  Result<> run_module_definition(const Json& command);
  Result<> run_module_instance(const Json& command);
  Result<> run_register(const Json& command);
  Result<> run_action(const Json& command);
  Result<> run_assert_return(const Json& command);
  Result<> run_assert_trap(const Json& command);
  Result<> run_assert_exception(const Json& command);
  Result<> run_assert_refused(const Json& command, ErrorCode wanted);
  Result<> run_assert_custom(const Json& command, ErrorCode wanted);
  Result<> run_assert_unlinkable(const Json& command);
  Result<> run_assert_uninstantiable(const Json& command);

  Result<Bytes> read_module(const Json& command) const;
  Result<Definition> load(const Json& command) const;
  // Links; the instance is kept.
  Result<runtime::Instance*> link(Definition definition);
  Result<> instantiate(Definition definition, const std::optional<std::string>& name);
  Result<runtime::Instance*> find_instance(const Json& json, const char* key) const;
  Result<ActionResult> perform(const Json& command);
  Result<ActionResult> invoke(runtime::Instance& instance, const std::string& field,
                              const std::vector<Value>& arguments) const;

  fs::path folder_;
  abi::CodeMode mode_;
  std::unique_ptr<Spectest> spectest_;
  std::shared_ptr<runtime::ObjectHeap> object_heap_ =
      std::make_shared<runtime::ObjectHeap>(kObjectHeapBytes);
  std::vector<std::unique_ptr<runtime::Instance>> instances_;
  std::map<std::string, Definition> definitions_;    // "": the last one
  std::map<std::string, runtime::Instance*> named_;  // "": the last one
  std::map<std::string, runtime::Instance*> registered_;
};

}  // namespace wherry::spec
