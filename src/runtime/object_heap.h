// The garbage-collected heap: the objects of guests, structs and arrays (abi/object_layout.h).
//
// A reserved range of addresses in blocks of 64 KiB. A block holds cells of one size, or is part of
// a large object. Allocation takes the head of its size's free list. A collection marks what can be
// reached and sweeps block by block, when the allocation next needs cells of that size; objects
// never move. Roots are exact where their types are known (globals, tables, segments, objects), and
// conservative on the guest's stack: each word of it, and of the registers that calls preserve, is
// taken for a reference to the object that it points to or into. Compiled code so needs no maps of
// its frames; what it must do is keep such a word for as long as it uses an object
// (compiler/function_object.cc). docs/decisions tells why it is so.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "abi/object_layout.h"
#include "runtime/limits.h"
#include "support/file.h"

namespace wherry::runtime {

// Shared by instances that are linked to each other, and owned by them: one thread at a time.
class ObjectHeap {
 public:
  // What refers to objects from outside of the heap, the stack aside: an instance.
  class Roots {
   public:
    virtual ~Roots() = default;
    // Calls heap.mark_reference for each.
    virtual void mark_roots(ObjectHeap& heap) = 0;
  };

  // Nothing is reserved before the first object is made. The limit counts whole blocks, and so does
  // what is taken of the budget: blocks that hold memory. It must outlive the heap; null: none.
  explicit ObjectHeap(uint64_t bytes_max, MemoryBudget* budget = nullptr);
  ~ObjectHeap();
  ObjectHeap(const ObjectHeap&) = delete;
  ObjectHeap& operator=(const ObjectHeap&) = delete;

  // Roots must be removed before they end.
  void add(Roots& roots);
  void remove(Roots& roots);

  // A new object, zero behind the descriptor; nullptr where limit or memory do not suffice.
  // `size_bytes` includes the header. `stack_top` is the end of the guest's stack, on which the
  // caller runs, or null where there may be references that no collection would find: then there is
  // none.
  void* allocate(const abi::TypeDescriptor& type, uint64_t size_bytes, const std::byte* stack_top);
  // Frees what neither roots nor the stack refer to.
  void collect(const std::byte* stack_top);

  // For Roots: a reference of a type whose values may be objects.
  void mark_reference(uint64_t reference);
  // For Roots: a word that may be a reference, to an object or into it.
  void mark_word(uint64_t word);

  uint64_t bytes_max() const { return bytes_max_; }
  // Of blocks that hold objects, or did before the last collection and have not been swept.
  uint64_t bytes_in_use() const { return (blocks_.size() - free_blocks_) * kBlockBytes; }
  uint64_t collections() const { return collections_; }

 private:
  static constexpr uint64_t kBlockBytes = 64 * 1024;
  static constexpr uint64_t kCellAlignment = 16;
  // 16 to 256 in steps of 16; up to 32 KiB four to each doubling.
  static constexpr size_t kSizeClasses = 16 + 4 * 7;
  static constexpr uint64_t kCellBytesMax = 32 * 1024;

  enum class BlockKind : uint8_t { Free, Cells, Large, LargeRest };
  struct Block {
    BlockKind kind = BlockKind::Free;
    bool is_zero = true;     // Free: all its bytes are, since it holds no memory
    uint8_t size_class = 0;  // Cells
    uint32_t blocks = 0;     // Large: how many; LargeRest: how far behind the first
    std::array<uint64_t, kBlockBytes / kCellAlignment / 64> marks{};  // by cell's first 16 bytes
  };
  // A cell without an object: no descriptor, and the next of the list.
  struct FreeCell {
    uint64_t zero;
    FreeCell* next;
  };

  static size_t class_of(uint64_t size_bytes);
  static uint32_t cell_bytes(size_t size_class);

  bool reserve();
  std::byte* block_begin(size_t block) { return range_.base() + block * kBlockBytes; }
  FreeCell* take_cell(size_t size_class, const std::byte* stack_top);
  // Gives the class's list cells, if it can.
  bool refill(size_t size_class, const std::byte* stack_top);
  bool refill_from_swept(size_t size_class);
  bool refill_from_new_block(size_t size_class);
  void* allocate_large(uint64_t size_bytes, const std::byte* stack_top);
  void* take_large(uint64_t size_bytes);
  // The first of so many blocks in a row, or ~0; find_blocks() does not take them yet.
  size_t take_blocks(size_t count);
  size_t find_blocks(size_t count) const;
  // Takes the memory that these will hold of the budget; false where that is too much.
  bool pay_for(size_t first, size_t count);
  void free_blocks(size_t first, size_t count);
  // Back to the system, and to the budget: of free ones that hold memory.
  void give_back(size_t first, size_t count);
  void give_back_free_blocks();

  void mark_words(const std::byte* stack_top);
  void mark_object(size_t block, uint64_t offset_in_block);
  void mark_children(const std::byte* object);
  void drain();
  void begin_sweep();
  void finish_sweep();
  // Puts a block's dead cells into its class's list; true where there were some.
  bool sweep(size_t block);

  uint64_t bytes_max_;
  MemoryBudget* budget_;
  size_t paid_blocks_ = 0;
  Mapping range_;
  std::vector<Block> blocks_;  // those that were ever used
  size_t free_blocks_ = 0;
  std::array<FreeCell*, kSizeClasses> free_cells_{};
  std::array<std::vector<uint32_t>, kSizeClasses> unswept_;  // blocks
  std::vector<Roots*> roots_;
  std::vector<const std::byte*> pending_;  // marked objects whose references were not followed yet
  uint64_t live_bytes_ = 0;                // marked by the last collection
  uint64_t allocated_bytes_ = 0;           // in lists and large objects since then
  uint64_t collections_ = 0;
};

}  // namespace wherry::runtime
