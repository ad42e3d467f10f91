// Translates one function body to LLVM IR, in one pass over its instructions.
//
// The operand stack exists only here: it holds the llvm::Values that instructions left on it.
// Locals are allocas, which the optimiser's first pass turns into values; they are made when first
// used, since a body of four bytes may declare 50,000. Each label is a basic block whose phi nodes
// are the label's parameters. Code that cannot be reached is read, and nothing is made of it.
// Validation is trusted: stack heights, types and indices are not checked again.
// Follows Core 3.0 §4.6 (execution of instructions); NaNs are those of x86, whose arithmetic gives
// quiet ones, as §4.3.3 asks (see float_identities.h for what LLVM would make of that).
#pragma once

#include <llvm/ADT/DenseMap.h>

#include <vector>

#include "compiler/ir_builder.h"
#include "wasm/instruction.h"
#include "wasm/local_types.h"

namespace wherry::compiler {

// For one function; run() once. Borrows the chunk.
class FunctionEmitter {
 public:
  // `defined` counts defined functions from 0.
  FunctionEmitter(Chunk& chunk, uint32_t defined);
  Result<> run();

 private:
  using Value = llvm::Value;
  using Opcode = wasm::Opcode;
  using Instruction = wasm::Instruction;

  enum class FrameKind : uint8_t { Body, Block, Loop, If, TryTable, Try, Catch };
  // Where an exception goes that leaves a call or is thrown in the body of a try.
  struct Handler {
    llvm::BasicBlock* pad = nullptr;       // from calls; made for the first one
    llvm::BasicBlock* dispatch = nullptr;  // from everywhere, where it is compared with the tags
    llvm::PHINode* exception = nullptr;
  };
  // A try_table's clause, with the place of its label's frame.
  struct Catch {
    wasm::CatchClause clause;
    size_t target;
  };
  // An open block. `label` is where a branch goes: a loop's begin, any other's end.
  struct Frame {
    FrameKind kind;
    size_t stack_height;  // below its parameters
    bool dead = false;    // opened in code that cannot be reached: only its `end` matters
    llvm::BasicBlock* end = nullptr;
    llvm::BasicBlock* label = nullptr;
    llvm::BasicBlock* otherwise =
        nullptr;                      // If: where the condition is false, until `else` was met
    std::vector<Value*> params = {};  // If: for `else`
    std::vector<llvm::PHINode*> end_values = {};
    std::vector<llvm::PHINode*> loop_values = {};
    Handler handler = {};             // TryTable, Try, Catch
    std::vector<Catch> catches = {};  // TryTable

    bool is_try() const {
      return kind == FrameKind::TryTable || kind == FrameKind::Try || kind == FrameKind::Catch;
    }
    const std::vector<llvm::PHINode*>& label_values() const {
      return kind == FrameKind::Loop ? loop_values : end_values;
    }
  };
  // The function type behind a block type.
  struct BlockSignature {
    std::span<const wasm::ValueType> params;
    std::span<const wasm::ValueType> results;
  };

  // function_emitter.cc: the body as a whole, locals and globals
  void begin_body();
  void finish_body();
  void emit(const Instruction& instruction);
  bool emit_variable(const Instruction& instruction);
  bool emit_constant(const Instruction& instruction);
  void emit_select();
  void set_place(const Instruction& instruction);
  llvm::AllocaInst* local(uint32_t index);
  void emit_global_get(uint32_t index);
  void emit_global_set(uint32_t index);
  Value* global_cell(uint32_t index);

  // function_control.cc
  void emit_unreachable_code(const Instruction& instruction);
  bool emit_control(const Instruction& instruction);
  BlockSignature signature(const wasm::BlockType& type) const;
  void emit_block(const Instruction& instruction, FrameKind kind);
  void emit_if(const Instruction& instruction);
  void emit_else();
  void emit_end();
  void emit_branch(uint32_t depth);
  void emit_branch_if(const Instruction& instruction);
  void emit_branch_where(Value* condition, uint32_t depth, llvm::MDNode* weights = nullptr);
  llvm::MDNode* branch_weights(const Instruction& instruction);
  void emit_branch_table(const Instruction& instruction);
  void emit_return();
  void push_dead_frame(FrameKind kind);
  std::vector<llvm::PHINode*> create_phis(llvm::BasicBlock* block,
                                          std::span<const wasm::ValueType> types);
  // Makes the top of the stack the arguments of a branch to `frame`'s label from the current block.
  void pass_arguments(const std::vector<llvm::PHINode*>& values);
  void end_reachable_code();

