// Checks constant expressions: the initial values of globals, and the offsets and items of
// segments. Follows Core 3.0 §3.4.15 (constant expressions), so with the arithmetic of
// extended-const, with global.get of any immutable global that is defined before, and with new
// structs and arrays.
#pragma once

#include <vector>

#include "support/result.h"
#include "wasm/instruction.h"
#include "wasm/module.h"
#include "wasm/subtyping.h"

namespace wherry::wasm {

// One thread at a time.
class ConstantValidator {
 public:
  // Sets referenced_functions[i] for each function that a ref.func names; it has the size of
  // module.functions. All must outlive the validator.
  ConstantValidator(const Module& module, const TypeRelations& types,
                    std::vector<bool>& referenced_functions)
      : module_(module), types_(types), referenced_functions_(referenced_functions) {}

  // `globals_visible`: how many of the module's globals may be read, the first ones.
  // Errors: Invalid with the offset.
  Result<> validate(const ConstantExpression& expression, ValueType expected,
                    size_t globals_visible);

 private:
  Result<> check(const Instruction& instruction, size_t globals_visible);
  Result<> check_binary(const Instruction& instruction, ValueType type);
  Result<ValueType> check_global(const Instruction& instruction, size_t globals_visible) const;
  Result<ValueType> check_function(const Instruction& instruction);
  Result<> check_null(const Instruction& instruction);
  Result<> check_aggregate(const Instruction& instruction);
  Result<> check_new_struct(const Instruction& instruction);
  Result<> check_new_array(const Instruction& instruction);
  Result<> check_conversion(const Instruction& instruction, HeapType from, HeapType to);
  Result<> pop(const Instruction& instruction, ValueType expected);
  Result<> push_new(uint32_t type);

  const Module& module_;
  const TypeRelations& types_;
  std::vector<bool>& referenced_functions_;
  std::vector<ValueType> operands_;
};

}  // namespace wherry::wasm
