// The types of a function's parameters and locals, by index.
// Locals stay in groups as the binary has them, since four bytes may declare 50,000 locals, and
// writing them out for each of a million functions would take minutes; most functions have few,
// which are.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "wasm/module.h"

namespace wherry::wasm {

// One thread at a time.
class LocalTypes {
 public:
  // Borrows both until the next reset. The groups' counts must add up to less than 2^32.
  void reset(std::span<const ValueType> params, std::span<const LocalGroup> groups);

  // How many of them are parameters, the first ones.
  size_t params() const { return params_.size(); }
  // Nothing when there is no such local.
  std::optional<ValueType> find(uint32_t index) const {
    if (index < params_.size()) return params_[index];
    size_t local = index - params_.size();
    if (local < first_.size()) return first_[local];
    return find_in_groups(local);
  }

 private:
  static constexpr size_t kFirstMax = 64;

  std::optional<ValueType> find_in_groups(size_t local) const;

  std::span<const ValueType> params_;
  std::span<const LocalGroup> groups_;
  std::vector<ValueType> first_;    // of the first locals, up to kFirstMax
  std::vector<size_t> group_ends_;  // for each group, the number of locals up to its end
};

}  // namespace wherry::wasm
