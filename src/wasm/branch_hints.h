// What a module's producer knows of its branches: the custom section metadata.code.branch_hint, by
// which a compiler may arrange code. Follows WebAssembly Code Metadata 1.0, §2.
//
//   [name "metadata.code.branch_hint"][functions, each: [index u32][hints, each:
//     [offset u32][size u32 = 1][0 unlikely, 1 likely]]]      u32 and counts as LEB128
//
// A custom section never makes a module invalid (Core 3.0 §5.5.3), so the decoder and the validator
// do not look at this one. Here an error says what is wrong with it, to tools that check; whoever
// compiles takes it for a module without hints.
#pragma once

#include <optional>
#include <vector>

#include "support/result.h"
#include "wasm/module.h"

namespace wherry::wasm {

struct BranchHint {
  uint32_t offset;  // of an `if` or `br_if`, in the binary
  bool is_likely;   // that its condition holds
};

class BranchHints {
 public:
  BranchHints() = default;
  // By rising offset.
  explicit BranchHints(std::vector<BranchHint> hints) : hints_(std::move(hints)) {}

  // Of the instruction at an offset in the binary: whether its condition is likely to hold.
  std::optional<bool> find(uint32_t offset) const;
  size_t size() const { return hints_.size(); }

 private:
  std::vector<BranchHint> hints_;
};

// Of a valid module; none where it has no such section. Errors: Malformed for a section that is not
// of that form or occurs twice; Invalid for a hint on what is no branch.
Result<BranchHints> read_branch_hints(const Module& module);

}  // namespace wherry::wasm
