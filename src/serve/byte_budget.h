// A number of bytes that many share: what all connections together may hold in memory.
#pragma once

#include <atomic>
#include <cstddef>
#include <utility>

namespace wherry::serve {

// Thread-safe. Outlives its shares.
class ByteBudget {
 public:
  explicit ByteBudget(size_t size_bytes) : left_bytes_(size_bytes) {}

  bool take(size_t size_bytes) {
    size_t left = left_bytes_.load(std::memory_order_relaxed);
    do {
      if (left < size_bytes) return false;
    } while (
        !left_bytes_.compare_exchange_weak(left, left - size_bytes, std::memory_order_relaxed));
    return true;
  }
  void give_back(size_t size_bytes) {
    left_bytes_.fetch_add(size_bytes, std::memory_order_relaxed);
  }

 private:
  std::atomic<size_t> left_bytes_;
};

// What one holder took, given back with the object. One thread at a time.
class BudgetShare {
 public:
  BudgetShare() = default;
  explicit BudgetShare(ByteBudget& budget) : budget_(&budget) {}
  ~BudgetShare() {
    if (budget_) budget_->give_back(size_bytes_);
  }
  BudgetShare(BudgetShare&& other) noexcept
      : budget_(std::exchange(other.budget_, nullptr)),
        size_bytes_(std::exchange(other.size_bytes_, 0)) {}
  BudgetShare& operator=(BudgetShare&& other) noexcept {
    std::swap(budget_, other.budget_);
    std::swap(size_bytes_, other.size_bytes_);
    return *this;
  }

  // False, and nothing changed, where the budget does not suffice.
  bool grow(size_t size_bytes) {
    if (!budget_ || !budget_->take(size_bytes)) return false;
    size_bytes_ += size_bytes;
    return true;
  }
  size_t size_bytes() const { return size_bytes_; }

 private:
  ByteBudget* budget_ = nullptr;
  size_t size_bytes_ = 0;
};

}  // namespace wherry::serve
