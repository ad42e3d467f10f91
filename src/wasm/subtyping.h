// When one type may stand for another. Follows Core 3.0 §3.3 (matching) and appendix A.8.
//
// Types of a module are the same where their recursion groups are, member by member: TypeRelations
// numbers them so that equal ones have equal numbers, and a comparison costs nothing. A group is
// compared with those before it by its key, in which members refer to each other by their place and
// to earlier types by their numbers.
#pragma once

#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "wasm/module.h"
#include "wasm/types.h"

namespace wherry::wasm {

// Of abstract heap types (HeapType::code), kBottom among them.
bool abstract_heap_matches(int32_t sub, int32_t super);
// The abstract type right above a concrete one of this structure: func, struct or array.
HeapType abstract_of(const CompositeType& type);
// The largest type that `abstract` may be compared with: any, func, extern or exn. Every reference
// is in one of these four hierarchies.
HeapType top_of(HeapType abstract);

// Whether `sub` matches `super`. `types` answers for concrete types, by is_subtype(sub, super) and
// abstract_of(index), both of TypeIndex.
template <class Types>
bool heap_matches(HeapType sub, HeapType super, const Types& types) {
  if (sub.is_concrete()) {
    if (super.is_concrete()) return types.is_subtype(sub.index(), super.index());
    return abstract_heap_matches(types.abstract_of(sub.index()).code(), super.code());
  }
  if (!super.is_concrete()) return abstract_heap_matches(sub.code(), super.code());
  // Nothing abstract is below a concrete type but what has no values.
  int32_t above = types.abstract_of(super.index()).code();
  return sub.code() == HeapType::kBottom ||
         (sub.code() == HeapType::kNoFunc && above == HeapType::kFunc) ||
         (sub.code() == HeapType::kNone && above != HeapType::kFunc);
}

template <class Types>
bool value_matches(ValueType sub, ValueType super, const Types& types) {
  if (sub == super) return true;
  if (!sub.is_reference() || !super.is_reference()) return false;
  if (sub.nullable() && !super.nullable()) return false;
  return heap_matches(sub.heap(), super.heap(), types);
}

// The key of the group that begins at `group`. `numbers` has those of all types before it.
std::string group_key(std::span<const SubType> types, TypeIndex group,
                      std::span<const uint32_t> numbers);

// One thread at a time while groups are entered, any after that.
class TypeRelations {
 public:
  explicit TypeRelations(const Module& module) : module_(module) {}

  // Enters the next group; groups come in order. Its types' indices must be in range: those before
  // it and its own.
  void add_group(TypeIndex group);

  // Of types that were entered; HeapType::kBottom matches all.
  bool is_subtype(TypeIndex sub, TypeIndex super) const;
  // The same for types that are the same.
  uint32_t number(TypeIndex type) const { return numbers_[raw(type)]; }
  HeapType abstract_of(TypeIndex type) const {
    return wasm::abstract_of(module_.types[raw(type)].composite);
  }
  bool matches(HeapType sub, HeapType super) const { return heap_matches(sub, super, *this); }
  bool matches(ValueType sub, ValueType super) const { return value_matches(sub, super, *this); }
  bool matches(std::span<const ValueType> sub, std::span<const ValueType> super) const;
  bool matches(const StorageType& sub, const StorageType& super) const;
  bool matches(const FieldType& sub, const FieldType& super) const;
  bool matches(const CompositeType& sub, const CompositeType& super) const;
  // The largest type that `heap` may be compared with.
  HeapType top_of(HeapType heap) const;

 private:
  const Module& module_;
  std::vector<uint32_t> numbers_;  // by type index: the first type that is the same
  std::unordered_map<std::string, uint32_t> groups_;  // by key: the number of the first member
};

}  // namespace wherry::wasm
