#include "wasm/local_types.h"

#include <algorithm>

namespace wherry::wasm {

void LocalTypes::reset(std::span<const ValueType> params, std::span<const LocalGroup> groups) {
  params_ = params;
  groups_ = groups;
  first_.clear();
  group_ends_.clear();
  size_t end = 0;
  for (const LocalGroup& group : groups) {
    end += group.count;
    group_ends_.push_back(end);
    first_.resize(std::min(end, kFirstMax), group.type);
  }
}

std::optional<ValueType> LocalTypes::find_in_groups(size_t local) const {
  auto end = std::ranges::upper_bound(group_ends_, local);
  if (end == group_ends_.end()) return std::nullopt;
  return groups_[static_cast<size_t>(end - group_ends_.begin())].type;
}

}  // namespace wherry::wasm
