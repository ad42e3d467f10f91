// Constant expressions: the initial values of globals and tables, offsets and items of segments.
// Validated: the stack never underflows and ends with one value. Core 3.0 §3.4.19.
#include <cstring>
#include <functional>

#include "runtime/instance_impl.h"
#include "runtime/object_access.h"
#include "runtime/type_registry.h"

namespace wherry::runtime {

namespace {

using wasm::Opcode;

template <class Stack>
auto pop(Stack& stack) {
  auto value = stack.back();
  stack.pop_back();
  return value;
}

bool is_operator(Opcode opcode) {
  switch (opcode) {
    case Opcode::I32Const:
    case Opcode::I64Const:
    case Opcode::F32Const:
    case Opcode::F64Const:
    case Opcode::V128Const:
    case Opcode::RefNull:
    case Opcode::RefFunc:
    case Opcode::GlobalGet:
      return false;
    default:
      return true;
  }
}

}  // namespace

Instance::Impl::Constant Instance::Impl::evaluate(uint32_t first_op, uint32_t op_count) {
  std::span<const abi::ConstOp> ops = view().const_ops.subspan(first_op, op_count);
  if (ops.size() == 1 && !is_operator(ops.front().opcode)) return evaluate_operand(ops.front());
  ConstantStack stack;
  for (const abi::ConstOp& op : ops)
    if (is_operator(op.opcode))
      evaluate_operator(op, stack);
    else
      stack.push_back(evaluate_operand(op));
  return stack.back();  // of an i32, only the low half of the first counts
}

uint64_t Instance::Impl::evaluate_address(uint32_t first_op, uint32_t op_count, bool is_64) {
  uint64_t value = evaluate(first_op, op_count)[0];
  return is_64 ? value : static_cast<uint32_t>(value);
}

Instance::Impl::Constant Instance::Impl::evaluate_operand(const abi::ConstOp& op) {
  if (op.opcode == Opcode::RefFunc) return {reinterpret_cast<uint64_t>(reference(op.index)), 0};
  // t.const; ref.null: 0
  if (op.opcode != Opcode::GlobalGet) return {op.constant[0], op.constant[1]};
  Constant value;
  std::memcpy(value.data(), global(op.index)->bytes, sizeof value);
  return value;
}

void Instance::Impl::evaluate_operator(const abi::ConstOp& op, ConstantStack& stack) {
  auto binary = [&stack](auto operation) {
    uint64_t right = pop(stack)[0];
    stack.back()[0] = operation(stack.back()[0], right);
  };
  switch (op.opcode) {
    case Opcode::I32Add:
    case Opcode::I64Add:
      return binary(std::plus<uint64_t>());
    case Opcode::I32Sub:
    case Opcode::I64Sub:
      return binary(std::minus<uint64_t>());
    case Opcode::I32Mul:
    case Opcode::I64Mul:
      return binary(std::multiplies<uint64_t>());
    case Opcode::AnyConvertExtern:
    case Opcode::ExternConvertAny:
      return;
    case Opcode::RefI31:
      stack.back()[0] = (stack.back()[0] << 1 & 0xffff'ffff) | abi::kI31Tag;
      return;
    default:
      evaluate_new(op, stack);
  }
}

// No collection is made meanwhile: it would not find what is on this stack.
void Instance::Impl::evaluate_new(const abi::ConstOp& op, ConstantStack& stack) {
  bool is_struct = op.opcode == Opcode::StructNew || op.opcode == Opcode::StructNewDefault;
  void* object = is_struct ? evaluate_new_struct(op, stack) : evaluate_new_array(op, stack);
  if (!object) evaluation_failed_ = true;
  stack.push_back({reinterpret_cast<uint64_t>(object), 0});
}

void* Instance::Impl::evaluate_new_struct(const abi::ConstOp& op, ConstantStack& stack) {
  const abi::TypeDescriptor& type = descriptor_of(context()->type_ids[op.index]);
  auto* object = static_cast<std::byte*>(object_heap_->allocate(type, type.size_bytes, nullptr));
  if (op.opcode == Opcode::StructNewDefault) return object;
  wasm::StructType structure = view().struct_type(op.index);
  abi::StructLayout layout = abi::layout_of(structure);
  for (size_t field = structure.fields.size(); field-- > 0;) {
    Constant value = pop(stack);
    if (object)
      std::memcpy(object + layout.offsets[field], value.data(),
                  abi::storage_bytes(structure.fields[field].storage));
  }
  return object;
}

void* Instance::Impl::evaluate_new_array(const abi::ConstOp& op, ConstantStack& stack) {
  const abi::TypeDescriptor& type = descriptor_of(context()->type_ids[op.index]);
  bool is_fixed = op.opcode == Opcode::ArrayNewFixed;
  auto length = static_cast<uint32_t>(is_fixed ? op.constant[0] : pop(stack)[0]);
  void* array = new_array(type, length, nullptr);
  if (op.opcode == Opcode::ArrayNewDefault) return array;
  Constant value = is_fixed ? Constant{} : pop(stack);
  for (uint64_t index = length; index-- > 0;) {
    if (is_fixed) value = pop(stack);
    if (array) std::memcpy(ArrayView(array).element(index), value.data(), type.size_bytes);
  }
  return array;
}

}  // namespace wherry::runtime
