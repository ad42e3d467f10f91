// Checks function bodies, one after another, with the same stacks.
// Follows Core 3.0 §3.4 (instructions).
#pragma once

#include <vector>

#include "support/result.h"
#include "wasm/local_initialization.h"
#include "wasm/local_types.h"
#include "wasm/module.h"
#include "wasm/validation_stacks.h"

namespace wherry::wasm {

// One thread at a time; several validators may share a module.
class FunctionValidator {
 public:
  // `referenced_functions[i]` says whether function i occurs outside of bodies and the start
  // section, so that ref.func may name it (the context's refs, Core 3.0 §3.4.14). All must outlive
  // the validator. The rules of the module's own parts (validator.cc) must have been checked.
  FunctionValidator(const Module& module, const TypeRelations& types,
                    const std::vector<bool>& referenced_functions)
      : module_(module),
        types_(types),
        referenced_functions_(referenced_functions),
        stacks_(module, types) {}

  // Errors: Malformed, Invalid, Unsupported, with the offset.
  Result<> validate(TypeIndex type, const FunctionBody& body);

 private:
  Result<> check(const Instruction& instruction);
  // Signatures as in opcodes.h.
  Result<> check_simple(const char* signature);
  Result<> check_access(const Instruction& instruction, const char* signature);
  Result<> pop_letters(const char* first, const char* last);
  Result<> push_letters(const char* letters);

  // function_validator.cc: control and parametric instructions.
  Result<> check_control(const Instruction& instruction);
  Result<> check_block(const Instruction& instruction);
  Result<> check_function_type(const Instruction& instruction, TypeIndex type) const;
  Result<> check_function_index(const Instruction& instruction) const;
  // That the type a type refers to is there.
  Result<> check_type(const Instruction& instruction, ValueType type) const;
  Result<> check_else(const Instruction& instruction);
  Result<> check_end(const Instruction& instruction);
  Result<> check_branch_table(const Instruction& instruction);
  Result<> check_select(const Instruction& instruction);
  Result<> check_select_typed(const Instruction& instruction);

  // exception_validator.cc
  Result<> check_exception(const Instruction& instruction);
  Result<> check_throw(const Instruction& instruction);
  Result<> check_try_table(const Instruction& instruction);
  Result<> check_catch_clause(const Instruction& instruction, const CatchClause& clause);
  Result<> check_handler(const Instruction& instruction);
  Result<> check_rethrow(const Instruction& instruction);
  Result<> check_delegate(const Instruction& instruction);
  Result<std::span<const ValueType>> tag_params(const Instruction& instruction, uint32_t tag) const;

  // reference_validator.cc: instructions on references as such, and calls.
  Result<> check_reference(const Instruction& instruction);
  Result<> check_function_reference(const Instruction& instruction);
  Result<> check_branch_on_null(const Instruction& instruction);
  Result<> check_branch_on_non_null(const Instruction& instruction);
  Result<> check_branch_on_cast(const Instruction& instruction);
  Result<> check_cast(const Instruction& instruction);
  Result<> check_call(const Instruction& instruction);
  Result<> check_call_indirect(const Instruction& instruction);
  Result<> check_call_reference(const Instruction& instruction);
  Result<> apply_call(const Instruction& instruction, const FunctionType& type);
  Result<ValueType> pop_reference(const Instruction& instruction);
  Result<std::span<const ValueType>> label_with_reference(const Instruction& instruction,
                                                          ValueType reference);

  // aggregate_validator.cc: instructions on structs, arrays and i31.
  Result<> check_aggregate(const Instruction& instruction);
  Result<> check_i31(const Instruction& instruction);
  Result<> check_conversion(const Instruction& instruction);
  Result<> check_struct(const Instruction& instruction);
  Result<> check_array(const Instruction& instruction);
  Result<> check_array_new(const Instruction& instruction, const FieldType& element);
  Result<> check_array_copy(const Instruction& instruction, const FieldType& destination);
  Result<> check_array_source(const Instruction& instruction, const FieldType& element) const;
  Result<> check_mutable(const Instruction& instruction, const FieldType& field) const;
  Result<> check_packing(const Instruction& instruction, const FieldType& field) const;
  Result<const StructType*> find_struct(const Instruction& instruction) const;
  // Its element.
  Result<const FieldType*> find_array(const Instruction& instruction, uint32_t index) const;

  // entity_validator.cc: instructions on locals, globals, tables and memories.
  Result<> check_entity(const Instruction& instruction);
  Result<> check_local(const Instruction& instruction);
  Result<> check_global(const Instruction& instruction);
  Result<> check_table(const Instruction& instruction);
  Result<> check_table_init(const Instruction& instruction);
  Result<> check_table_copy(const Instruction& instruction);
  Result<> check_memory(const Instruction& instruction);
  // Gives the type of its address.
  Result<ValueType> check_memory_argument(const Instruction& instruction) const;
  Result<> check_lanes(const Instruction& instruction, Immediate immediate) const;
  // The type of its addresses. Errors: Invalid where there is no such memory.
  Result<ValueType> memory_address(const Instruction& instruction, uint32_t index) const;
  // Destination, source, and a count of the smaller of both address types.
  Result<> pop_copy(ValueType destination, ValueType source);
  Result<> check_data_index(const Instruction& instruction, uint32_t index) const;
  Result<ValueType> table_element(const Instruction& instruction, uint32_t index) const;
  Result<ValueType> segment_element(const Instruction& instruction, uint32_t index) const;

  const Module& module_;
  const TypeRelations& types_;
  const std::vector<bool>& referenced_functions_;
  LocalTypes locals_;
  LocalInitialization initialized_;
  ValidationStacks stacks_;
};

}  // namespace wherry::wasm
