#include "runtime/exception_heap.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace wherry::runtime {

namespace {

uint64_t size_bytes(uint32_t slots) {
  return sizeof(abi::Exception) + uint64_t{slots} * sizeof(uint64_t);
}

}  // namespace

const abi::Exception* ExceptionHeap::create(const abi::Tag* tag,
                                            std::span<const uint64_t> payload) {
  auto slots = static_cast<uint32_t>(payload.size());  // at most 2 x wasm::limits::kFunctionParams
  uint64_t bytes = size_bytes(slots);
  if (bytes > kBytesMax - bytes_ || !budget_.take(bytes)) return nullptr;
  void* memory = std::malloc(bytes);
  if (!memory) {
    budget_.give_back(bytes);
    return nullptr;
  }
  auto* exception = new (memory) abi::Exception{.tag = tag, .slots = slots, .is_marked = 0};
  std::ranges::copy(payload, exception->payload());
  exceptions_.push_back(exception);
  bytes_ += bytes;
  return exception;
}

bool ExceptionHeap::wants_collection() const {
  return bytes_ - bytes_kept_ >= std::max(bytes_kept_, kCollectBytes);
}

void ExceptionHeap::sweep() {
  const uint64_t bytes_before = std::exchange(bytes_, 0);
  std::erase_if(exceptions_, [this](abi::Exception* exception) {
    if (exception->is_marked == 0) {
      std::free(exception);
      return true;
    }
    exception->is_marked = 0;
    bytes_ += size_bytes(exception->slots);
    return false;
  });
  bytes_kept_ = bytes_;
  budget_.give_back(bytes_before - bytes_);
}

void ExceptionHeap::clear() {
  for (abi::Exception* exception : exceptions_) std::free(exception);
  exceptions_.clear();
  budget_.give_back(bytes_);
  bytes_ = bytes_kept_ = 0;
}

ExceptionMarker::ExceptionMarker(std::vector<abi::Exception*> exceptions)
    : exceptions_(std::move(exceptions)) {
  std::ranges::sort(exceptions_);
}

// Compiled code may hold no more than the address of a part.
abi::Exception* ExceptionMarker::find(uint64_t address) const {
  auto address_of = [](const abi::Exception* each) { return reinterpret_cast<uint64_t>(each); };
  constexpr uint64_t kLargest = 1 << 16;  // most words are far from all exceptions
  if (exceptions_.empty() || address < address_of(exceptions_.front()) ||
      address > address_of(exceptions_.back()) + kLargest)
    return nullptr;
  auto after = std::ranges::upper_bound(exceptions_, address, {}, address_of);
  abi::Exception* exception = *std::prev(after);
  return address - address_of(exception) <= size_bytes(exception->slots) ? exception : nullptr;
}

void ExceptionMarker::mark(uint64_t word) {
  auto add = [this](uint64_t address) {
    abi::Exception* exception = find(address);
    if (!exception || exception->is_marked != 0) return;
    exception->is_marked = 1;
    pending_.push_back(exception);
  };
  add(word);
  while (!pending_.empty()) {
    const abi::Exception& exception = *pending_.back();
    pending_.pop_back();
    for (uint64_t slot : std::span(exception.payload(), exception.slots)) add(slot);
  }
}

// Puts the registers onto the stack, above the frame of what it calls.
void ExceptionMarker::mark_stack(const std::byte* stack_top) {
  __builtin_unwind_init();
  mark_words_up_to(stack_top);
}

// Reads frames of others, which AddressSanitizer would object to.
[[gnu::noinline, gnu::no_sanitize("address")]] void ExceptionMarker::mark_words_up_to(
    const std::byte* stack_top) {
  auto* word = static_cast<const uint64_t*>(__builtin_frame_address(0));
  for (; word < reinterpret_cast<const uint64_t*>(stack_top); ++word) mark(*word);
}

}  // namespace wherry::runtime
