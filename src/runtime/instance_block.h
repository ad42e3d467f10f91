// The block of memory that compiled code sees of an instance (abi/instance_layout.h), with its
// parts by name.
#pragma once

#include <cstdlib>
#include <memory>

#include "abi/instance_layout.h"
#include "support/result.h"

namespace wherry::runtime {

// Zero at the start. References stay valid as long as the block. Indices must be below the counts.
class InstanceBlock {
 public:
  // Errors: Unavailable.
  static Result<InstanceBlock> create(const abi::InstanceCounts& counts);

  abi::VmContext& context() { return at<abi::VmContext>(0); }
  abi::ImportedFunction& imported_function(uint32_t index) {
    return at<abi::ImportedFunction>(layout_.imported_function(index));
  }
  abi::MemoryEntry*& memory(uint32_t index) {
    return at<abi::MemoryEntry*>(layout_.memory_pointer(index));
  }
  abi::TableEntry*& table(uint32_t index) {
    return at<abi::TableEntry*>(layout_.table_pointer(index));
  }
  abi::GlobalCell*& imported_global(uint32_t index) {
    return at<abi::GlobalCell*>(layout_.imported_global_pointer(index));
  }
  const abi::Tag*& imported_tag(uint32_t index) {
    return at<const abi::Tag*>(layout_.imported_tag_pointer(index));
  }
  abi::Tag& defined_tag(uint32_t index) { return at<abi::Tag>(layout_.defined_tag(index)); }
  abi::GlobalCell& defined_global(uint32_t index) {
    return at<abi::GlobalCell>(layout_.defined_global(index));
  }
  abi::FunctionReference& function_reference(uint32_t slot) {
    return at<abi::FunctionReference>(layout_.function_reference(slot));
  }

 private:
  struct Free {
    void operator()(std::byte* bytes) const { std::free(bytes); }
  };

  explicit InstanceBlock(const abi::InstanceCounts& counts) : layout_(counts) {}

  // The layout gives every part an offset of its own with room and alignment for it, and all parts
  // are plain data, for which zero bytes are a value.
  template <class Part>
  Part& at(uint64_t offset) {
    return *reinterpret_cast<Part*>(bytes_.get() + offset);
  }

  abi::InstanceLayout layout_;
  std::unique_ptr<std::byte, Free> bytes_;
};

}  // namespace wherry::runtime
