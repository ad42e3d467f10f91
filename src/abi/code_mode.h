// What compiled code can be asked to do besides running fast. An artifact is of one mode, which
// stands in its header and in its name in the cache.
#pragma once

#include <cstdint>

namespace wherry::abi {

struct CodeMode {
  // Compares each address with the memory's size, where other code relies on the guard behind a
  // memory's reservation. For machines without the address space; such memories may move.
  bool checks_bounds = false;
  // Takes the cost of what it runs from VmContext::fuel, and traps when there is none left.
  bool counts_fuel = false;

  bool operator==(const CodeMode&) const = default;

  // As in Header::mode.
  constexpr uint32_t bits() const { return (checks_bounds ? 1u : 0u) | (counts_fuel ? 2u : 0u); }
  static constexpr CodeMode of_bits(uint32_t bits) {
    return {.checks_bounds = (bits & 1) != 0, .counts_fuel = (bits & 2) != 0};
  }
};

}  // namespace wherry::abi
