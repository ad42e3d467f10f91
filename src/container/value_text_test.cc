#include "container/value_text.h"

#include <gtest/gtest.h>

namespace wherry::container {
namespace {

using wasm::ValueType;

// What a value is printed as that was written so; "error" where it is none.
std::string again(ValueType type, std::string_view text) {
  uint64_t slots[2] = {};
  if (!parse_value(type, text, slots)) return "error";
  return format_value(type, slots);
}

struct Case {
  const char* text;
  const char* printed;
};

void expect_all(ValueType type, std::initializer_list<Case> cases) {
  for (const Case& item : cases) EXPECT_EQ(again(type, item.text), item.printed) << item.text;
}

TEST(ValueText, Integers) {
  expect_all(ValueType::i32(), {{"42", "i32 42"},
                                {"-1", "i32 -1"},
                                {"+7", "i32 7"},
                                {"0xff", "i32 255"},
                                {"-0x80000000", "i32 -2147483648"},
                                {"4294967295", "i32 -1"},
                                {"4294967296", "error"},
                                {"-2147483649", "error"},
                                {"", "error"},
                                {"-", "error"},
                                {"--1", "error"},
                                {"0x", "error"},
                                {"0x-1", "error"},
                                {"1.5", "error"},
                                {"1 ", "error"},
                                {"one", "error"}});
  expect_all(ValueType::i64(), {{"18446744073709551615", "i64 -1"},
                                {"-9223372036854775808", "i64 -9223372036854775808"},
                                {"-9223372036854775809", "error"},
                                {"18446744073709551616", "error"}});
}

TEST(ValueText, Floats) {
  expect_all(ValueType::f32(), {{"1.5", "f32 1.5"},
                                {"-0", "f32 -0"},
                                {"0.1", "f32 0.1"},
                                {".5", "f32 0.5"},
                                {"1e3", "f32 1000"},
                                {"0x1.8p3", "f32 12"},
                                {"inf", "f32 inf"},
                                {"-inf", "f32 -inf"},
                                {"nan", "f32 nan:0x400000"},
                                {"-nan:0x1", "f32 -nan:0x1"},
                                {"nan:0x800000", "error"},
                                {"nan:0x0", "error"},
                                {"nan:1", "error"},
                                {"nan(1)", "error"},
                                {"infinity", "error"},
                                {"--1", "error"},
                                {"1e99", "error"},
                                {"0x", "error"},
                                {"", "error"}});
  expect_all(ValueType::f64(),
             {{"0.1", "f64 0.1"}, {"1e300", "f64 1e+300"}, {"nan", "f64 nan:0x8000000000000"}});
}

TEST(ValueText, Vectors) {
  expect_all(ValueType::v128(),
             {{"i32x4:1,2,3,-1", "v128 i32x4:0x1,0x2,0x3,0xffffffff"},
              {"i8x16:0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,255",
               "v128 i32x4:0x3020100,0x7060504,0xb0a0908,0xff0e0d0c"},
              {"i64x2:1,-1", "v128 i32x4:0x1,0x0,0xffffffff,0xffffffff"},
              {"f64x2:0,1", "v128 i32x4:0x0,0x0,0x0,0x3ff00000"},
              {"f32x4:1,-1,inf,nan", "v128 i32x4:0x3f800000,0xbf800000,0x7f800000,0x7fc00000"},
              {"i32x4:1,2,3", "error"},
              {"i32x4:1,2,3,4,5", "error"},
              {"i16x8:65536,0,0,0,0,0,0,0", "error"},
              {"1", "error"}});
}

TEST(ValueText, References) {
  EXPECT_EQ(again(ValueType::funcref(), "null"), "funcref null");
  EXPECT_EQ(again(ValueType::externref(), "7"), "error");
  uint64_t slot = 1;
  EXPECT_EQ(format_value(ValueType::externref(), {&slot, 1}), "externref not null");
  auto never_null = ValueType::reference(wasm::HeapType::func(), false);
  EXPECT_EQ(parse_value(never_null, "null", {&slot, 1}).error().code, ErrorCode::Unsupported);
}

}  // namespace
}  // namespace wherry::container
