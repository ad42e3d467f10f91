// The two stacks with which a function body is checked in one pass: the types of the operands, and
// the blocks that are open. After a branch that is always taken the operand stack is polymorphic:
// what is popped beyond the block's start has an unknown type, which fits all. Follows Core 3.0
// appendix A.3 (validation algorithm).
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "support/result.h"
#include "wasm/instruction.h"
#include "wasm/limits.h"
#include "wasm/module.h"
#include "wasm/subtyping.h"

namespace wherry::wasm {

// The type of an operand; nothing where it is unknown.
using Operand = std::optional<ValueType>;

struct ControlFrame {
  // Block (also for the function's body), Loop, If, Else, TryTable, Try, Catch or CatchAll.
  Opcode opcode = Opcode::Block;
  BlockType type;
  size_t height = 0;         // operands below the block's
  bool unreachable = false;  // the rest of the block
  uint32_t checked_by = 0;   // the offset of the last br_table that checked this label
  size_t locals_set = 0;     // LocalInitialization's, when the block began
};

// One thread at a time. Errors of all: Invalid, with the offset and name of the instruction at
// hand.
class ValidationStacks {
 public:
  // Both must outlive the stacks, and the type indices of the module's functions must be in range.
  ValidationStacks(const Module& module, const TypeRelations& types)
      : module_(module), types_(types) {}

  // Empties both stacks and opens the body of a function of this type.
  void begin_function(TypeIndex type);
  // Where the instruction is, now and later, that the calls are for: borrowed, for messages.
  void begin_instruction(const Instruction& instruction) { instruction_ = &instruction; }

  Result<> push(Operand operand) {
    if (operands_.size() == limits::kOperands) return fail_overflow();
    operands_.push_back(operand);
    return {};
  }
  Result<> push_all(std::span<const ValueType> types);

  Result<> pop(ValueType expected) {
    if (operands_.size() == frames_.back().height) return pop_beyond(expected);
    const Operand& top = operands_.back();
    if (top && *top != expected && !types_.matches(*top, expected))
      return fail_mismatch(expected, to_string(*top));
    operands_.pop_back();
    return {};
  }
  Result<Operand> pop_any();
  // The last of `types` is the top of the stack.
  Result<> pop_all(std::span<const ValueType> types);
  // Checks as pop_all does, and leaves the stack as it is.
  Result<> peek_all(std::span<const ValueType> types) const;

  // Pops the block's parameters, opens it, and pushes them again. Its type index must be in range.
  Result<> open_block(Opcode opcode, const BlockType& type);
  // Opens a block that begins with other operands than its parameters: a handler.
  Result<> open_handler(Opcode opcode, const BlockType& type, std::span<const ValueType> operands);
  // Checks that exactly the results of the innermost block are there, pops them, and closes it.
  Result<ControlFrame> close_block();
  bool all_closed() const { return frames_.empty(); }

  // The block that is `depth` levels out; borrowed until a block is opened or closed.
  Result<ControlFrame*> find_label(uint32_t depth);
  // The function's body.
  const ControlFrame& outermost() const { return frames_.front(); }
  ControlFrame& innermost() { return frames_.back(); }
  // What follows the instruction at hand in this block is never reached.
  void set_unreachable();

  // Borrowed from `type` or from the module.
  std::span<const ValueType> params(const BlockType& type) const;
  std::span<const ValueType> results(const BlockType& type) const;
  // What a branch to the block carries: a loop's parameters, any other block's results.
  std::span<const ValueType> label_types(const ControlFrame& frame) const;

 private:
  // Pops where the block has no operands left.
  Result<> pop_beyond(ValueType expected) const;

  [[gnu::cold]] std::unexpected<Error> fail_overflow() const;
  [[gnu::cold]] std::unexpected<Error> fail_mismatch(ValueType expected,
                                                     std::string_view found) const;

  const Module& module_;
  const TypeRelations& types_;
  const Instruction* instruction_ = nullptr;
  std::vector<Operand> operands_;
  std::vector<ControlFrame> frames_;
};

}  // namespace wherry::wasm
