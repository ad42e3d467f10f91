// Which locals without a default value have been set, at this place of a body: what a block sets is
// forgotten at its end. Follows Core 3.0 §3.4.13 (local.get) and appendix A.3.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace wherry::wasm {

// One thread at a time.
class LocalInitialization {
 public:
  void reset() { restore(0); }
  bool is_set(uint32_t local) const { return local < is_set_.size() && is_set_[local]; }
  void set(uint32_t local) {
    if (is_set(local)) return;
    if (local >= is_set_.size()) is_set_.resize(size_t{local} + 1);
    is_set_[local] = true;
    set_.push_back(local);
  }
  // How many are set: where to go back to with restore.
  size_t height() const { return set_.size(); }
  void restore(size_t height) {
    for (; set_.size() > height; set_.pop_back()) is_set_[set_.back()] = false;
  }

 private:
  std::vector<uint32_t> set_;  // in the order in which they were
  std::vector<bool> is_set_;   // by local
};

}  // namespace wherry::wasm
