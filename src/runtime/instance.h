// A running module: its block of abi::VmContext, memories, tables and globals, and calls into it.
// Core 3.0 §4.7 (instantiation and invocation).
//
// create() links: every import is found and its type checked. initialize() then does what may trap:
// element and data segments, and the start function. A call runs on a stack of the guest's own
// (GuestStack), is left by return or by a trap (traps.h), and may nest: host functions may call
// guests.
#pragma once

#include <expected>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "abi/instance_layout.h"
#include "abi/trap.h"
#include "runtime/artifact.h"
#include "runtime/host_module.h"
#include "runtime/limits.h"
#include "runtime/memory.h"
#include "runtime/object_heap.h"
#include "runtime/table.h"

namespace wherry::runtime {

// A global that lives outside of an instance, or an instance's own seen from outside.
struct Global {
  wasm::GlobalType type;  // canonical (type_registry.h)
  abi::GlobalCell* cell;
  const ObjectHeap* object_heap = nullptr;  // as TableOptions::object_heap
};

// What an import is bound to; everything is borrowed and must outlive the instance.
struct HostFunctionBinding {
  const HostFunctionDefinition* definition;
  void* self;
};
struct FunctionBinding {
  const abi::FunctionReference* reference;
  wasm::FunctionType type;  // canonical
};
struct TagBinding {
  const abi::Tag* tag;
  wasm::FunctionType type;
};
using Binding =
    std::variant<HostFunctionBinding, FunctionBinding, Table*, Memory*, Global, TagBinding>;

// Names to bindings. The first module that was added under a name wins for each field. What is
// added must outlive the instances that import from it.
class Linker {
 public:
  void add(HostModule& module);
  // Everything that `instance` exports, under `name`.
  void add(std::string_view name, Instance& instance);
  // One thing. Not for tables and globals that hold exceptions: those must be known to belong to an
  // instance.
  void add(std::string_view module, std::string_view field, Binding binding);

  // What an import is bound to, and the instance that exports it, where that is known.
  struct Offer {
    Binding binding;
    Instance* exporter = nullptr;
  };
  std::optional<Offer> find(std::string_view module, std::string_view field) const;
  // Likewise a host module's function of this name and type, an overload perhaps.
  std::optional<Offer> find(std::string_view module, std::string_view field,
                            const wasm::FunctionType& type) const;

 private:
  struct Entry {
    std::string module;
    std::string field;  // of a single binding
    std::variant<HostModule*, Instance*, Binding> target;
  };
  std::vector<Entry> entries_;
};

struct InstanceOptions {
  Limits limits = {};
  // Where its structs and arrays live. Null: in a heap of its own, if its module has such types,
  // with this limit, and within that of its memories. Instances that import from each
  // other must share one, and are told so otherwise: an object may go wherever a function or a
  // table takes a reference.
  std::shared_ptr<ObjectHeap> object_heap = nullptr;
  uint64_t object_heap_bytes_max = uint64_t{1} << 30;
  // Of the program with threads that it belongs to; must outlive it. Null: it is by itself.
  SharedLimits* shared_limits = nullptr;
};

// One thread at a time, except interrupt() and end().
class Instance {
 public:
  // Errors: NotFound or Invalid for an import that is missing or of another type, naming it;
  // Unavailable where the system's means or the limits do not suffice.
  static Result<std::unique_ptr<Instance>> create(std::shared_ptr<const Artifact> artifact,
                                                  const Linker& linker,
                                                  const InstanceOptions& options);
  ~Instance();
  Instance(const Instance&) = delete;
  Instance& operator=(const Instance&) = delete;

  // Segments and start function; once, before any call. After a trap the instance may still be
  // referred to by tables that it filled, and so must be kept, but not called.
  std::expected<void, Trap> initialize();

  const Artifact& artifact() const { return *artifact_; }

  // Exports by name; nullptr (nullopt) where there is none of that kind.
  const abi::FunctionReference* find_function(std::string_view name) const;
  Memory* find_memory(std::string_view name) const;
  Table* find_table(std::string_view name) const;
  std::optional<Global> find_global(std::string_view name) const;
  // Whether a passive segment is gone; an active one is, since initialize().
  bool is_data_dropped(uint32_t segment) const;
  bool is_element_dropped(uint32_t segment) const;
  // The type of an exported function, canonical.
  std::optional<wasm::FunctionType> function_type(std::string_view name) const;

  // Calls a function of this or another live instance. `slots` as in abi/calls.h; it must have room
  // for the larger of parameters and results, of the right types.
  static std::expected<void, Trap> call(const abi::FunctionReference& function,
                                        std::span<uint64_t> slots);

  // Whether a memory or a table could not grow for limits.memory_bytes_max.
  bool met_memory_limit() const;

  // Of limits.fuel, where there is that limit.
  uint64_t fuel_left() const;

  // From any thread: the guest that runs now, by a call into this instance, stops with `code`: at
  // once where it is in guest code, at the return of the host function otherwise, whose blocking
  // system calls end with EINTR. Nothing happens where none runs.
  void interrupt(TrapCode code);
  // The same, and no call begins any more: it is refused with `code`.
  void end(TrapCode code);

  // The parts, for this folder's own files: instance_impl.h.
  class Impl;
  Impl& impl() { return *impl_; }

 private:
  explicit Instance(std::shared_ptr<const Artifact> artifact);
  std::shared_ptr<const Artifact> artifact_;
  std::unique_ptr<Impl> impl_;
};

}  // namespace wherry::runtime
