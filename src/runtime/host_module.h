// The interface through which a host offers functions to guests: WASI and waPC implement it, the
// runtime calls it and knows none of them by name.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string_view>

#include "abi/trap.h"
#include "wasm/types.h"

namespace wherry::runtime {

class Instance;
class Memory;
using abi::Trap;
using abi::TrapCode;

// What a host function sees of the guest that called it. Valid during the call only.
class Caller {
 public:
  explicit Caller(Instance& instance) : instance_(instance) {}

  Instance& instance() const { return instance_; }
  // The memory that the calling instance exports as "memory"; nullptr where it exports none.
  // Guest memory may be changed by the guest between two looks (shared memories): read once, then
  // check.
  Memory* memory() const;

 private:
  Instance& instance_;
};

// Host functions return nothing, or why the guest must stop (an exit among them). They never throw
// and never unwind through the guest.
using HostResult = std::expected<void, Trap>;

// `slots` as in abi/calls.h: parameters in, results out, from the start.
using HostFunction = HostResult (*)(void* self, Caller& caller, std::span<uint64_t> slots);

struct HostFunctionDefinition {
  std::string_view name;
  wasm::FunctionType type;
  HostFunction call;
};

// A set of host functions under one import module name. Must outlive the instances that import from
// it.
class HostModule {
 public:
  virtual ~HostModule() = default;
  // The import module's name: "wasi_snapshot_preview1".
  virtual std::string_view name() const = 0;
  // nullptr where there is no such function. The definition must outlive the module.
  virtual const HostFunctionDefinition* find_function(std::string_view field) const = 0;
  // Where functions of several types have one name: those after the first, `index` from 0. An
  // import is bound to the one of its type.
  virtual const HostFunctionDefinition* find_overload(std::string_view, size_t) const {
    return nullptr;
  }
  // Passed to the functions as `self`.
  virtual void* self() = 0;
};

}  // namespace wherry::runtime
