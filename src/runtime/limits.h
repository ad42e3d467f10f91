// What one instance may take of the machine. All of it holds whatever the guest does, and none of
// it costs the guest a check: growth is an ordinary call of the host, the stack ends in a guard,
// time is kept by the kernel's timers (interruption.h). Only fuel is counted by compiled code, in
// artifacts that were made for it.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>

namespace wherry::runtime {

using Nanoseconds = std::chrono::nanoseconds;

constexpr uint64_t kFuelMax = uint64_t{1} << 62;

struct Limits {
  // All memories and tables that the instance defines, its objects and exceptions together. The
  // default is what one 32-bit memory can have.
  uint64_t memory_bytes_max = uint64_t{4} << 30;
  uint64_t table_entries_max = 10'000'000;  // of each table
  // What the system's default gives a native program. Recursion that calls no host function gets
  // up to abi::kHostStackBytes more.
  uint64_t stack_bytes = 8 * 1024 * 1024;
  // Wall clock, from the beginning of the first call on, the start function's among them.
  std::optional<Nanoseconds> time = {};
  // Of the processor, in all calls together, host functions included.
  std::optional<Nanoseconds> cpu_time = {};
  // Instructions, about (compiler/function_fuel.cc); up to kFuelMax. The artifact must be one that
  // counts fuel, and such a one must have it.
  std::optional<uint64_t> fuel = {};
};

// How many bytes memories, tables, objects and exceptions have taken of a limit: those of one
// instance, or of all instances of a program with threads. Thread-safe.
class MemoryBudget {
 public:
  explicit MemoryBudget(uint64_t bytes_max) : bytes_max_(bytes_max), bytes_left_(bytes_max) {}

  uint64_t bytes_max() const { return bytes_max_; }

  // False, and nothing is taken, where that exceeds the limit.
  bool take(uint64_t bytes) {
    uint64_t left = bytes_left_.load(std::memory_order_relaxed);
    do {
      if (bytes > left) return false;
    } while (!bytes_left_.compare_exchange_weak(left, left - bytes, std::memory_order_relaxed));
    return true;
  }
  // The same for what the guest wants to grow, which it is told of alone.
  bool take_to_grow(uint64_t bytes) {
    const bool is_taken = take(bytes);
    if (!is_taken) refused_growth_.store(true, std::memory_order_relaxed);
    return is_taken;
  }
  bool refused_growth() const { return refused_growth_.load(std::memory_order_relaxed); }
  void give_back(uint64_t bytes) { bytes_left_.fetch_add(bytes, std::memory_order_relaxed); }

 private:
  const uint64_t bytes_max_;
  std::atomic<uint64_t> bytes_left_;
  std::atomic<bool> refused_growth_ = false;
};

// Processor time that is left of a limit, for one instance or for all threads of a program.
// Thread-safe, async-signal-safe.
class CpuBudget {
 public:
  explicit CpuBudget(Nanoseconds time) : left_(time.count()) {}

  // What is left when `used` has been taken; 0 or less: the time is over.
  Nanoseconds take(Nanoseconds used) {
    return Nanoseconds(left_.fetch_sub(used.count(), std::memory_order_relaxed)) - used;
  }

 private:
  std::atomic<int64_t> left_;
};

// What the instances of a program with threads may take together, in place of what each one may.
struct SharedLimits {
  explicit SharedLimits(const Limits& limits)
      : memory(limits.memory_bytes_max), cpu_time(limits.cpu_time.value_or(Nanoseconds::max())) {}

  MemoryBudget memory;
  CpuBudget cpu_time;
};

}  // namespace wherry::runtime
