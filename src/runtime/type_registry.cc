#include "runtime/type_registry.h"

#include <algorithm>
#include <mutex>
#include <unordered_map>

namespace wherry::runtime {

namespace {

// A type to look for, without owning its vectors.
struct TypeView {
  std::span<const wasm::ValueType> params;
  std::span<const wasm::ValueType> results;
};

TypeView view_of(const wasm::FunctionType& type) { return {type.params, type.results}; }
TypeView view_of(const TypeView& view) { return view; }

struct TypeHash {
  using is_transparent = void;
  template <class Type>
  size_t operator()(const Type& type) const {
    TypeView view = view_of(type);
    size_t hash = view.params.size();
    for (auto values : {view.params, view.results})
      for (wasm::ValueType value : values)
        hash = (hash ^ static_cast<size_t>(value.kind()) ^
                static_cast<size_t>(value.heap().code()) << 8) *
               0x9e37'79b9'7f4a'7c15;
    return hash ^ hash >> 32;
  }
};

struct TypeEqual {
  using is_transparent = void;
  template <class Left, class Right>
  bool operator()(const Left& left, const Right& right) const {
    TypeView a = view_of(left), b = view_of(right);
    return std::ranges::equal(a.params, b.params) && std::ranges::equal(a.results, b.results);
  }
};

struct Registry {
  std::mutex mutex;
  std::unordered_map<wasm::FunctionType, uint64_t, TypeHash, TypeEqual> ids;
};

Registry& registry() {
  static Registry instance;
  return instance;
}

}  // namespace

uint64_t intern_type(std::span<const wasm::ValueType> params,
                     std::span<const wasm::ValueType> results) {
  Registry& types = registry();
  std::scoped_lock lock(types.mutex);
  auto found = types.ids.find(TypeView{params, results});
  if (found != types.ids.end()) return found->second;
  wasm::FunctionType type{{params.begin(), params.end()}, {results.begin(), results.end()}};
  return types.ids.emplace(std::move(type), types.ids.size() + 1).first->second;
}

}  // namespace wherry::runtime
