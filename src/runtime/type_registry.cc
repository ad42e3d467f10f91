#include "runtime/type_registry.h"

#include <algorithm>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

#include "wasm/subtyping.h"

namespace wherry::runtime {

namespace {

using abi::TypeDescriptor;
using wasm::HeapType;
using wasm::ValueType;

HeapType abstract_of_kind(uint32_t kind) {
  constexpr int32_t kAbove[] = {HeapType::kFunc, HeapType::kStruct, HeapType::kArray};
  return HeapType::abstract(kAbove[kind]);
}

bool is_object_hierarchy(HeapType abstract) {
  int32_t top = wasm::top_of(abstract).code();
  return top == HeapType::kAny || top == HeapType::kExtern;
}

// What a descriptor lives in: its display may go on behind it.
struct Storage {
  explicit Storage(uint32_t depth)
      : words(std::make_unique<uint64_t[]>(
            (sizeof(TypeDescriptor) +
             sizeof(void*) * (depth < TypeDescriptor::kDisplayEntries
                                  ? 0
                                  : depth + 1 - TypeDescriptor::kDisplayEntries)) /
            sizeof(uint64_t))) {}

  TypeDescriptor* descriptor() { return reinterpret_cast<TypeDescriptor*>(words.get()); }

  std::unique_ptr<uint64_t[]> words;  // zero; plain data, aligned for pointers
  std::vector<uint32_t> reference_offsets;
};

class Registry {
 public:
  std::vector<const TypeDescriptor*> intern(std::span<const wasm::SubType> types) {
    std::scoped_lock lock(mutex_);
    std::vector<uint32_t> numbers;
    std::vector<const TypeDescriptor*> found;
    numbers.reserve(types.size());
    found.reserve(types.size());
    for (size_t index = 0; index < types.size(); index += types[index].group_size) {
      wasm::TypeIndex group{static_cast<uint32_t>(index)};
      auto next = static_cast<uint32_t>(storage_.size());
      auto [entry, is_new] = groups_.try_emplace(wasm::group_key(types, group, numbers), next);
      for (uint32_t member = 0; member < types[index].group_size; ++member) {
        if (is_new) add(types, index + member, found);
        numbers.push_back(entry->second + member);
        found.push_back(storage_[numbers.back()].descriptor());
      }
    }
    return found;
  }

  const TypeDescriptor& descriptor(uint32_t number) {
    std::scoped_lock lock(mutex_);
    return *storage_[number].descriptor();
  }

 private:
  // `before` are the descriptors of the module's types before this one.
  void add(std::span<const wasm::SubType> types, size_t index,
           std::span<const TypeDescriptor* const> before) {
    const wasm::SubType& type = types[index];
    const TypeDescriptor* super = type.supertype ? before[raw(*type.supertype)] : nullptr;
    uint32_t depth = super ? super->depth + 1 : 0;
    Storage& storage = storage_.emplace_back(depth);
    TypeDescriptor& descriptor = *storage.descriptor();
    descriptor.kind = static_cast<uint32_t>(type.composite.index());
    descriptor.depth = depth;
    descriptor.number = static_cast<uint32_t>(storage_.size() - 1);
    const TypeDescriptor** display = descriptor.display;
    if (super) std::copy_n(super->supertypes(), depth, display);
    display[depth] = &descriptor;
    describe_objects(types, type.composite, storage);
  }

  static void describe_objects(std::span<const wasm::SubType> types,
                               const wasm::CompositeType& type, Storage& storage) {
    TypeDescriptor& descriptor = *storage.descriptor();
    if (auto* structure = std::get_if<wasm::StructType>(&type)) {
      abi::StructLayout layout = abi::layout_of(*structure);
      descriptor.size_bytes = layout.size_bytes;
      for (size_t field = 0; field < layout.offsets.size(); ++field)
        if (may_be_object(types, structure->fields[field].storage.value))
          storage.reference_offsets.push_back(layout.offsets[field]);
    } else if (auto* array = std::get_if<wasm::ArrayType>(&type)) {
      descriptor.size_bytes = abi::storage_bytes(array->element.storage);
      if (may_be_object(types, array->element.storage.value))
        storage.reference_offsets.push_back(abi::kArrayHeaderBytes);
    }
    descriptor.reference_offsets = storage.reference_offsets.data();
    descriptor.reference_count = storage.reference_offsets.size();
  }

  static bool may_be_object(std::span<const wasm::SubType> types, ValueType type) {
    if (!type.is_reference()) return false;
    HeapType heap = type.heap();
    if (heap.is_concrete()) heap = wasm::abstract_of(types[raw(heap.index())].composite);
    return is_object_hierarchy(heap);
  }

  std::mutex mutex_;
  std::deque<Storage> storage_;                       // by number; never moved
  std::unordered_map<std::string, uint32_t> groups_;  // by key: the number of the first member
};

Registry& registry() {
  static Registry instance;
  return instance;
}

// For wasm::heap_matches: what concrete types are, by their numbers.
struct Numbers {
  bool is_subtype(wasm::TypeIndex sub, wasm::TypeIndex super) const {
    return runtime::is_subtype(registry().descriptor(raw(sub)), registry().descriptor(raw(super)));
  }
  HeapType abstract_of(wasm::TypeIndex type) const {
    return abstract_of_kind(registry().descriptor(raw(type)).kind);
  }
};

HeapType abstract_of(ValueType type) {
  HeapType heap = type.heap();
  return heap.is_concrete() ? Numbers{}.abstract_of(heap.index()) : heap;
}

}  // namespace

std::vector<const TypeDescriptor*> intern_types(std::span<const wasm::SubType> types) {
  return registry().intern(types);
}

ValueType canonical(ValueType type, const uint64_t* type_ids) {
  if (!type.is_reference() || !type.heap().is_concrete()) return type;
  uint32_t number = descriptor_of(type_ids[raw(type.heap().index())]).number;
  return ValueType::reference(HeapType::of(wasm::TypeIndex(number)), type.nullable());
}

bool matches(ValueType sub, ValueType super) { return wasm::value_matches(sub, super, Numbers{}); }

bool is_subtype(const TypeDescriptor& sub, const TypeDescriptor& super) {
  return super.depth <= sub.depth && sub.supertypes()[super.depth] == &super;
}

bool is_function_reference(ValueType type) {
  return type.is_reference() && wasm::top_of(abstract_of(type)) == HeapType::func();
}

bool may_be_object(ValueType type) {
  return type.is_reference() && is_object_hierarchy(abstract_of(type));
}

}  // namespace wherry::runtime
