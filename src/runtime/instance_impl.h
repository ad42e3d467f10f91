// What an Instance is made of, for the files of this folder that make it, initialise it and serve
// its compiled code (builtins.cc).
#pragma once

#include <array>
#include <vector>

#include "abi/calls.h"
#include "runtime/exception_heap.h"
#include "runtime/import_binding.h"
#include "runtime/instance.h"
#include "runtime/instance_block.h"
#include "runtime/interruption.h"
#include "wasm/module.h"

namespace wherry::runtime {

class Instance::Impl : public ObjectHeap::Roots {
 public:
  Impl(Instance& instance, InstanceBlock block, const InstanceOptions& options);
  ~Impl() override;
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  // The instance that compiled code belongs to, by its first argument.
  static Impl& of(const abi::VmContext* context) {
    return static_cast<Instance*>(context->instance)->impl();
  }

  // Linking, in this order; instance_link.cc.
  Result<> bind_imports(const Linker& linker);
  Result<> check_memory_need() const;
  Result<> define_memories();
  void define_references();
  void define_tags();
  void define_globals();
  Result<> define_tables();
  Result<> define_elements();

  // instance_initialize.cc.
  std::expected<void, Trap> initialize();

  // Calls code of a function of this instance; instance_call.cc.
  std::expected<void, Trap> call(const void* code, uint64_t type_id, std::span<uint64_t> slots);

  const abi::ArtifactView& view() const { return instance_.artifact().view(); }
  Instance& instance() { return instance_; }
  abi::VmContext* context() { return &block_.context(); }
  Interruption& interruption() { return interruption_; }
  Memory& memory(uint32_t index) { return *memories_[index]; }
  Table& table(uint32_t index) { return *tables_[index]; }
  // What the import of host function `index` is bound to.
  const HostFunctionImport& host_function(uint32_t index) const { return host_functions_[index]; }
  Memory* default_memory() const { return default_memory_; }
  abi::GlobalCell* global(uint32_t index);
  const abi::Tag* tag(uint32_t index);
  // A function as a value; it must be one of the referenced functions, or an import.
  const abi::FunctionReference* reference(uint32_t function);

  // nullptr where there is none. `kind` std::nullopt: of any kind.
  const abi::ExportRecord* find_export(std::string_view name,
                                       std::optional<wasm::ExternalKind> kind) const;
  Binding binding_of(const abi::ExportRecord& record);

  // Objects, instance_objects.cc. There is a heap where the module has types of objects.
  ObjectHeap& object_heap() { return *object_heap_; }
  void mark_roots(ObjectHeap& heap) override;
  // nullptr where the heap's limit does not suffice; `stack_top` as for ObjectHeap::allocate.
  void* new_array(const abi::TypeDescriptor& type, uint32_t length, const std::byte* stack_top);

  // A part of a segment, if it is as long; dropped ones have nothing. Elements are references.
  std::optional<ByteSpan> segment_bytes(uint32_t segment, uint64_t source, uint64_t bytes) const;
  bool has_elements(uint32_t segment, uint64_t source, uint64_t count) const;
  Reference element(uint32_t segment, uint64_t index);

  // Segments; false where a range is out of bounds, and nothing is changed then.
  // instance_initialize.cc.
  bool init_table(uint32_t table, uint32_t segment, uint64_t destination, uint64_t source,
                  uint64_t count);
  bool init_memory(uint32_t memory, const abi::DataRecord& segment, uint64_t destination,
                   uint64_t source, uint64_t count);
  bool is_element_dropped(uint32_t segment) const { return element_dropped_[segment]; }
  bool is_data_dropped(uint32_t segment) const { return data_dropped_[segment]; }
  void drop_element(uint32_t segment) { element_dropped_[segment] = true; }
  void drop_data(uint32_t segment) { data_dropped_[segment] = true; }

  const MemoryBudget& memory_budget() const { return memory_budget_; }

  // Called by the guest, while it runs; nullptr: it keeps too many. exception_collection.cc.
  const abi::Exception* create_exception(const abi::Tag* tag, std::span<const uint64_t> payload);

 private:
  // What a call of a function type needs.
  struct Signature {
    uint64_t type_id = 0;
    abi::EntryThunk thunk = nullptr;
    uint32_t slots = 0;
  };

  void bind_function(const abi::ImportRecord& import, const Binding& binding);
  void bind(const abi::ImportRecord& import, const Binding& binding);
  Result<> check_heap(const abi::ImportRecord& import, const Binding& binding) const;
  // A constant expression's value: its bits, of all but v128 in the first half.
  using Constant = std::array<uint64_t, 2>;
  using ConstantStack = std::vector<Constant>;
  // constant_evaluation.cc. An object for which there is no room is null, and evaluation_failed_ is
  // set.
  Constant evaluate(uint32_t first_op, uint32_t op_count);
  // Of an offset into a table or memory.
  uint64_t evaluate_address(uint32_t first_op, uint32_t op_count, bool is_64);
  Constant evaluate_operand(const abi::ConstOp& op);
  void evaluate_operator(const abi::ConstOp& op, ConstantStack& stack);
  void evaluate_new(const abi::ConstOp& op, ConstantStack& stack);
  void* evaluate_new_struct(const abi::ConstOp& op, ConstantStack& stack);
  void* evaluate_new_array(const abi::ConstOp& op, ConstantStack& stack);
  const Signature& signature(uint64_t type_id);
  // The limit of what a trap says is exhausted: of objects or exceptions; else 0.
  uint64_t kept_bytes_max(TrapCode code) const;
  void link_to(Impl& exporter);
  std::vector<Impl*> linked_group();
  // Whether the module's structs or arrays have fields of exceptions.
  bool objects_hold_exceptions() const;
  void collect_exceptions();
  void mark_exceptions(ExceptionMarker& marker);
  std::expected<void, Trap> init_elements();
  std::expected<void, Trap> init_data();

  Instance& instance_;
  InstanceBlock block_;
  const Limits limits_;
  MemoryBudget own_memory_budget_;  // outlives what takes of it, below
  MemoryBudget& memory_budget_;     // own, or shared with other threads
  Interruption interruption_;
  std::vector<std::unique_ptr<Memory>> defined_memories_;
  std::vector<std::unique_ptr<Table>> defined_tables_;
  std::vector<Memory*> memories_;  // imported ones first, as in the module
  std::vector<Table*> tables_;
  std::vector<HostFunctionImport> host_functions_;  // by imported function
  std::vector<bool> element_dropped_;
  std::vector<bool> data_dropped_;
  std::shared_ptr<ObjectHeap> object_heap_;
  // By segment, of those whose expressions make objects: these exist once.
  std::vector<std::vector<Reference>> element_values_;
  bool evaluation_failed_ = false;
  Memory* default_memory_ = nullptr;
  Signature last_signature_;
  std::vector<Impl*> linked_;  // instances that it imports from, and that import from it
  ExceptionHeap exceptions_{memory_budget_};
};

}  // namespace wherry::runtime
