#include "wasm/subtyping.h"

#include <algorithm>

namespace wherry::wasm {
namespace {

// Writes a group as bytes that are equal where groups are. Every count stands before what it
// counts, so that no two groups give the same bytes by accident.
class KeyWriter {
 public:
  KeyWriter(TypeIndex group, std::span<const uint32_t> numbers)
      : group_(raw(group)), numbers_(numbers) {}

  void write(const SubType& type) {
    key_ += static_cast<char>(type.composite.index() << 2 | (type.is_final ? 2 : 0) |
                              (type.supertype ? 1 : 0));
    if (type.supertype) write(*type.supertype);
    std::visit([this](const auto& composite) { write(composite); }, type.composite);
  }
  std::string take() { return std::move(key_); }

 private:
  static constexpr uint32_t kMember = 0x8000'0000;  // no number: limits.h allows a million types

  void write(uint32_t number) {
    for (int shift = 0; shift < 32; shift += 8) key_ += static_cast<char>(number >> shift);
  }
  void write(TypeIndex index) {
    write(raw(index) >= group_ ? kMember | (raw(index) - group_) : numbers_[raw(index)]);
  }
  void write(ValueType type) {
    key_ += static_cast<char>(type.kind());
    if (!type.is_reference()) return;
    key_ += static_cast<char>((type.heap().is_concrete() ? 2 : 0) | (type.nullable() ? 1 : 0));
    if (type.heap().is_concrete()) {
      write(type.heap().index());
    } else {
      key_ += static_cast<char>(type.heap().code());
    }
  }
  void write(const std::vector<ValueType>& types) {
    write(static_cast<uint32_t>(types.size()));
    for (ValueType type : types) write(type);
  }
  void write(const FieldType& field) {
    key_ += static_cast<char>(static_cast<unsigned>(field.storage.packing) << 1 |
                              (field.is_mutable ? 1u : 0u));
    write(field.storage.value);
  }
  void write(const FunctionType& type) {
    write(type.params);
    write(type.results);
  }
  void write(const StructType& type) {
    write(static_cast<uint32_t>(type.fields.size()));
    for (const FieldType& field : type.fields) write(field);
  }
  void write(const ArrayType& type) { write(type.element); }

  uint32_t group_;
  std::span<const uint32_t> numbers_;
  std::string key_;
};

}  // namespace

bool abstract_heap_matches(int32_t sub, int32_t super) {
  if (sub == super || sub == HeapType::kBottom) return true;
  switch (super) {
    case HeapType::kFunc:
      return sub == HeapType::kNoFunc;
    case HeapType::kExtern:
      return sub == HeapType::kNoExtern;
    case HeapType::kExn:
      return sub == HeapType::kNoExn;
    case HeapType::kI31:
    case HeapType::kStruct:
    case HeapType::kArray:
      return sub == HeapType::kNone;
    case HeapType::kEq:
    case HeapType::kAny:
      return sub == HeapType::kEq || sub == HeapType::kI31 || sub == HeapType::kStruct ||
             sub == HeapType::kArray || sub == HeapType::kNone;
    default:
      return false;
  }
}

HeapType abstract_of(const CompositeType& type) {
  constexpr int32_t kAbove[] = {HeapType::kFunc, HeapType::kStruct, HeapType::kArray};
  static_assert(std::variant_size_v<CompositeType> == std::size(kAbove));
  return HeapType::abstract(kAbove[type.index()]);
}

HeapType top_of(HeapType abstract) {
  for (int32_t top : {HeapType::kFunc, HeapType::kExtern, HeapType::kExn})
    if (abstract_heap_matches(abstract.code(), top)) return HeapType::abstract(top);
  return HeapType::abstract(HeapType::kAny);
}

std::string group_key(std::span<const SubType> types, TypeIndex group,
                      std::span<const uint32_t> numbers) {
  KeyWriter writer(group, numbers);
  for (const SubType& type : types.subspan(raw(group), types[raw(group)].group_size))
    writer.write(type);
  return writer.take();
}

void TypeRelations::add_group(TypeIndex group) {
  uint32_t first =
      groups_.try_emplace(group_key(module_.types, group, numbers_), raw(group)).first->second;
  for (uint32_t member = 0; member < module_.types[raw(group)].group_size; ++member)
    numbers_.push_back(first + member);
}

bool TypeRelations::is_subtype(TypeIndex sub, TypeIndex super) const {
  for (;;) {
    if (numbers_[raw(sub)] == numbers_[raw(super)]) return true;
    const std::optional<TypeIndex>& above = module_.types[raw(sub)].supertype;
    if (!above) return false;
    sub = *above;
  }
}

bool TypeRelations::matches(std::span<const ValueType> sub,
                            std::span<const ValueType> super) const {
  return std::ranges::equal(sub, super, [this](ValueType a, ValueType b) { return matches(a, b); });
}

bool TypeRelations::matches(const StorageType& sub, const StorageType& super) const {
  return sub.packing == super.packing && matches(sub.value, super.value);
}

// Core 3.0 §3.3.8: what can be written must be the same.
bool TypeRelations::matches(const FieldType& sub, const FieldType& super) const {
  return sub.is_mutable == super.is_mutable && matches(sub.storage, super.storage) &&
         (!sub.is_mutable || matches(super.storage, sub.storage));
}

// Core 3.0 §3.3.7.
bool TypeRelations::matches(const CompositeType& sub, const CompositeType& super) const {
  if (sub.index() != super.index()) return false;
  if (auto* function = std::get_if<FunctionType>(&sub)) {
    auto& above = std::get<FunctionType>(super);
    return matches(above.params, function->params) && matches(function->results, above.results);
  }
  if (auto* array = std::get_if<ArrayType>(&sub))
    return matches(array->element, std::get<ArrayType>(super).element);
  auto& fields = std::get<StructType>(sub).fields;
  auto& above = std::get<StructType>(super).fields;
  return fields.size() >= above.size() &&
         std::ranges::equal(
             std::span(fields).first(above.size()), above,
             [this](const FieldType& a, const FieldType& b) { return matches(a, b); });
}

HeapType TypeRelations::top_of(HeapType heap) const {
  return wasm::top_of(heap.is_concrete() ? abstract_of(heap.index()) : heap);
}

}  // namespace wherry::wasm
