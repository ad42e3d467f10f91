#include "wasm/branch_hints.h"

#include <algorithm>

#include "wasm/byte_reader.h"
#include "wasm/instruction.h"

namespace wherry::wasm {

namespace {

constexpr std::string_view kSection = "metadata.code.branch_hint";
constexpr uint32_t kPayloadBytes = 1;

Result<BranchHint> read_hint(ByteReader& section, const FunctionBody& body) {
  BranchHint hint{};
  uint32_t distance = TRY(section.read_u32());
  uint64_t end = body.offset + body.code.size();
  if (distance >= end - body.begin)
    return fail(ErrorCode::Invalid,
                "a branch hint is {} bytes behind the beginning of a function of {}", distance,
                end - body.begin);
  hint.offset = body.begin + distance;
  if (TRY(section.read_u32()) != kPayloadBytes)
    return fail(ErrorCode::Malformed, "the branch hint for offset {:#x} is not of one byte",
                hint.offset);
  uint8_t value = TRY(section.read_byte());
  if (value > 1)
    return fail(ErrorCode::Malformed, "the branch hint for offset {:#x} is {}, neither 0 nor 1",
                hint.offset, value);
  hint.is_likely = value == 1;
  return hint;
}

// Whether each hint is at a branch; `hints` are those of the body.
Result<> check_targets(const FunctionBody& body, std::span<const BranchHint> hints) {
  InstructionReader reader(body.code, body.offset);
  while (!hints.empty() && !reader.at_end()) {
    Instruction instruction = TRY(reader.next());
    const uint32_t offset = hints.front().offset;
    if (instruction.offset < offset) continue;
    const bool is_branch = instruction.opcode == Opcode::If || instruction.opcode == Opcode::BrIf;
    if (instruction.offset > offset || !is_branch) break;
    hints = hints.subspan(1);
  }
  if (hints.empty()) return {};
  return fail(ErrorCode::Invalid, "the branch hint for offset {:#x} is at no if or br_if",
              hints.front().offset);
}

Result<> read_function_hints(ByteReader& section, const FunctionBody& body,
                             std::vector<BranchHint>& hints) {
  const size_t first = hints.size();
  for (uint32_t count = TRY(section.read_u32()); count > 0; --count) {
    BranchHint hint = TRY(read_hint(section, body));
    if (hints.size() > first && hints.back().offset >= hint.offset)
      return fail(ErrorCode::Malformed, "the branch hint for offset {:#x} is out of order",
                  hint.offset);
    hints.push_back(hint);
  }
  return check_targets(body, std::span(hints).subspan(first));
}

}  // namespace

std::optional<bool> BranchHints::find(uint32_t offset) const {
  auto found = std::ranges::lower_bound(hints_, offset, {}, &BranchHint::offset);
  if (found == hints_.end() || found->offset != offset) return std::nullopt;
  return found->is_likely;
}

Result<BranchHints> read_branch_hints(const Module& module) {
  auto is_ours = [](const CustomSection& section) { return section.name == kSection; };
  auto found = std::ranges::find_if(module.custom_sections, is_ours);
  if (found == module.custom_sections.end()) return BranchHints();
  if (std::ranges::count_if(module.custom_sections, is_ours) > 1)
    return fail(ErrorCode::Malformed, "there are two sections {}", kSection);
  ByteReader section(found->bytes, 0);
  std::vector<BranchHint> hints;
  uint64_t next_function = module.imported_functions;
  for (uint32_t count = TRY(section.read_u32()); count > 0; --count) {
    uint32_t function = TRY(section.read_u32());
    if (function < next_function || function >= module.functions.size())
      return fail(ErrorCode::Malformed, "branch hints for function {} out of order or range",
                  function);
    next_function = uint64_t{function} + 1;
    TRY(read_function_hints(section, module.bodies[function - module.imported_functions], hints));
  }
  if (!section.at_end())
    return fail(ErrorCode::Malformed, "the section {} goes on behind its end", kSection);
  return BranchHints(std::move(hints));
}

}  // namespace wherry::wasm
