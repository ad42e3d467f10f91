// Tables. Core 3.0 §4.6.6.
#include "compiler/function_emitter.h"

namespace wherry::compiler {

using namespace llvm;
using abi::TrapCode;

namespace {

constexpr uint64_t kReferenceBytes = sizeof(void*);

// A table whose limits leave no room never grows, so that its size is known and its entries stay in
// place.
bool is_fixed(const wasm::TableType& table) { return table.limits.max == table.limits.min; }

}  // namespace

bool FunctionEmitter::emit_table(const Instruction& instruction) {
  uint32_t index = instruction.index;
  switch (instruction.opcode) {
    case Opcode::TableGet: {
      Value* slot = table_slot(index, pop(), TrapCode::TableOutOfBounds);
      if (is_function_table(index))
        slot = builder_.at(slot, offsetof(abi::FunctionTableEntry, reference));
      push(builder_.load_field(builder_.getPtrTy(), slot));
      return true;
    }
    case Opcode::TableSet:
      emit_table_set(index);
      return true;
    case Opcode::TableSize:
      push_address(table_size(index), module_.tables[index].address());
      return true;
    case Opcode::TableGrow:
      emit_table_grow(index);
      return true;
    default:
      return emit_bulk_table(instruction);
  }
}

bool FunctionEmitter::emit_bulk_table(const Instruction& instruction) {
  Value* first = builder_.getInt32(instruction.index);
  Value* second = builder_.getInt32(instruction.index2);
  switch (instruction.opcode) {
    case Opcode::ElemDrop:
      builder_.call_builtin(WHERRY_BUILTIN(elem_drop), builder_.getVoidTy(), {first});
      return true;
    case Opcode::TableFill: {
      Value* count = pop_wide();
      Value* value = pop();
      Value* destination = pop_wide();
      builder_.call_checked_builtin(WHERRY_BUILTIN(table_fill), {first, destination, value, count},
                                    TrapCode::TableOutOfBounds);
      return true;
    }
    case Opcode::TableCopy:
    case Opcode::TableInit: {
      Value* count = pop_wide();
      Value* source = pop_wide();
      Value* destination = pop_wide();
      if (instruction.opcode == Opcode::TableInit) std::swap(first, second);  // table, segment
      builder_.call_checked_builtin(
          instruction.opcode == Opcode::TableInit ? WHERRY_BUILTIN(table_init)
                                                  : WHERRY_BUILTIN(table_copy),
          {first, second, destination, source, count}, TrapCode::TableOutOfBounds);
      return true;
    }
    default:
      return false;
  }
}

bool FunctionEmitter::is_function_table(uint32_t table) const {
  return module_.is_function_reference(module_.tables[table].element);
}

Value* FunctionEmitter::table_entry_pointer(uint32_t table) {
  return builder_.load_constant(builder_.getPtrTy(),
                                builder_.in_instance(chunk_.plan().layout.table_pointer(table)));
}

Value* FunctionEmitter::table_size(uint32_t table) {
  const wasm::TableType& type = module_.tables[table];
  if (is_fixed(type) || chunk_.plan().constant_tables.tables[table])
    return builder_.getInt64(type.limits.min);
  return builder_.load_field(builder_.getInt64Ty(), builder_.at(table_entry_pointer(table),
                                                                offsetof(abi::TableEntry, size)));
}

Value* FunctionEmitter::table_slot(uint32_t table, Value* index, TrapCode code) {
  const wasm::TableType& type = module_.tables[table];
  Value* wide = builder_.CreateZExt(index, builder_.getInt64Ty());
  builder_.trap_if(builder_.CreateICmpUGE(wide, table_size(table)), code);
  Value* field = builder_.at(table_entry_pointer(table), offsetof(abi::TableEntry, entries));
  Value* entries = is_fixed(type) ? builder_.load_constant(builder_.getPtrTy(), field)
                                  : builder_.load_field(builder_.getPtrTy(), field);
  uint64_t entry_bytes =
      is_function_table(table) ? sizeof(abi::FunctionTableEntry) : kReferenceBytes;
  return builder_.CreateGEP(builder_.getInt8Ty(), entries,
                            builder_.CreateMul(wide, builder_.getInt64(entry_bytes)));
}

void FunctionEmitter::emit_table_set(uint32_t table) {
  Value* value = pop();
  Value* slot = table_slot(table, pop(), TrapCode::TableOutOfBounds);
  if (is_function_table(table))
    store_function_entry(slot, value);
  else
    builder_.store_field(value, slot)->setVolatile(true);
}

// Copies the function's fields into the entry; null is all zero.
void FunctionEmitter::store_function_entry(Value* slot, Value* reference) {
  struct Field {
    uint64_t in_entry, in_reference;
  };
  constexpr Field kFields[] = {
      {offsetof(abi::FunctionTableEntry, code), offsetof(abi::FunctionReference, code)},
      {offsetof(abi::FunctionTableEntry, context), offsetof(abi::FunctionReference, context)},
      {offsetof(abi::FunctionTableEntry, type_id), offsetof(abi::FunctionReference, type_id)}};
  Type* word = builder_.getInt64Ty();
  BasicBlock* before = builder_.GetInsertBlock();
  BasicBlock* copy = builder_.create_block();
  BasicBlock* store = builder_.create_block();
  builder_.CreateCondBr(builder_.CreateIsNull(reference), store, copy);
  builder_.SetInsertPoint(copy);
  SmallVector<Value*, 3> words;
  for (Field field : kFields)
    words.push_back(builder_.load_field(word, builder_.at(reference, field.in_reference)));
  builder_.CreateBr(store);
  builder_.SetInsertPoint(store);
  SmallVector<PHINode*, 3> chosen;
  for (Value* value : words) {
    PHINode* phi = builder_.CreatePHI(word, 2);
    phi->addIncoming(builder_.getInt64(0), before);
    phi->addIncoming(value, copy);
    chosen.push_back(phi);
  }
  for (size_t index = 0; index < chosen.size(); ++index)
    builder_.store_field(chosen[index], builder_.at(slot, kFields[index].in_entry))
        ->setVolatile(true);
  builder_.store_field(reference, builder_.at(slot, offsetof(abi::FunctionTableEntry, reference)))
      ->setVolatile(true);
}

void FunctionEmitter::emit_table_grow(uint32_t table) {
  Value* delta = pop_wide();
  Value* value = pop();
  Value* before = builder_.call_builtin(WHERRY_BUILTIN(table_grow), builder_.getInt64Ty(),
                                        {builder_.getInt32(table), value, delta});
  push_address(before, module_.tables[table].address());
}

}  // namespace wherry::compiler
