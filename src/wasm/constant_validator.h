// Checks constant expressions: the initial values of globals, and the offsets and items of
// segments. Follows Core 3.0 §3.4.15 (constant expressions), so with the arithmetic of
// extended-const, and with global.get of any immutable global that is defined before.
#pragma once

#include <vector>

#include "support/result.h"
#include "wasm/instruction.h"
#include "wasm/module.h"

namespace wherry::wasm {

// One thread at a time.
class ConstantValidator {
 public:
  // Sets referenced_functions[i] for each function that a ref.func names; it has the size of
  // module.functions. Both must outlive the validator.
  ConstantValidator(const Module& module, std::vector<bool>& referenced_functions)
      : module_(module), referenced_functions_(referenced_functions) {}

  // `globals_visible`: how many of the module's globals may be read, the first ones.
  // Errors: Invalid with the offset.
  Result<> validate(const ConstantExpression& expression, ValueType expected,
                    size_t globals_visible);

 private:
  Result<> check(const Instruction& instruction, size_t globals_visible);
  Result<> check_binary(const Instruction& instruction, ValueType type);
  Result<ValueType> check_global(const Instruction& instruction, size_t globals_visible) const;
  Result<ValueType> check_function(const Instruction& instruction);

  const Module& module_;
  std::vector<bool>& referenced_functions_;
  std::vector<ValueType> operands_;
};

}  // namespace wherry::wasm
