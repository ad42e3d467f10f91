#include "wasm/module.h"

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

// The names in a module of three functions with this content of the name section; `bytes` holds
// them.
std::vector<FunctionName> names_of(const std::string& content, std::string& bytes) {
  const std::string body = sized("\x00\x0b"_b);
  bytes = module({section(1, list({"\x60\x00\x00"_b})), section(3, list({"\0"_b, "\0"_b, "\0"_b})),
                  section(10, list({body, body, body})), section(0, sized("name") + content)});
  auto decoded = decode_module(as_bytes(bytes));
  return decoded ? function_names(*decoded) : std::vector<FunctionName>{};
}

TEST(Module, FindsFunctionNamesBehindOtherSubsections) {
  std::string bytes;
  auto names = names_of(section(0, sized("module")) +
                            section(1, list({"\0"_b + sized("zero"), "\2"_b + sized("two")})),
                        bytes);
  ASSERT_EQ(names.size(), 2u);
  EXPECT_EQ(names[0].name, "zero");
  EXPECT_EQ(names[1].index, FunctionIndex(2));
  EXPECT_EQ(names[1].name, "two");
}

TEST(Module, TakesAMalformedNameSectionForNone) {
  const std::string cases[] = {
      "\x01"_b,
      "\x01\xff\xff\xff\xff\x0f"_b,
      section(1, binary::number(0xffffffff)),
      section(1, list({"\0"_b + sized("\xff")})),
      section(1, list({"\1"_b + sized("b"), "\0"_b + sized("a")})),
      section(1, list({"\3"_b + sized("there is no function 3")})),
      section(2, ""),
      "",
  };
  for (const std::string& content : cases) {
    std::string bytes;
    EXPECT_TRUE(names_of(content, bytes).empty()) << testing::PrintToString(content);
  }
}

TEST(Types, AreSpelledAsInTheTextFormat) {
  EXPECT_EQ(to_string(ValueType::f64()), "f64");
  EXPECT_EQ(to_string(ValueType::v128()), "v128");
  EXPECT_EQ(to_string(ValueType::externref()), "externref");
  EXPECT_EQ(to_string(ValueType::reference(HeapType::func(), false)), "(ref func)");
  EXPECT_EQ(to_string(ValueType::reference(HeapType::of(TypeIndex(3)), true)), "(ref null 3)");
  EXPECT_EQ(to_string(ValueType::reference(HeapType::abstract(HeapType::kAny), true)), "anyref");
  EXPECT_EQ(to_string(ValueType::reference(HeapType::abstract(HeapType::kNone), true)), "nullref");
  EXPECT_EQ(to_string(ValueType::reference(HeapType::abstract(HeapType::kNoFunc), true)),
            "nullfuncref");
  EXPECT_EQ(to_string(FunctionType{{ValueType::i32(), ValueType::i64()}, {ValueType::f32()}}),
            "[i32 i64] -> [f32]");
  EXPECT_STREQ(to_string(ExternalKind::Memory), "memory");
}

}  // namespace
}  // namespace wherry::wasm
