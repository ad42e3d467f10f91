// The exceptions that an instance has thrown, and how they are freed: an exnref may be kept in
// locals, on the operand stack, in tables, in globals and in other exceptions, so that only a look
// at all of them tells which exceptions are still wanted.
//
// A collector marks and sweeps. It is asked each time the exceptions made since the last time, or
// those that it had to keep then, take kCollectBytes, whichever is more. Its roots are the tables
// and globals of exception references of all instances linked to this one, directly or through
// others, and the guest's stack: each word of it that may be the address of an exception is taken
// for one (compiled code does not say which words are references; a number that happens to look
// like one keeps an exception a little longer, and does no other harm). It runs inside a throw, so
// that instances linked to each other, which only one thread may run, stand still.
//
// Counting references instead would put work on every local.get, and is no less code.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "abi/exception.h"
#include "runtime/limits.h"

namespace wherry::runtime {

// Of one instance; one thread at a time. Frees what is left with the instance.
class ExceptionHeap {
 public:
  // What an instance's exceptions may take together: real programs keep a handful, and one that
  // keeps more than this is stopped.
  static constexpr uint64_t kBytesMax = 64 << 20;
  static constexpr uint64_t kCollectBytes = 256 << 10;

  // What it takes of the budget, it gives back; the budget must outlive it.
  explicit ExceptionHeap(MemoryBudget& budget) : budget_(budget) {}
  ~ExceptionHeap() { clear(); }
  ExceptionHeap(const ExceptionHeap&) = delete;
  ExceptionHeap& operator=(const ExceptionHeap&) = delete;

  // nullptr beyond kBytesMax or the budget, or where the system has no memory.
  const abi::Exception* create(const abi::Tag* tag, std::span<const uint64_t> payload);

  bool wants_collection() const;
  std::span<abi::Exception* const> exceptions() const { return exceptions_; }
  // Frees all that are not marked, and takes the marks off the others.
  void sweep();
  // Frees all: the instance's references are gone.
  void clear();

 private:
  MemoryBudget& budget_;
  std::vector<abi::Exception*> exceptions_;  // owned, from malloc
  uint64_t bytes_ = 0;
  uint64_t bytes_kept_ = 0;  // by the last sweep
};

// Marks everything that can be reached; the caller sweeps.
class ExceptionMarker {
 public:
  // All exceptions that there are; they must outlive the marker.
  explicit ExceptionMarker(std::vector<abi::Exception*> exceptions);

  // Marks the exception that the word is the address of, or of a part of, if any, and what that one
  // holds.
  void mark(uint64_t word);
  // The words from the stack pointer up, and the callee-saved registers.
  void mark_stack(const std::byte* stack_top);

 private:
  abi::Exception* find(uint64_t address) const;
  void mark_words_up_to(const std::byte* stack_top);

  std::vector<abi::Exception*> exceptions_;  // by address
  std::vector<abi::Exception*> pending_;
};

}  // namespace wherry::runtime