  // function_exception.cc
  bool emit_exception(const Instruction& instruction);
  void emit_throw(uint32_t tag);
  void emit_throw_ref();
  void emit_try_table(const Instruction& instruction);
  void emit_handler(const Instruction& instruction);
  void emit_delegate(uint32_t depth);
  // Goes on at the innermost of the first `handlers` open handlers, or leaves the function.
  void raise(Value* exception, size_t handlers);
  void open_handler();
  // The handlers of a block that ends, or leaves it to those around it.
  void close_handler(Frame& frame);
  void dispatch(const Frame& frame);
  void branch_to_clause(const Catch& clause, Value* exception);
  void go_on_where_tag_is(uint32_t tag, Value* exception, llvm::BasicBlock* otherwise);
  llvm::BasicBlock* dispatch_block(Handler& handler);
  llvm::BasicBlock* landing_pad();
  Value* tag(uint32_t index);
  void push_payload(uint32_t tag, Value* exception);

  // function_call.cc
  struct Callee {
    const wasm::FunctionType* type = nullptr;
    Value* code = nullptr;
    Value* context = nullptr;
  };
  bool emit_call(const Instruction& instruction);
  Callee direct_callee(uint32_t function);
  Callee indirect_callee(uint32_t type, Value* index, uint32_t table);
  Callee constant_callee(uint32_t type, uint32_t table);
  Callee join(const Callee& first, llvm::BasicBlock* block, const Callee& second);
  Callee referenced_callee(uint32_t type);
  llvm::SmallVector<Value*> take_arguments(const Callee& callee, Value* results);
  llvm::CallBase* create_call(llvm::FunctionType* type, Value* code,
                              llvm::ArrayRef<Value*> arguments);
  void emit_call_to(const Callee& callee);
  void emit_tail_call(const Callee& callee);
  Value* results_area(uint32_t slots);
  Value* function_reference(uint32_t function);

  // function_reference.cc
  bool emit_reference(const Instruction& instruction);
  void emit_i31(Opcode opcode);
  bool emit_cast(const Instruction& instruction);
  void emit_branch_on_null(const Instruction& instruction);
  void emit_branch_on_cast(const Instruction& instruction);
  // These give i1.
  Value* emit_type_test(Value* reference, wasm::ValueType to);
  Value* emit_tag_test(Value* reference, wasm::HeapType heap);
  Value* emit_descriptor_test(Value* descriptor, wasm::HeapType heap);
  Value* emit_sub_type_test(Value* descriptor, wasm::TypeIndex type);
  Value* type_descriptor(wasm::TypeIndex type);

  // function_object.cc
  bool emit_object(const Instruction& instruction);
  bool emit_array(const Instruction& instruction);
  void emit_struct_new(const Instruction& instruction);
  void emit_array_new(const Instruction& instruction);
  void emit_array_init(const Instruction& instruction);
  void emit_bulk_array(const Instruction& instruction);
  void emit_array_fill(uint32_t type, Value* array, Value* begin, Value* value, Value* count);
  Value* emit_new(size_t builtin, llvm::ArrayRef<Value*> arguments);
  // The same value, of which LLVM knows nothing.
  Value* opaque(Value* value);
  Value* pop_object(abi::TrapCode null_code);
  Value* field_address(const Instruction& instruction, Value* object);
  Value* element_address(const Instruction& instruction, Value* array, Value* index);
  Value* array_length(Value* array);
  const wasm::FieldType& field(const Instruction& instruction) const;
  const wasm::StorageType& element(uint32_t type) const;
  Value* load_storage(const wasm::StorageType& storage, Value* address, bool is_signed);
  llvm::StoreInst* store_storage(const wasm::StorageType& storage, Value* value, Value* address);

  // function_table.cc
  bool emit_table(const Instruction& instruction);
  bool emit_bulk_table(const Instruction& instruction);
  bool is_function_table(uint32_t table) const;
  Value* table_size(uint32_t table);
  // The address of an entry, after a bounds check.
  Value* table_slot(uint32_t table, Value* index, abi::TrapCode code);
  void emit_table_set(uint32_t table);
  void store_function_entry(Value* slot, Value* reference);
  Value* table_entry_pointer(uint32_t table);
  void emit_table_grow(uint32_t table);

