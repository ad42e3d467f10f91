// Structs and arrays. Core 3.0 §4.6.6 (aggregate references).
//
// The collector takes any word of the guest's stack or registers for a reference (object_heap.h),
// be it to an object's first byte or into it. So LLVM may keep what it likes of an object that is
// still used, as long as it lies inside: the object itself or a field's address. The addresses of
// an array's elements are the exception, as a loop's strength reduction might keep nothing but one
// beyond the end; there the array goes through an empty piece of assembler (opaque) each time, of
// which LLVM knows neither result nor repetition, so that it must keep the array.
//
// Stores are volatile for the reason that those of globals are.
#include <llvm/IR/InlineAsm.h>

#include "abi/object_layout.h"
#include "compiler/function_emitter.h"

namespace wherry::compiler {

using namespace llvm;
using abi::TrapCode;

bool FunctionEmitter::emit_object(const Instruction& instruction) {
  switch (instruction.opcode) {
    case Opcode::StructNew:
    case Opcode::StructNewDefault:
      emit_struct_new(instruction);
      return true;
    case Opcode::StructGet:
    case Opcode::StructGetS:
    case Opcode::StructGetU: {
      Value* object = pop_object(TrapCode::NullStructureReference);
      push(load_storage(field(instruction).storage, field_address(instruction, object),
                        instruction.opcode == Opcode::StructGetS));
      return true;
    }
    case Opcode::StructSet: {
      Value* value = pop();
      Value* object = pop_object(TrapCode::NullStructureReference);
      store_storage(field(instruction).storage, value, field_address(instruction, object))
          ->setVolatile(true);
      return true;
    }
    case Opcode::ArrayNew:
    case Opcode::ArrayNewDefault:
    case Opcode::ArrayNewFixed:
    case Opcode::ArrayNewData:
    case Opcode::ArrayNewElem:
      emit_array_new(instruction);
      return true;
    default:
      return emit_array(instruction);
  }
}

bool FunctionEmitter::emit_array(const Instruction& instruction) {
  switch (instruction.opcode) {
    case Opcode::ArrayLen:
      push(array_length(pop_object(TrapCode::NullArrayReference)));
      return true;
    case Opcode::ArrayGet:
    case Opcode::ArrayGetS:
    case Opcode::ArrayGetU: {
      Value* index = pop();
      Value* array = pop_object(TrapCode::NullArrayReference);
      push(load_storage(element(instruction.index), element_address(instruction, array, index),
                        instruction.opcode == Opcode::ArrayGetS));
      return true;
    }
    case Opcode::ArraySet: {
      Value* value = pop();
      Value* index = pop();
      Value* array = pop_object(TrapCode::NullArrayReference);
      store_storage(element(instruction.index), value, element_address(instruction, array, index))
          ->setVolatile(true);
      return true;
    }
    case Opcode::ArrayFill:
    case Opcode::ArrayCopy:
      emit_bulk_array(instruction);
      return true;
    case Opcode::ArrayInitData:
    case Opcode::ArrayInitElem:
      emit_array_init(instruction);
      return true;
    default:
      return false;
  }
}

const wasm::FieldType& FunctionEmitter::field(const Instruction& instruction) const {
  auto& type = std::get<wasm::StructType>(module_.types[instruction.index].composite);
  return type.fields[instruction.index2];
}

const wasm::StorageType& FunctionEmitter::element(uint32_t type) const {
  return std::get<wasm::ArrayType>(module_.types[type].composite).element.storage;
}

Value* FunctionEmitter::pop_object(TrapCode null_code) {
  Value* object = pop();
  builder_.trap_if(builder_.CreateIsNull(object), null_code);
  return object;
}

Value* FunctionEmitter::field_address(const Instruction& instruction, Value* object) {
  const abi::StructLayout& layout = chunk_.plan().struct_layouts[instruction.index];
  return builder_.at(object, layout.offsets[instruction.index2]);
}

Value* FunctionEmitter::array_length(Value* array) {
  return builder_.load_constant(builder_.getInt32Ty(), builder_.at(array, abi::kArrayLengthOffset));
}

Value* FunctionEmitter::opaque(Value* value) {
  FunctionType* type = FunctionType::get(value->getType(), {value->getType()}, false);
  return builder_.CreateCall(InlineAsm::get(type, "", "=r,0", true), {value});
}

// After a bounds check.
Value* FunctionEmitter::element_address(const Instruction& instruction, Value* array,
                                        Value* index) {
  builder_.trap_if(builder_.CreateICmpUGE(index, array_length(array)), TrapCode::ArrayOutOfBounds);
  Value* wide = builder_.CreateZExt(index, builder_.getInt64Ty());
  Value* offset =
      builder_.CreateMul(wide, builder_.getInt64(abi::storage_bytes(element(instruction.index))));
  Value* first = builder_.at(opaque(array), abi::kArrayHeaderBytes);
  return builder_.CreateInBoundsGEP(builder_.getInt8Ty(), first, offset);
}

Value* FunctionEmitter::load_storage(const wasm::StorageType& storage, Value* address,
                                     bool is_signed) {
  Type* type = chunk_.type(storage.value);
  if (!storage.is_packed()) return builder_.load_object(type, address);
  Value* narrow =
      builder_.load_object(builder_.getIntNTy(8 * abi::storage_bytes(storage)), address);
  return is_signed ? builder_.CreateSExt(narrow, type) : builder_.CreateZExt(narrow, type);
}

StoreInst* FunctionEmitter::store_storage(const wasm::StorageType& storage, Value* value,
                                          Value* address) {
  if (storage.is_packed())
    value = builder_.CreateTrunc(value, builder_.getIntNTy(8 * abi::storage_bytes(storage)));
  return builder_.store_object(value, address);
}

// Calls a builtin that makes an object.
Value* FunctionEmitter::emit_new(size_t builtin, ArrayRef<Value*> arguments) {
  Value* object = builder_.call_builtin(builtin, builder_.getPtrTy(), arguments);
  builder_.trap_if(builder_.CreateIsNull(object), TrapCode::ObjectHeapExhausted);
  return object;
}

void FunctionEmitter::emit_struct_new(const Instruction& instruction) {
  Value* object = emit_new(WHERRY_BUILTIN(struct_new), {builder_.getInt32(instruction.index)});
  if (instruction.opcode == Opcode::StructNew) {
    auto& type = std::get<wasm::StructType>(module_.types[instruction.index].composite);
    const abi::StructLayout& layout = chunk_.plan().struct_layouts[instruction.index];
    for (size_t index = type.fields.size(); index-- > 0;)
      store_storage(type.fields[index].storage, pop(), builder_.at(object, layout.offsets[index]));
  }
  push(object);
}

void FunctionEmitter::emit_array_new(const Instruction& instruction) {
  Value* type = builder_.getInt32(instruction.index);
  switch (instruction.opcode) {
    case Opcode::ArrayNewDefault:
      push(emit_new(WHERRY_BUILTIN(array_new), {type, pop()}));
      return;
    case Opcode::ArrayNew: {
      Value* length = pop();
      Value* value = pop();
      Value* array = emit_new(WHERRY_BUILTIN(array_new), {type, length});
      emit_array_fill(instruction.index, array, builder_.getInt32(0), value, length);
      push(array);
      return;
    }
    case Opcode::ArrayNewFixed: {
      Value* array =
          emit_new(WHERRY_BUILTIN(array_new), {type, builder_.getInt32(instruction.index2)});
      const wasm::StorageType& storage = element(instruction.index);
      for (uint64_t index = instruction.index2; index-- > 0;)
        store_storage(
            storage, pop(),
            builder_.at(array, abi::kArrayHeaderBytes + index * abi::storage_bytes(storage)));
      push(array);
      return;
    }
    default: {
      bool is_data = instruction.opcode == Opcode::ArrayNewData;
      Value* length = pop();
      Value* source = pop();
      Value* array =
          emit_new(is_data ? WHERRY_BUILTIN(array_new_data) : WHERRY_BUILTIN(array_new_elem),
                   {type, builder_.getInt32(instruction.index2), source, length});
      Value* too_short = builder_.CreateIntToPtr(
          builder_.getInt64(reinterpret_cast<uint64_t>(abi::kSegmentTooShort)),
          builder_.getPtrTy());
      builder_.trap_if(builder_.CreateICmpEQ(array, too_short),
                       is_data ? TrapCode::MemoryOutOfBounds : TrapCode::TableOutOfBounds);
      push(array);
    }
  }
}

// The builtin takes the value's bytes from memory.
void FunctionEmitter::emit_array_fill(uint32_t type, Value* array, Value* begin, Value* value,
                                      Value* count) {
  if (value_area_ == nullptr) {
    IRBuilder<> entry(entry_);
    value_area_ = entry.CreateAlloca(ArrayType::get(builder_.getInt64Ty(), 2));
  }
  store_storage(element(type), value, value_area_);
  builder_.call_checked_builtin(WHERRY_BUILTIN(array_fill), {array, begin, value_area_, count},
                                TrapCode::ArrayOutOfBounds);
}

void FunctionEmitter::emit_bulk_array(const Instruction& instruction) {
  Value* count = pop();
  if (instruction.opcode == Opcode::ArrayFill) {
    Value* value = pop();
    Value* begin = pop();
    Value* array = pop_object(TrapCode::NullArrayReference);
    emit_array_fill(instruction.index, array, begin, value, count);
    return;
  }
  Value* source = pop();
  Value* from = pop();
  Value* destination = pop();
  Value* to = pop_object(TrapCode::NullArrayReference);
  builder_.trap_if(builder_.CreateIsNull(from), TrapCode::NullArrayReference);
  builder_.call_checked_builtin(WHERRY_BUILTIN(array_copy), {to, destination, from, source, count},
                                TrapCode::ArrayOutOfBounds);
}

void FunctionEmitter::emit_array_init(const Instruction& instruction) {
  Value* count = pop();
  Value* source = pop();
  Value* begin = pop();
  Value* array = pop_object(TrapCode::NullArrayReference);
  Type* wide = builder_.getInt64Ty();
  Value* end =
      builder_.CreateAdd(builder_.CreateZExt(begin, wide), builder_.CreateZExt(count, wide));
  Value* length = builder_.CreateZExt(array_length(array), wide);
  builder_.trap_if(builder_.CreateICmpUGT(end, length), TrapCode::ArrayOutOfBounds);
  bool is_data = instruction.opcode == Opcode::ArrayInitData;
  builder_.call_checked_builtin(
      is_data ? WHERRY_BUILTIN(array_init_data) : WHERRY_BUILTIN(array_init_elem),
      {array, begin, builder_.getInt32(instruction.index2), source, count},
      is_data ? TrapCode::MemoryOutOfBounds : TrapCode::TableOutOfBounds);
}

}  // namespace wherry::compiler
