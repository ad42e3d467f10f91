#include "sandbox/layers.h"

#include <array>

namespace wherry::sandbox {

namespace {

constexpr std::array<LayerDescription, kLayers> kDescriptions{{
    {Layer::Cgroup, "cgroup", "memory, tasks and processors beyond its limits", true},
    {Layer::Rlimits, "rlimits", "leaving core files, and opening files without end", false},
    {Layer::Namespaces, "namespaces", "seeing the machine's network, users and IPC", true},
    {Layer::Privileges, "privileges", "gaining privileges, and using those of root", false},
    {Layer::Landlock, "landlock", "files, ports and processes that are not granted", false},
    {Layer::Seccomp, "seccomp", "system calls that no guest needs", false},
}};

Result<LayerSet> parse_layers(std::string_view flag, std::span<const std::string> texts) {
  LayerSet set;
  for (std::string_view text : texts) {
    for (size_t begin = 0; begin <= text.size();) {
      const size_t end = std::min(text.find(',', begin), text.size());
      std::string_view word = text.substr(begin, end - begin);
      begin = end + 1;
      bool known = false;
      for (const LayerDescription& description : kDescriptions) {
        if (word != "all" && word != description.name) continue;
        set.add(description.layer);
        known = true;
      }
      if (!known)
        return fail(ErrorCode::Invalid,
                    "{} {}: no such layer (cgroup, rlimits, namespaces, privileges, landlock, "
                    "seccomp, all)",
                    flag, word);
    }
  }
  return set;
}

}  // namespace

std::span<const LayerDescription> layer_descriptions() { return kDescriptions; }

std::string_view name_of(Layer layer) { return kDescriptions[static_cast<size_t>(layer)].name; }

Result<Selection> parse_selection(std::span<const std::string> required,
                                  std::span<const std::string> left_out) {
  Selection selection{.wanted = {}, .required = TRY(parse_layers("--sandbox", required))};
  const LayerSet off = TRY(parse_layers("--no-sandbox", left_out));
  for (const LayerDescription& description : kDescriptions) {
    const bool is_required = selection.required.has(description.layer);
    const bool is_off = off.has(description.layer);
    if (is_required && is_off)
      return fail(ErrorCode::Invalid, "--no-sandbox {}: --sandbox asks for it", description.name);
    if (!is_off) selection.wanted.add(description.layer);
  }
  return selection;
}

}  // namespace wherry::sandbox
