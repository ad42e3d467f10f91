#include "wasm/decoder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "wasm/binary_for_tests.h"

namespace wherry::wasm {
namespace {

using binary::list;
using binary::module;
using binary::number;
using binary::section;
using binary::sized;
using binary::operator""_b;
using testing::HasSubstr;

Error decode_error(const std::string& bytes) {
  auto decoded = decode_module(as_bytes(bytes));
  return decoded ? Error{ErrorCode::Io, "decoded"} : decoded.error();
}

const std::string kVoidType = section(1, list({"\x60\x00\x00"_b}));

TEST(Decoder, ReadsTheEmptyModule) {
  auto decoded = decode_module(as_bytes(binary::kPreamble));
  ASSERT_TRUE(decoded);
  EXPECT_TRUE(decoded->types.empty());
}

TEST(Decoder, RejectsWhatIsNoModule) {
  EXPECT_EQ(decode_error("").code, ErrorCode::Malformed);
  EXPECT_EQ(decode_error("\0as"_b).code, ErrorCode::Malformed);
  EXPECT_THAT(decode_error("#!/bin/sh\n").message, HasSubstr("no WebAssembly binary"));
  EXPECT_EQ(decode_error("\0asm\1\0\0"_b).code, ErrorCode::Malformed);
  EXPECT_THAT(decode_error("\0asm\2\0\0\0"_b).message, HasSubstr("unknown binary version 0x2"));
}

TEST(Decoder, SaysThatAComponentIsNoModule) {
  Error error = decode_error("\0asm\x0d\0\1\0"_b);
  EXPECT_EQ(error.code, ErrorCode::Malformed);
  EXPECT_THAT(error.message, HasSubstr("this is a component (WASI 0.2), not a module"));
}

TEST(Decoder, PutsImportsFirstInTheIndexSpaces) {
  std::string bytes = module({
      section(1, list({"\x60\x01\x7f\x00"_b, "\x60\x00\x01\x7e"_b})),
      section(2, list({"\x03"
                       "env"
                       "\x01"
                       "f"
                       "\x00\x01"_b,
                       "\x03"
                       "env"
                       "\x01"
                       "m"
                       "\x02\x01\x01\x02"_b,
                       "\x03"
                       "env"
                       "\x01"
                       "g"
                       "\x03\x7f\x01"_b})),
      section(3, list({"\x00"_b})),
      section(6, list({"\x7e\x00\x42\x2a\x0b"_b})),
      section(10, list({sized("\x01\x02\x7f\x0b"_b)})),
  });
  auto decoded = decode_module(as_bytes(bytes));
  ASSERT_TRUE(decoded) << decoded.error().message;
  EXPECT_EQ(decoded->imported_functions, 1u);
  EXPECT_EQ(decoded->functions, (std::vector{TypeIndex(1), TypeIndex(0)}));
  EXPECT_EQ(to_string(decoded->function_type(FunctionIndex(0))), "[] -> [i64]");
  EXPECT_EQ(to_string(decoded->function_type(FunctionIndex(1))), "[i32] -> []");
  ASSERT_EQ(decoded->memories.size(), 1u);
  EXPECT_EQ(decoded->memories[0].limits, (Limits{.min = 1, .max = 2}));
  ASSERT_EQ(decoded->globals.size(), 2u);
  EXPECT_TRUE(decoded->globals[0].is_mutable);
  EXPECT_EQ(decoded->defined_globals[0].type.value, ValueType::i64());
  EXPECT_EQ(as_text(decoded->defined_globals[0].init.code), "\x42\x2a\x0b");
  EXPECT_EQ(decoded->imports[1].name, "m");
}

TEST(Decoder, KeepsBodiesAsSpansWithTheirOffset) {
  std::string bytes = module(
      {kVoidType, section(3, list({"\x00"_b})), section(10, list({sized("\x01\x02\x7f\x0b"_b)}))});
  auto decoded = decode_module(as_bytes(bytes));
  ASSERT_TRUE(decoded) << decoded.error().message;
  const FunctionBody& body = decoded->bodies.at(0);
  EXPECT_EQ(as_text(body.code), "\x0b");
  EXPECT_EQ(body.offset, bytes.size() - 1);
  EXPECT_EQ(body.locals.at(0).count, 2u);
  EXPECT_EQ(body.locals.at(0).type, ValueType::i32());
}

TEST(Decoder, ReadsAllEightKindsOfElementSegments) {
  const std::string offset = "\x41\x00\x0b"_b;
  const std::string function = "\xd2\x00\x0b"_b;
  std::string bytes =
      module({section(9, list({
                             "\x00"_b + offset + list({"\x07"_b}),
                             "\x01\x00"_b + list({"\x07"_b}),
                             "\x02\x03"_b + offset + "\x00"_b + list({"\x07"_b}),
                             "\x03\x00"_b + list({"\x07"_b}),
                             "\x04"_b + offset + list({function}),
                             "\x05\x70"_b + list({function}),
                             "\x06\x03"_b + offset + "\x6f"_b + list({"\xd0\x6f\x0b"_b}),
                             "\x07\x70"_b + list({function}),
                         }))});
  auto decoded = decode_module(as_bytes(bytes));
  ASSERT_TRUE(decoded) << decoded.error().message;
  const SegmentMode modes[] = {
      SegmentMode::Active, SegmentMode::Passive, SegmentMode::Active, SegmentMode::Declarative,
      SegmentMode::Active, SegmentMode::Passive, SegmentMode::Active, SegmentMode::Declarative};
  ASSERT_EQ(decoded->elements.size(), std::size(modes));
  for (size_t i = 0; i < std::size(modes); ++i) {
    const ElementSegment& segment = decoded->elements[i];
    EXPECT_EQ(segment.mode, modes[i]) << i;
    EXPECT_EQ(segment.items.index(), i < 4 ? 0u : 1u) << i;
    ValueType functions = ValueType::reference(HeapType::func(), i >= 4);
    EXPECT_EQ(segment.type, i == 6 ? ValueType::externref() : functions) << i;
    EXPECT_EQ(segment.table, TableIndex(i == 2 || i == 6 ? 3 : 0)) << i;
  }
}

TEST(Decoder, ReadsDataSegments) {
  std::string bytes =
      module({section(12, number(3)),
              section(11, list({"\x00\x41\x08\x0b"_b + sized("one"), "\x01"_b + sized("two"),
                                "\x02\x00\x41\x08\x0b"_b + sized("")}))});
  auto decoded = decode_module(as_bytes(bytes));
  ASSERT_TRUE(decoded) << decoded.error().message;
  EXPECT_EQ(decoded->data_count, 3u);
  EXPECT_EQ(as_text(decoded->data.at(0).bytes), "one");
  EXPECT_EQ(decoded->data.at(1).mode, SegmentMode::Passive);
  EXPECT_TRUE(decoded->data.at(2).bytes.empty());
}

TEST(Decoder, ReadsGroupsOfTypes) {
  // (func), then
  // (rec (sub (struct (field i8) (field (mut (ref null 2))))) (sub final 1 (array anyref)))
  std::string bytes = module({section(
      1, list({"\x60\x00\x00"_b,
               "\x4e\x02\x50\x00\x5f\x02\x78\x00\x63\x02\x01\x4f\x01\x01\x5e\x6e\x00"_b}))});
  auto decoded = decode_module(as_bytes(bytes));
  ASSERT_TRUE(decoded) << decoded.error().message;
  ASSERT_EQ(decoded->types.size(), 3u);
  EXPECT_TRUE(decoded->types[0].is_final);
  EXPECT_EQ(decoded->types[0].group_size, 1u);
  const SubType& structure = decoded->types[1];
  EXPECT_FALSE(structure.is_final);
  EXPECT_EQ(structure.group_size, 2u);
  const auto& fields = std::get<StructType>(structure.composite).fields;
  ASSERT_EQ(fields.size(), 2u);
  EXPECT_EQ(fields[0].storage.packing, StorageType::Packing::I8);
  EXPECT_TRUE(fields[1].is_mutable);
  EXPECT_EQ(fields[1].storage.value, ValueType::reference(HeapType::of(TypeIndex(2)), true));
  const SubType& array = decoded->types[2];
  EXPECT_TRUE(array.is_final);
  EXPECT_EQ(array.group, TypeIndex(1));
  EXPECT_EQ(array.supertype, TypeIndex(1));
  EXPECT_TRUE(std::holds_alternative<ArrayType>(array.composite));
}

TEST(Decoder, ReadsTablesWithAnInitialValue) {
  std::string bytes = module({section(4, list({"\x40\x00\x70\x00\x01\xd0\x70\x0b"_b}))});
  auto decoded = decode_module(as_bytes(bytes));
  ASSERT_TRUE(decoded) << decoded.error().message;
  ASSERT_TRUE(decoded->defined_tables.at(0).init.has_value());
  EXPECT_EQ(as_text(decoded->defined_tables[0].init->code), "\xd0\x70\x0b"_b);
}

TEST(Decoder, ReadsTags) {
  std::string bytes =
      module({section(1, list({"\x60\x01\x7b\x00"_b, "\x60\x00\x00"_b})),
              section(2, list({sized("m") + sized("t") + "\x04\x00\x01"_b})),
              section(13, list({"\x00\x00"_b})), section(7, list({sized("x") + "\x04\x01"_b}))});
  auto decoded = decode_module(as_bytes(bytes));
  ASSERT_TRUE(decoded) << decoded.error().message;
  EXPECT_EQ(decoded->imported_tags, 1u);
  EXPECT_EQ(decoded->tags, (std::vector{TypeIndex(1), TypeIndex(0)}));
  EXPECT_EQ(decoded->exports.at(0).kind, ExternalKind::Tag);
  EXPECT_EQ(decoded->function_type(TypeIndex(0)).params.at(0), ValueType::v128());
}

TEST(Decoder, FindsTheEndOfAnExpressionBehindNestedBlocks) {
  // Not constant, but well-formed: the validator rejects it.
  std::string init = "\x02\x40\x0b\x41\x00\x0b"_b;
  std::string bytes = module({section(6, list({"\x7f\x00"_b + init}))});
  auto decoded = decode_module(as_bytes(bytes));
  ASSERT_TRUE(decoded) << decoded.error().message;
  EXPECT_EQ(as_text(decoded->defined_globals[0].init.code), init);
}

TEST(Decoder, RejectsMalformedBinaries) {
  struct Case {
    const char* fact;
    std::string bytes;
    const char* message;
  };
  const std::string one_function = section(3, list({"\x00"_b}));
  const Case cases[] = {
      {"a tag of another kind", module({section(13, list({"\x01\x00"_b}))}),
       "malformed tag attribute 0x01"},
      {"a 4 GiB section", module({"\x01\xff\xff\xff\xff\x0f"_b}), "length out of bounds"},
      {"4 billion types", module({section(1, number(0xffffffff))}), "4294967295 types in 0 bytes"},
      {"4 billion bodies", module({section(10, number(0xffffffff))}), "unexpected end"},
      {"a 4 GiB name", module({section(0, number(0xffffffff) + "x")}), "unexpected end"},
      {"a name across the section's end",
       module({section(0,
                       "\x05"
                       "abc"_b)}),
       "unexpected end"},
      {"a name that is no UTF-8", module({section(0, sized("\xff"))}), "UTF-8"},
      {"no length of a section", module({"\x01"_b}), "unexpected end"},
      {"bytes behind a section's content", module({section(1, "\x00\x00"_b)}), "size mismatch"},
      {"an unknown section", module({section(14, "")}), "malformed section id 14"},
      {"a section twice", module({kVoidType, kVoidType}), "there is one already"},
      {"sections out of order", module({section(3, "\x00"_b), kVoidType}), "out of order"},
      {"data count behind code", module({section(10, "\x00"_b), section(12, "\x00"_b)}),
       "unexpected data count section"},
      {"a function without a body", module({kVoidType, one_function}), "1 functions, 0 bodies"},
      {"a body without a function", module({section(10, list({sized("\x00\x0b"_b)}))}),
       "0 functions, 1 bodies"},
      {"a data count of nothing", module({section(12, "\x01"_b)}), "1 and 0 segments"},
      {"a value type that is none", module({section(1, list({"\x60\x01\x40\x00"_b}))}),
       "malformed value type 0x40"},
      {"a mutability of 2", module({section(6, list({"\x7f\x02\x41\x00\x0b"_b}))}), "mutability"},
      {"limits flags of 8", module({section(5, list({"\x08\x01"_b}))}), "limits flags 0x08"},
      {"an export of kind 5", module({section(7, list({sized("x") + "\x05\x00"_b}))}), "kind 0x05"},
      {"an element kind of 1", module({section(9, list({"\x01\x01\x00"_b}))}), "element kind"},
      {"element flags of 8", module({section(9, list({"\x08"_b}))}), "element segment flags"},
      {"data flags of 3", module({section(11, list({"\x03"_b}))}), "data segment flags"},
      {"an expression without end", module({section(6, list({"\x7f\x00\x41\x00"_b}))}),
       "unexpected end"},
      {"too many locals",
       module({kVoidType, one_function,
               section(10, list({sized("\x02\xff\xff\xff\xff\x0f\x7f\x01\x7e\x0b"_b)}))}),
       "too many locals: 4294967296"},
  };
  for (const Case& each : cases) {
    Error error = decode_error(each.bytes);
    EXPECT_EQ(error.code, ErrorCode::Malformed) << each.fact << ": " << error.message;
    EXPECT_THAT(error.message, HasSubstr(each.message)) << each.fact;
    EXPECT_THAT(error.message, HasSubstr("at offset 0x")) << each.fact;
  }
}

TEST(Decoder, ReadsSharedMemories) {
  const std::string bytes =
      module({section(5, list({"\x03\x01\x02"_b, "\x07\x01\x02"_b, "\x01\x01\x02"_b}))});
  auto decoded = decode_module(as_bytes(bytes));
  ASSERT_TRUE(decoded) << decoded.error().message;
  EXPECT_TRUE(decoded->memories[0].shared && !decoded->memories[0].is_64);
  EXPECT_TRUE(decoded->memories[1].shared && decoded->memories[1].is_64);
  EXPECT_FALSE(decoded->memories[2].shared);
  EXPECT_EQ(decoded->memories[1].limits, (Limits{1, 2}));
}

TEST(Decoder, NamesTheFeatureThatItDoesNotSupport) {
  struct Case {
    std::string bytes;
    const char* feature;
  };
  const Case cases[] = {
      {module({section(4, list({"\x70\x03\x01\x02"_b}))}), "shared-everything threads"},
  };
  for (const Case& each : cases) {
    Error error = decode_error(each.bytes);
    EXPECT_EQ(error.code, ErrorCode::Unsupported) << each.feature << ": " << error.message;
    EXPECT_THAT(error.message, HasSubstr(each.feature));
  }
}

TEST(Decoder, NamesTheLimitThatIsExceeded) {
  std::string many_types = number(1'000'001);
  for (int i = 0; i < 1'000'001; ++i) many_types += "\x60\x00\x00"_b;
  Error error = decode_error(module({section(1, many_types)}));
  EXPECT_EQ(error.code, ErrorCode::Invalid);
  EXPECT_THAT(error.message, HasSubstr("1000001 types exceed the limit of 1000000"));

  std::string many_params = "\x60"_b + number(1001) + std::string(1001, '\x7f') + "\x00"_b;
  error = decode_error(module({section(1, list({many_params}))}));
  EXPECT_EQ(error.code, ErrorCode::Invalid);
  EXPECT_THAT(error.message, HasSubstr("1001 function parameters exceed the limit of 1000"));

  std::string many_locals = sized("\x01"_b + number(50'001) + "\x7f\x0b"_b);
  error = decode_error(
      module({kVoidType, section(3, list({"\x00"_b})), section(10, list({many_locals}))}));
  EXPECT_EQ(error.code, ErrorCode::Invalid);
  EXPECT_THAT(error.message, HasSubstr("50001 locals exceed the limit of 50000"));
}

TEST(Decoder, RejectsEveryTruncationWithoutReadingBeyondIt) {
  std::string whole = module({
      section(1, list({"\x60\x01\x7f\x01\x7f"_b})),
      section(3, list({"\x00"_b})),
      section(5, list({"\x00\x01"_b})),
      section(7, list({sized("run") + "\x00\x00"_b})),
      section(10, list({sized("\x00\x20\x00\x0b"_b)})),
      section(11, list({"\x00\x41\x00\x0b"_b + sized("data")})),
  });
  ASSERT_TRUE(decode_module(as_bytes(whole)));
  size_t accepted = 0;
  for (size_t size = 0; size < whole.size(); ++size) {
    std::string part(whole.data(), size);  // its own allocation, so that asan sees a read beyond it
    if (decode_module(as_bytes(part))) ++accepted;
  }
  // The preamble alone, then with types; with code, the data is not missed. Any other cut shows.
  EXPECT_EQ(accepted, 3u);
}

}  // namespace
}  // namespace wherry::wasm
