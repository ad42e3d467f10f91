// A call of one export by name, its arguments and results as text: `wherry run --invoke`.
#pragma once

#include <expected>
#include <span>
#include <string>
#include <vector>

#include "abi/trap.h"
#include "runtime/instance.h"
#include "support/result.h"

namespace wherry::container {

// Checked against the export's type before anything runs.
class Invocation {
 public:
  // The instance must outlive the invocation. Errors: Invalid for a name that is no function's,
  // listing those that are exported, for a number of arguments that is not the function's, or for
  // one that is no value of its parameter's type (value_text.h).
  static Result<Invocation> create(runtime::Instance& instance, const std::string& name,
                                   std::span<const std::string> arguments);

  // The results with their types, as value_text.h writes them.
  std::expected<std::vector<std::string>, abi::Trap> call();

 private:
  const abi::FunctionReference* function_ = nullptr;
  wasm::FunctionType type_;
  std::vector<uint64_t> slots_;
};

}  // namespace wherry::container
