// Makes a seccomp filter out of a list of system calls, when Wherry itself is compiled.
//
// A filter is a program of classic BPF that the kernel runs for each call (seccomp(2)); when it is
// installed, the kernel also runs it once for each of some 470 numbers, to note those that it
// allows whatever their arguments are, and then never runs it for these. Installing is so most of
// its cost for a process that lives a millisecond: comparing with one number after the other takes
// 160 us for 60 calls, a search tree 40 us. This tree is over ranges of numbers that share a
// verdict, and is balanced by how many numbers a range has, since each is asked for once.
// libseccomp would make such a tree when the program runs, and is one library more.
#pragma once

#include <linux/filter.h>
#include <linux/seccomp.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace wherry::sandbox {

// Of all calls that have an argument rule: allowed where (argument & mask) is one of the values.
// Only the low half of the argument is looked at: all that is checked are 32-bit values.
struct ArgumentRule {
  uint8_t argument;  // 0 to 5
  uint32_t mask;
  std::array<uint32_t, 8> values;
  uint8_t values_count;
};

struct CallRule {
  int first, last;                          // numbers
  uint32_t verdict;                         // SECCOMP_RET_…
  const ArgumentRule* arguments = nullptr;  // where set, `verdict` is that of other arguments
};

// A program of at most so many instructions.
template <size_t size_max>
struct FilterProgram {
  std::array<sock_filter, size_max> code{};
  size_t size = 0;

  constexpr std::span<sock_filter> instructions() { return {code.data(), size}; }
  constexpr size_t add(uint16_t operation, uint32_t value, uint8_t on_true = 0,
                       uint8_t on_false = 0) {
    code[size] = {operation, on_true, on_false, value};
    return size++;
  }
};

// Calls that no rule names get `otherwise`; of several rules for one number, the last holds. Calls
// of another architecture, and x32's, kill the process: their numbers mean something else.
template <size_t size_max>
class FilterCompiler {
 public:
  static constexpr int kNumbers = 1024;  // beyond all that Linux has

  consteval FilterCompiler(uint32_t architecture, uint32_t otherwise)
      : architecture_(architecture) {
    for (CallRule& rule : rules_) rule = {0, 0, otherwise};
  }
  consteval void add(std::span<const CallRule> rules) {
    for (const CallRule& rule : rules)
      for (int number = rule.first; number <= rule.last; ++number)
        rules_[static_cast<size_t>(number)] = rule;
  }

