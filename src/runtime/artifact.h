// A compiled module in memory: the artifact file mapped, its code executable. Shared by all its
// instances.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "abi/artifact.h"
#include "abi/calls.h"
#include "runtime/memory_pool.h"
#include "support/file.h"

namespace wherry::runtime {

// Immutable after open() but for its pools; thread-safe. Owned by the application, and by each of
// its instances.
class Artifact {
 public:
  // Maps an artifact. The file's trust is the caller's matter (artifact_cache.h).
  // Errors: as abi::parse_artifact; Invalid when it was made by another engine or for another CPU.
  static Result<std::shared_ptr<const Artifact>> open(Fd file,
                                                      const std::string& name_for_messages);
  ~Artifact();
  Artifact(const Artifact&) = delete;
  Artifact& operator=(const Artifact&) = delete;

  const abi::ArtifactView& view() const { return view_; }
  abi::CodeMode mode() const { return abi::CodeMode::of_bits(view_.header->mode); }
  int fd() const { return file_.get(); }
  // Interned (type_registry.h), by the module's type index.
  const uint64_t* type_ids() const { return type_ids_.get(); }
  // A function type, its references canonical (type_registry.h).
  wasm::FunctionType function_type(uint32_t type) const;
  // Function index by reference slot: the inverse of FunctionRecord::reference_slot.
  std::span<const uint32_t> referenced_functions() const { return referenced_functions_; }
  // For the memory of this index, which must be one that the module defines.
  MemoryPool& memory_pool(uint32_t memory) const {
    return memory_pools_[memory - view_.header->imported_memories];
  }
  const std::byte* code(uint32_t code_offset) const { return view_.code.data() + code_offset; }

  // The place in the module of an instruction: the trap's offset, function and function name.
  struct Place {
    uint32_t wasm_offset;  // abi::kNoWasmOffset where the code stems from no instruction
    uint32_t function;     // abi::kNone where unknown
    std::string_view function_name;
  };
  Place find_place(const std::byte* program_counter) const;

 private:
  Artifact() = default;
  Result<> map(Fd file);
  Result<> make_executable();
  Result<> index_references();
  void intern_types();
  void define_memory_pools();
  uint32_t find_function(uint32_t code, uint32_t wasm_offset) const;

  Fd file_;
  Mapping mapping_;
  abi::ArtifactView view_;
  std::unique_ptr<uint64_t[]> type_ids_;
  std::vector<uint32_t> referenced_functions_;
  mutable std::deque<MemoryPool> memory_pools_;  // thread-safe; a deque, as they cannot move
  std::optional<uint32_t> code_range_;           // in guest_code()
};

}  // namespace wherry::runtime
