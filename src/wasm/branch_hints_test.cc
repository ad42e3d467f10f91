#include "wasm/branch_hints.h"

#include <gtest/gtest.h>

#include "wasm/binary_for_tests.h"
#include "wasm/decoder.h"

namespace wherry::wasm {
namespace {

using binary::list;
using binary::module;
using binary::section;
using binary::sized;
using binary::operator""_b;

// Two functions of (i32 -> nothing) with a group of locals: `local.get 0, if, end` with the `if` at
// 5, and `block, local.get 0, br_if 0, end` with the `br_if` at 7.
constexpr uint32_t kIf = 5, kBranchIf = 7;
const std::string kBodies =
    section(10, list({sized("\x01\x01\x7f\x20\x00\x04\x40\x0b\x0b"_b),
                      sized("\x01\x01\x7f\x02\x40\x20\x00\x0d\x00\x0b\x0b"_b)}));

std::string hint_section(const std::string& content) {
  return section(0, sized("metadata.code.branch_hint") + content);
}

std::string function(uint8_t index, std::initializer_list<std::string> hints) {
  return std::string(1, static_cast<char>(index)) + list(hints);
}

std::string hint(uint32_t offset, char value) { return binary::number(offset) + '\1' + value; }

// `bytes` holds what the module borrows.
Result<Module> with_sections(std::initializer_list<std::string> sections, std::string& bytes) {
  bytes = module({section(1, list({"\x60\x01\x7f\x00"_b})), section(3, list({"\0"_b, "\0"_b}))});
  for (const std::string& each : sections) bytes += each;
  bytes += kBodies;
  return decode_module(as_bytes(bytes));
}

TEST(BranchHints, CountFromTheBeginningOfTheFunction) {
  std::string bytes;
  auto module = with_sections(
      {hint_section(list({function(0, {hint(kIf, 1)}), function(1, {hint(kBranchIf, 0)})}))},
      bytes);
  ASSERT_TRUE(module.has_value()) << module.error().message;
  auto hints = read_branch_hints(*module);
  ASSERT_TRUE(hints.has_value()) << hints.error().message;
  ASSERT_EQ(hints->size(), 2u);
  const uint32_t first = module->bodies[0].begin + kIf,
                 second = module->bodies[1].begin + kBranchIf;
  EXPECT_EQ(bytes[first], '\x04');
  EXPECT_EQ(bytes[second], '\x0d');
  EXPECT_EQ(hints->find(first), true);
  EXPECT_EQ(hints->find(second), false);
  EXPECT_EQ(hints->find(first + 1), std::nullopt);
}

TEST(BranchHints, AreNoneWithoutTheSection) {
  std::string bytes;
  auto module = with_sections({}, bytes);
  ASSERT_TRUE(module.has_value());
  EXPECT_EQ(read_branch_hints(*module)->size(), 0u);
}

TEST(BranchHints, SayWhatIsWrongWithTheSectionOfAModuleThatStaysValid) {
  const std::string right = hint_section(list({function(0, {hint(kIf, 1)})}));
  struct Case {
    const char* name;
    std::string sections;
    ErrorCode code;
  };
  const Case cases[] = {
      {"no branch", hint_section(list({function(0, {hint(3, 1)})})), ErrorCode::Invalid},
      {"inside of an instruction", hint_section(list({function(0, {hint(6, 1)})})),
       ErrorCode::Invalid},
      {"among the locals", hint_section(list({function(0, {hint(0, 1)})})), ErrorCode::Invalid},
      {"beyond the end", hint_section(list({function(0, {hint(9, 1)})})), ErrorCode::Invalid},
      {"far beyond", hint_section(list({function(0, {hint(~0u, 1)})})), ErrorCode::Invalid},
      {"value", hint_section(list({function(0, {hint(kIf, 2)})})), ErrorCode::Malformed},
      {"size", hint_section(list({function(0, {"\x05\x02\x01"_b})})), ErrorCode::Malformed},
      {"twice the same", hint_section(list({function(0, {hint(kIf, 1), hint(kIf, 1)})})),
       ErrorCode::Malformed},
      {"functions out of order",
       hint_section(list({function(1, {hint(kBranchIf, 1)}), function(0, {hint(kIf, 1)})})),
       ErrorCode::Malformed},
      {"no such function", hint_section(list({function(2, {})})), ErrorCode::Malformed},
      {"more than its end", hint_section(list({}) + "\0"_b), ErrorCode::Malformed},
      {"less than its count", hint_section("\x01"_b), ErrorCode::Malformed},
      {"two sections", right + right, ErrorCode::Malformed},
  };
  for (const Case& item : cases) {
    std::string bytes;
    auto module = with_sections({item.sections}, bytes);
    ASSERT_TRUE(module.has_value()) << item.name;
    auto hints = read_branch_hints(*module);
    ASSERT_FALSE(hints.has_value()) << item.name;
    EXPECT_EQ(hints.error().code, item.code) << item.name << ": " << hints.error().message;
  }
}

}  // namespace
}  // namespace wherry::wasm
