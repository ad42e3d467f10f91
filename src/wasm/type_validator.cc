#include "wasm/type_validator.h"

#include "wasm/limits.h"

namespace wherry::wasm {
namespace {

class TypeValidator {
 public:
  TypeValidator(const Module& module, TypeRelations& types)
      : module_(module), types_(types), depths_(module.types.size()) {}

  Result<> validate_group(TypeIndex group) {
    uint32_t begin = raw(group), end = begin + module_.types[begin].group_size;
    for (uint32_t index = begin; index < end; ++index)
      TRY(with_context(check_references(index, end), "type {}", index));
    types_.add_group(group);
    for (uint32_t index = begin; index < end; ++index)
      TRY(with_context(check_supertype(index), "type {}", index));
    return {};
  }

 private:
  // A type may refer to those before it and to the members of its own group, which ends at `end`;
  // its supertype comes before it.
  Result<> check_references(uint32_t index, uint32_t end) const {
    const SubType& type = module_.types[index];
    if (type.supertype && raw(*type.supertype) >= index)
      return fail(ErrorCode::Invalid, "unknown type {} as its supertype", raw(*type.supertype));
    if (auto* function = std::get_if<FunctionType>(&type.composite)) {
      for (ValueType param : function->params) TRY(check_type_exists(param, end));
      for (ValueType result : function->results) TRY(check_type_exists(result, end));
    } else if (auto* structure = std::get_if<StructType>(&type.composite)) {
      for (const FieldType& field : structure->fields)
        TRY(check_type_exists(field.storage.value, end));
    } else {
      auto& array = std::get<ArrayType>(type.composite);
      TRY(check_type_exists(array.element.storage.value, end));
    }
    return {};
  }

  Result<> check_supertype(uint32_t index) {
    const SubType& type = module_.types[index];
    if (!type.supertype) return {};
    const SubType& super = module_.types[raw(*type.supertype)];
    depths_[index] = static_cast<uint8_t>(depths_[raw(*type.supertype)] + 1);
    if (depths_[index] > limits::kSubtypingDepth)
      return fail(ErrorCode::Invalid, "its chain of supertypes exceeds the limit of {}",
                  limits::kSubtypingDepth);
    if (!super.is_final && types_.matches(type.composite, super.composite)) return {};
    return fail(ErrorCode::Invalid, "sub type does not match its supertype {}{}",
                raw(*type.supertype), super.is_final ? ", which is final" : "");
  }

  const Module& module_;
  TypeRelations& types_;
  std::vector<uint8_t> depths_;  // by type index: how many supertypes are above it
};

}  // namespace

Result<> validate_types(const Module& module, TypeRelations& types) {
  TypeValidator validator(module, types);
  for (size_t index = 0; index < module.types.size(); index += module.types[index].group_size)
    TRY(validator.validate_group(TypeIndex(static_cast<uint32_t>(index))));
  return {};
}

Result<> check_type_exists(ValueType type, size_t count) {
  if (!type.is_reference() || !type.heap().is_concrete() || raw(type.heap().index()) < count)
    return {};
  return fail(ErrorCode::Invalid, "unknown type {}: {} are there", raw(type.heap().index()), count);
}

}  // namespace wherry::wasm