  consteval FilterProgram<size_max> compile() {
    find_ranges();
    program_.add(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, arch));
    program_.add(BPF_JMP | BPF_JEQ | BPF_K, architecture_, 1, 0);
    program_.add(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS);
    program_.add(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr));
    add_tree(0, ranges_count_);
    add_verdicts();
    return program_;
  }

 private:
  static constexpr int kX32 = 0x4000'0000;  // __X32_SYSCALL_BIT
  // A range's weight is its share of the numbers that the kernel asks for, and at least this: calls
  // are made, too.
  static constexpr int kNumbersAsked = 470;
  static constexpr int kWeightMin = 2;

  struct Range {
    int first;
    CallRule rule;
  };
  struct Jump {
    size_t at;
    bool on_true;
    uint32_t verdict;
  };

  constexpr bool same(const CallRule& left, const CallRule& right) const {
    return left.verdict == right.verdict && left.arguments == right.arguments;
  }

  consteval void find_ranges() {
    for (int number = 0; number < kNumbers; ++number) {
      const CallRule& rule = rules_[static_cast<size_t>(number)];
      if (ranges_count_ == 0 || !same(ranges_[ranges_count_ - 1].rule, rule))
        ranges_[ranges_count_++] = {number, rule};
    }
    ranges_[ranges_count_++] = {kX32, {0, 0, SECCOMP_RET_KILL_PROCESS}};
  }

  constexpr int weight(size_t index) const {
    const int end = index + 1 < ranges_count_ ? ranges_[index + 1].first : kX32;
    const int first = std::min(ranges_[index].first, kNumbersAsked);
    return std::max(std::min(end, kNumbersAsked) - first, kWeightMin);
  }

  // Where [begin, end) falls into halves of about the same weight.
  constexpr size_t middle(size_t begin, size_t end) const {
    int all = 0, left = 0;
    for (size_t index = begin; index < end; ++index) all += weight(index);
    for (size_t index = begin; index + 1 < end; ++index) {
      left += weight(index);
      if (2 * left >= all) {
        // Before or behind the range in which the middle lies, whichever is nearer.
        const bool before = index > begin && 2 * left - all > weight(index);
        return before ? index : index + 1;
      }
    }
    return end - 1;
  }

  constexpr bool is_verdict(size_t begin, size_t end) const {
    return end - begin == 1 && ranges_[begin].rule.arguments == nullptr;
  }

  consteval void add_tree(size_t begin, size_t end) {
    if (end - begin == 1) return add_arguments(ranges_[begin].rule);
    const size_t split = middle(begin, end);
    const size_t jump =
        program_.add(BPF_JMP | BPF_JGE | BPF_K, static_cast<uint32_t>(ranges_[split].first));
    if (is_verdict(begin, split))
      jump_to_verdict(jump, false, ranges_[begin].rule.verdict);
    else
      add_tree(begin, split);
    if (is_verdict(split, end)) return jump_to_verdict(jump, true, ranges_[split].rule.verdict);
    program_.code[jump].jt = distance(jump, program_.size);
    add_tree(split, end);
  }

  consteval void add_arguments(const CallRule& rule) {
    const ArgumentRule& wanted = *rule.arguments;
    program_.add(BPF_LD | BPF_W | BPF_ABS,
                 static_cast<uint32_t>(offsetof(seccomp_data, args)) + 8u * wanted.argument);
    if (wanted.mask != UINT32_MAX) program_.add(BPF_ALU | BPF_AND | BPF_K, wanted.mask);
    size_t comparison = 0;
    for (size_t index = 0; index < wanted.values_count; ++index) {
      comparison = program_.add(BPF_JMP | BPF_JEQ | BPF_K, wanted.values[index]);
      jump_to_verdict(comparison, true, SECCOMP_RET_ALLOW);
    }
    jump_to_verdict(comparison, false, rule.verdict);
  }

  // Verdicts stand once each, at the end of the program.
  consteval void jump_to_verdict(size_t jump, bool on_true, uint32_t verdict) {
    jumps_[jumps_count_++] = {jump, on_true, verdict};
  }

  consteval void add_verdicts() {
    for (size_t first = 0; first < jumps_count_; ++first) {
      const uint32_t verdict = jumps_[first].verdict;
      auto same_verdict = [&](const Jump& jump) { return jump.verdict == verdict; };
      if (std::any_of(jumps_.begin(), jumps_.begin() + first, same_verdict)) continue;
      const size_t place = program_.add(BPF_RET | BPF_K, verdict);
      for (size_t index = first; index < jumps_count_; ++index) {
        const Jump& jump = jumps_[index];
        if (jump.verdict != verdict) continue;
        sock_filter& instruction = program_.code[jump.at];
        (jump.on_true ? instruction.jt : instruction.jf) = distance(jump.at, place);
      }
    }
  }

  static constexpr uint8_t distance(size_t from, size_t to) {
    if (to - from - 1 > UINT8_MAX) throw "a jump is too far for BPF";  // the build fails
    return static_cast<uint8_t>(to - from - 1);
  }

  uint32_t architecture_;
  std::array<CallRule, kNumbers> rules_{};
  std::array<Range, kNumbers + 1> ranges_{};
  size_t ranges_count_ = 0;
  std::array<Jump, 2 * size_max> jumps_{};
  size_t jumps_count_ = 0;
  FilterProgram<size_max> program_;
};

}  // namespace wherry::sandbox