  // function_memory.cc
  bool emit_memory(const Instruction& instruction);
  void emit_load(const Instruction& instruction);
  void emit_store(const Instruction& instruction);
  bool emit_bulk_memory(const Instruction& instruction);
  // The accesses themselves, at the index on top of the stack, which they pop.
  Value* guest_load(llvm::Type* type, const Instruction& instruction);
  void guest_store(Value* value, const Instruction& instruction);

  // function_address.cc
  Value* memory_entry(uint32_t memory);
  Value* memory_size_bytes(uint32_t memory);
  Value* memory_base(uint32_t memory);
  // Where the access of a load or store begins, after what its memory needs of a bounds check.
  Value* memory_address(const Instruction& instruction, Value* index);
  void check_bounds(const wasm::MemoryArgument& argument, Value* index, uint32_t access_bytes);

  // function_atomic.cc
  bool emit_atomic(const Instruction& instruction);
  void emit_atomic_load(const Instruction& instruction);
  void emit_atomic_store(const Instruction& instruction);
  void emit_atomic_update(const Instruction& instruction);
  void emit_compare_exchange(const Instruction& instruction);
  void emit_notify(const Instruction& instruction);
  void emit_wait(const Instruction& instruction);
  void check_alignment(const Instruction& instruction, Value* index);
  Value* atomic_address(const Instruction& instruction);
  Value* pop_narrowed(const Instruction& instruction);
  void push_widened(Value* value, const Instruction& instruction);

  // function_simd.cc
  bool emit_simd(const Instruction& instruction);
  bool emit_vector_access(const Instruction& instruction);
  void emit_load_lane(const Instruction& instruction);
  bool emit_partial_load(const Instruction& instruction);

  // function_fuel.cc; before the instruction's own code.
  void count_fuel(const Instruction& instruction);
  void begin_charge(const Instruction& instruction);

  // function_integer.cc
  bool emit_integer(Opcode opcode);
  Value* emit_integer_binary(Opcode opcode, Value* left, Value* right);
  Value* emit_division(Opcode opcode, Value* left, Value* right);
  Value* emit_integer_unary(Opcode opcode, Value* operand);

  // function_float.cc
  bool emit_float(Opcode opcode);
  Value* emit_float_binary(Opcode opcode, Value* left, Value* right);
  Value* emit_float_unary(Opcode opcode, Value* operand);

  // function_conversion.cc
  bool emit_conversion(Opcode opcode);
  Value* emit_width_conversion(Opcode opcode, Value* operand);
  Value* emit_float_conversion(Opcode opcode, Value* operand);
  Value* emit_checked_truncation(Opcode opcode, Value* operand);
  Value* emit_saturating_truncation(Opcode opcode, Value* operand);

  Value* pop() {
    Value* value = stack_.back();
    stack_.pop_back();
    return value;
  }
  void push(Value* value) { stack_.push_back(value); }
  // A table or memory operand as the builtins take it.
  Value* pop_wide() { return builder_.CreateZExt(pop(), builder_.getInt64Ty()); }
  // The other way: what a builtin gave, as an address of a memory or table.
  void push_address(Value* wide, wasm::ValueType address) {
    push(builder_.CreateTrunc(wide, chunk_.type(address)));
  }

  Chunk& chunk_;
  const wasm::Module& module_;
  const wasm::FunctionBody& body_;
  const wasm::FunctionType& type_;
  llvm::Function* function_;
  llvm::DISubprogram* subprogram_;
  llvm::BasicBlock* entry_;
  IrBuilder builder_;
  wasm::LocalTypes local_types_;
  llvm::DenseMap<uint32_t, llvm::AllocaInst*> locals_;
  llvm::DenseMap<uint32_t, Value*> memory_bases_;
  llvm::AllocaInst* results_area_ = nullptr;  // null until first used, as the next
  llvm::AllocaInst* value_area_ = nullptr;
  std::vector<Value*> stack_;
  std::vector<Frame> frames_;
  std::vector<size_t> handlers_;         // the frames whose handlers are open, the innermost last
  llvm::AllocaInst* payload_ = nullptr;  // for exceptions that are thrown; made for the first one
  bool reachable_ = true;
  llvm::BinaryOperator* charge_ = nullptr;  // of the straight line that is being emitted
  uint64_t charge_cost_ = 0;
};

}  // namespace wherry::compiler
