// The layers of the second wall: what the kernel keeps a process from, whatever code it has come to
// run. Each stands alone, so that a machine that lacks one still has the others.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "support/result.h"

namespace wherry::sandbox {

enum class Layer : uint8_t {
  Cgroup,      // memory, tasks and processors of the process as a whole
  Rlimits,     // no core file, no more descriptors
  Namespaces,  // users, IPC, host name, cgroups, and the network where none is granted
  Privileges,  // no capabilities, and none to be had by another program
  Landlock,    // the granted folders and ports, and no others
  Seccomp,     // the system calls that the host's code makes, and no others
};
inline constexpr size_t kLayers = 6;

struct LayerDescription {
  Layer layer;
  std::string_view name;
  std::string_view purpose;  // for doctor and --help: what it keeps the process from
  bool where_permitted;      // machines may well refuse it: its absence is no warning
};
// In the order in which they are put up: a cgroup is made by who still may; a namespace of users
// gives capabilities, which are dropped then; seccomp refuses the calls that the others need. All
// are on by default.
std::span<const LayerDescription> layer_descriptions();
std::string_view name_of(Layer layer);

class LayerSet {
 public:
  constexpr LayerSet() = default;
  constexpr bool has(Layer layer) const { return (bits_ >> static_cast<int>(layer)) & 1; }
  constexpr void add(Layer layer) { bits_ |= static_cast<uint8_t>(1 << static_cast<int>(layer)); }
  constexpr void remove(Layer layer) {
    bits_ &= static_cast<uint8_t>(~(1 << static_cast<int>(layer)));
  }
  constexpr bool operator==(const LayerSet&) const = default;

 private:
  uint8_t bits_ = 0;
};

// Which layers are put up. One that is wanted and missing is a warning (or a line for -v, see
// where_permitted), one that is required an error.
struct Selection {
  LayerSet wanted;
  LayerSet required;
};

// All layers, none of them required; then what --sandbox requires and
// --no-sandbox leaves out: names, several in one text with commas, `all` for every layer. Errors:
// Invalid for a name that is none, and for a layer that both name.
Result<Selection> parse_selection(std::span<const std::string> required,
                                  std::span<const std::string> left_out);

}  // namespace wherry::sandbox
