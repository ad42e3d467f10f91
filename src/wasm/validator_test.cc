#include "wasm/validator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "wasm/binary_for_tests.h"
#include "wasm/decoder.h"

namespace wherry::wasm {
namespace {

using binary::list;
using binary::module;
using binary::number;
using binary::section;
using binary::sized;
using binary::operator""_b;
using testing::HasSubstr;

Result<> validate(const std::string& bytes) {
  auto decoded = decode_module(as_bytes(bytes));
  if (!decoded) return std::unexpected(decoded.error());
  return validate_module(*decoded);
}

// A module with types 0: [] -> [], 1: [i32 i64] -> [i32], 2: [i32] -> [i32 i32]; a function of type
// 1 with an f32 local, whose body is `code`; a table, a memory, and an immutable global of 7.
std::string module_with(const std::string& code) {
  return module({
      section(1,
              list({"\x60\x00\x00"_b, "\x60\x02\x7f\x7e\x01\x7f"_b, "\x60\x01\x7f\x02\x7f\x7f"_b})),
      section(3, list({"\x01"_b})),
      section(4, list({"\x70\x00\x01"_b})),
      section(5, list({"\x00\x01"_b})),
      section(6, list({"\x7f\x00\x41\x07\x0b"_b})),
      section(10, list({sized("\x01\x01\x7d"_b + code)})),
  });
}

TEST(Validator, AcceptsGoodBodies) {
  struct Case {
    const char* fact;
    std::string code;
  };
  const Case cases[] = {
      {"a parameter is the result", "\x20\x00\x0b"_b},
      {"unreachable gives any result", "\x00\x0b"_b},
      {"operands after unreachable", "\x00\x6a\x0b"_b},
      {"select of unknown operands", "\x00\x1b\x0b"_b},
      {"a branch out of the function", "\x20\x00\x0c\x00\x0b"_b},
      {"return", "\x20\x00\x0f\x0b"_b},
      {"a block with a result", "\x02\x7f\x41\x01\x0b\x0b"_b},
      {"a block with a parameter and two results", "\x41\x01\x02\x02\x41\x02\x0b\x6a\x0b"_b},
      {"a loop's label takes its parameters", "\x41\x01\x03\x02\x0c\x00\x0b\x6a\x0b"_b},
      {"both halves of an if", "\x20\x00\x04\x7f\x41\x01\x05\x41\x02\x0b\x0b"_b},
      {"an if alone", "\x20\x00\x04\x40\x0b\x20\x00\x0b"_b},
      {"a branch table", "\x02\x40\x20\x00\x0e\x02\x00\x00\x00\x0b\x41\x00\x0b"_b},
      {"a branch table of unknown operands", "\x02\x7d\x00\x20\x00\x0e\x01\x00\x01\x0b\x00\x0b"_b},
      {"a load", "\x20\x00\x28\x02\x00\x0b"_b},
      {"a recursive call", "\x20\x00\x20\x01\x10\x00\x0b"_b},
      {"an indirect call", "\x20\x00\x20\x01\x41\x00\x11\x01\x00\x0b"_b},
      {"a local", "\x43\x00\x00\x80\x3f\x22\x02\xa8\x0b"_b},
      {"a null reference", "\xd0\x6f\xd1\x0b"_b},
      {"saturating truncation", "\x20\x02\xfc\x00\x0b"_b},
      {"sign extension", "\x20\x00\xc0\x0b"_b},
      {"a lane of a vector", "\x20\x00\xfd\x11\xfd\x1b\x03\x0b"_b},
      {"an atomic addition", "\x20\x00\x20\x00\xfe\x1e\x02\x00\x0b"_b},
      {"a wait, in any memory", "\x20\x00\x20\x00\x20\x01\xfe\x01\x02\x00\x0b"_b},
      {"a fence", "\xfe\x03\x00\x20\x00\x0b"_b},
      {"a vector load", "\x20\x00\xfd\x00\x04\x00\xfd\x63\x0b"_b},
  };
  for (const Case& each : cases) {
    auto valid = validate(module_with(each.code));
    EXPECT_TRUE(valid) << each.fact << ": " << valid.error().message;
  }
}

// A function of type [] -> [] whose body is `code`, and a tag with an i32.
Result<> validate_with_tag(const std::string& code) {
  return validate(module({section(1, list({"\x60\x00\x00"_b, "\x60\x01\x7f\x00"_b})),
                          section(3, list({"\x00"_b})), section(13, list({"\x00\x01"_b})),
                          section(10, list({sized("\x00"_b + code)}))}));
}

TEST(Validator, ChecksExceptions) {
  const std::string good[] = {
      "\x41\x01\x08\x00\x0b"_b,                                  // throw
      "\x02\x7f\x1f\x40\x01\x00\x00\x00\x0b\x00\x0b\x1a\x0b"_b,  // try_table: catch 0 to the block
      "\x06\x40\x07\x00\x1a\x19\x09\x00\x0b\x0b"_b,              // try: catch 0, catch_all: rethrow
      "\x06\x40\x18\x00\x0b"_b,                                  // try: delegate to the caller
  };
  for (const std::string& code : good) {
    auto valid = validate_with_tag(code);
    EXPECT_TRUE(valid) << valid.error().message;
  }
  struct Case {
    std::string code;
    ErrorCode error;
    const char* message;
  };
  const Case bad[] = {
      {"\x08\x00\x0b"_b, ErrorCode::Invalid, "throw expected i32, found nothing"},
      {"\x08\x01\x0b"_b, ErrorCode::Invalid, "unknown tag 1"},
      {"\x1f\x40\x01\x00\x00\x00\x0b\x0b"_b, ErrorCode::Invalid,
       "a catch clause gives 1 operands, its label takes 0"},
      {"\x1f\x40\x01\x02\x01\x0b\x0b"_b, ErrorCode::Invalid, "unknown label 1"},
      {"\x06\x40\x09\x00\x0b\x0b"_b, ErrorCode::Invalid, "0 is not a catch block"},
      {"\x06\x40\x18\x01\x0b"_b, ErrorCode::Invalid, "unknown label 1"},
      {"\x07\x00\x0b"_b, ErrorCode::Malformed, "catch without a try"},
      {"\x06\x40\x19\x07\x00\x0b\x0b"_b, ErrorCode::Malformed, "catch without a try"},
      {"\x02\x40\x18\x00\x0b"_b, ErrorCode::Malformed, "delegate without a try"},
  };
  for (const Case& each : bad) {
    auto valid = validate_with_tag(each.code);
    ASSERT_FALSE(valid) << each.message;
    EXPECT_EQ(valid.error().code, each.error) << each.message;
    EXPECT_THAT(valid.error().message, HasSubstr(each.message));
  }
}

TEST(Validator, RejectsBadBodies) {
  struct Case {
    std::string code;
    ErrorCode error;
    const char* message;
  };
  const ErrorCode kInvalid = ErrorCode::Invalid;
  const ErrorCode kMalformed = ErrorCode::Malformed;
  const Case cases[] = {
      {"\x20\x00\x20\x01\x6a\x0b"_b, kInvalid, "type mismatch: i32.add expected i32, found i64"},
      {"\x20\x00\x6a\x0b"_b, kInvalid, "type mismatch: i32.add expected i32, found nothing"},
      {"\x0b"_b, kInvalid, "type mismatch: end expected i32, found nothing"},
      {"\x20\x00\x20\x00\x0b"_b, kInvalid, "1 operands are left on the stack"},
      {"\x41\x01\x02\x40\x1a\x0b\x0b"_b, kInvalid, "drop expected an operand, found nothing"},
      {"\x00\x42\x00\x0b"_b, kInvalid, "type mismatch: end expected i32, found i64"},
      {"\x20\x03\x0b"_b, kInvalid, "unknown local 3"},
      {"\x23\x01\x0b"_b, kInvalid, "unknown global 1"},
      {"\x41\x00\x24\x00\x0b"_b, kInvalid, "global 0 is immutable"},
      {"\x10\x01\x0b"_b, kInvalid, "unknown function 1"},
      {"\x41\x00\x11\x03\x00\x0b"_b, kInvalid, "unknown type 3"},
      {"\x41\x00\x11\x01\x01\x0b"_b, kInvalid, "unknown table 1"},
      {"\x02\x03\x0b\x0b"_b, kInvalid, "unknown type 3"},
      {"\x0c\x01\x0b"_b, kInvalid, "unknown label 1"},
      {"\x41\x00\x0e\x00\x01\x0b"_b, kInvalid, "unknown label 1"},
      {"\x02\x40\x20\x00\x20\x00\x0e\x01\x00\x01\x0b\x00\x0b"_b, kInvalid,
       "br_table's label 0 takes 0 operands, its default 1"},
      {"\x02\x7e\x20\x00\x20\x00\x0e\x01\x00\x01\x0b\x00\x0b"_b, kInvalid,
       "br_table expected i64, found i32"},
      {"\x20\x00\x04\x7f\x41\x01\x0b\x0b"_b, kInvalid, "an if without else"},
      {"\x20\x00\x28\x03\x00\x0b"_b, kInvalid, "alignment must not be larger than natural"},
      {"\x20\x00\x28\x3f\x00\x0b"_b, kInvalid, "alignment must not be larger than natural"},
      {"\x20\x00\x28\x02\x80\x80\x80\x80\x10\x0b"_b, kInvalid, "offset out of range"},
      {"\x20\x00\x28\x42\x01\x00\x0b"_b, kInvalid, "unknown memory 1"},
      {"\x3f\x01\x0b"_b, kInvalid, "unknown memory 1"},
      {"\xd0\x70\xd0\x70\x20\x00\x1b\x1a\x00\x0b"_b, kInvalid, "must name their type"},
      {"\x20\x00\x20\x01\x20\x00\x1b\x0b"_b, kInvalid, "found i32 and i64"},
      {"\x20\x00\x20\x00\x20\x00\x1c\x00\x0b"_b, kInvalid, "invalid result arity"},
      {"\x20\x00\xd1\x0b"_b, kInvalid, "ref.is_null expected a reference, found i32"},
      {"\xd2\x00\x1a\x20\x00\x0b"_b, kInvalid, "undeclared function reference"},
      {"\xfc\x0d\x00\x20\x00\x0b"_b, kInvalid, "unknown element segment 0"},
      {"\xfc\x09\x00\x20\x00\x0b"_b, kMalformed, "data count section required"},
      {"\x20\x00"_b, kMalformed, "unexpected end"},
      {"\x20\x00\x0b\x01"_b, kMalformed, "goes on after its end"},
      {"\x05\x20\x00\x0b"_b, kMalformed, "else without an if"},
      {"\x20\x00\x04\x40\x05\x05\x0b\x00\x0b"_b, kMalformed, "else without an if"},
      {"\x20\x00\xfd\x11\xfd\x1b\x04\x0b"_b, kInvalid,
       "invalid lane index 4: i32x4.extract_lane has 4 lanes"},
      {"\x20\x00\xfd\x11\xfd\x63\x20\x01\xfd\x11\x0b"_b, kInvalid,
       "i32x4.splat expected i32, found i64"},
      {"\x20\x00\x20\x00\xfd\x11\xfd\x54\x00\x00\x10\xfd\x63\x0b"_b, kInvalid,
       "invalid lane index 16"},
      {"\x20\x00\xfd\x00\x05\x00\xfd\x63\x0b"_b, kInvalid,
       "alignment must not be larger than natural: 2^5 for v128.load"},
      {"\x20\x00\xfe\x10\x01\x00\x0b"_b, kInvalid,
       "atomic alignment must be natural: 2^1 for i32.atomic.load"},
      {"\x20\x00\xfe\x10\x03\x00\x0b"_b, kInvalid, "alignment must not be larger than natural"},
      {"\x20\x00\x20\x00\x20\x00\xfe\x01\x02\x00\x0b"_b, kInvalid,
       "memory.atomic.wait32 expected i64, found i32"},
  };
  for (const Case& each : cases) {
    auto valid = validate(module_with(each.code));
    ASSERT_FALSE(valid) << each.message;
    EXPECT_EQ(valid.error().code, each.error) << valid.error().message;
    EXPECT_THAT(valid.error().message, HasSubstr(each.message));
    EXPECT_THAT(valid.error().message, HasSubstr("at offset 0x"));
  }
}

TEST(Validator, SaysWhereAndWhat) {
  std::string bytes = module_with("\x20\x00\x20\x01\x6a\x0b"_b);
  size_t offset = bytes.rfind('\x6a');
  EXPECT_EQ(validate(bytes).error().message,
            fmt::format("at offset {:#x}: type mismatch: i32.add expected i32, found i64", offset));
}

TEST(Validator, RejectsBadModules) {
  struct Case {
    std::string bytes;
    const char* message;
  };
  const std::string void_type = section(1, list({"\x60\x00\x00"_b}));
  const std::string i32_type = section(1, list({"\x60\x00\x01\x7f"_b}));
  const std::string function = section(3, list({"\x00"_b}));
  const std::string trap = section(10, list({sized("\x00\x00\x0b"_b)}));
  const std::string memory = section(5, list({"\x00\x01"_b}));
  const std::string zero = "\x41\x00\x0b"_b;
  const Case cases[] = {
      {module({section(2, list({sized("m") + sized("f") + "\x00\x00"_b}))}),
       "function 0: unknown type 0"},
      {module({section(4, list({"\x70\x01\x02\x01"_b}))}), "table 0: size minimum"},
      {module({section(4, list({"\x70\x00"_b + number(1ull << 32)}))}), "table 0: size must be at"},
      {module({section(5, list({"\x00"_b + number(65537)}))}), "memory 0, in pages of 64 KiB"},
      {module({section(5, list({"\x01\x00"_b + number(65537)}))}), "size must be at most 65536"},
      {module({section(5, list({"\x02\x01"_b}))}), "memory 0: shared memory must have maximum"},
      {module({section(6, list({"\x7e\x00"_b + zero}))}), "expected i64, found i32"},
      {module({section(6, list({"\x7f\x00\x0b"_b}))}), "expected i32, found 0 values"},
      {module({section(6, list({"\x7f\x00\x41\x00\x41\x00\x0b"_b}))}), "found 2 values"},
      {module({section(6, list({"\x7f\x00\x41\x00\x45\x0b"_b}))}), "constant expression required"},
      {module({section(6, list({"\x7f\x00\x23\x00\x0b"_b}))}), "unknown global 0"},
      {module({section(6, list({"\x7f\x01"_b + zero, "\x7f\x00\x23\x00\x0b"_b}))}), "is mutable"},
      {module({section(6, list({"\x7f\x00\x41\x00\x6a\x0b"_b}))}),
       "i32.add expected i32, found nothing"},
      {module({section(6, list({"\x7f\x00\x41\x00\x42\x00\x6a\x0b"_b}))}),
       "i32.add expected i32, found i64"},
      {module({section(6, list({"\x70\x00\xd2\x00\x0b"_b}))}), "unknown function 0"},
      {module({memory, section(7, list({sized("a") + "\x02\x00"_b, sized("a") + "\x02\x00"_b}))}),
       "duplicate export name \"a\""},
      {module({section(7, list({sized("a") + "\x02\x00"_b}))}), "export 0: unknown memory 0"},
      {module({section(8, "\x00"_b)}), "start: unknown function 0"},
      {module({i32_type, function, section(8, "\x00"_b), trap}), "start: function 0 must be"},
      {module({section(9, list({"\x00"_b + zero + "\x00"_b}))}), "segment 0: unknown table 0"},
      {module({section(9, list({"\x01\x00\x01\x05"_b}))}), "element segment 0: unknown function 5"},
      {module(
           {section(4, list({"\x6f\x00\x01"_b})), section(9, list({"\x00"_b + zero + "\x00"_b}))}),
       "elements of (ref func) for a table of externref"},
      {module({section(9, list({"\x05\x70\x01\xd0\x6f\x0b"_b}))}), "found externref"},
      {module({section(13, list({"\x00\x00"_b}))}), "tag 0: unknown type 0"},
      {module({i32_type, section(13, list({"\x00\x00"_b}))}), "tag 0: non-empty tag result type"},
      {module({section(11, list({"\x00"_b + zero + "\x00"_b}))}), "unknown memory 0"},
      {module({memory, section(11, list({"\x00\x42\x00\x0b\x00"_b}))}), "expected i32, found i64"},
  };
  for (const Case& each : cases) {
    auto valid = validate(each.bytes);
    ASSERT_FALSE(valid) << each.message;
    EXPECT_EQ(valid.error().code, ErrorCode::Invalid) << valid.error().message;
    EXPECT_THAT(valid.error().message, HasSubstr(each.message));
  }
}

TEST(Validator, AcceptsExtendedConstantsAndEarlierGlobals) {
  auto valid = validate(module({section(
      6, list({"\x7f\x00\x41\x02\x41\x03\x6c\x0b"_b, "\x7f\x01\x23\x00\x41\x01\x6b\x0b"_b}))}));
  EXPECT_TRUE(valid) << valid.error().message;
}

TEST(Validator, LetsRefFuncNameWhatTheModuleExports) {
  const std::string body = "\x00\xd2\x00\x1a\x0b"_b;
  auto with_export = [&](const std::string& exports) {
    return validate(module({section(1, list({"\x60\x00\x00"_b})), section(3, list({"\x00"_b})),
                            section(7, exports), section(10, list({sized(body)}))}));
  };
  EXPECT_TRUE(with_export(list({sized("f") + "\x00\x00"_b})));
  EXPECT_FALSE(with_export(list({})));
}

// Type 0 is an open struct of one mutable i32, and what follows is about it.
TEST(Validator, ChecksSubTypes) {
  struct Case {
    const char* fact;
    std::string type;
    const char* message;  // nullptr: valid
  };
  const std::string open = "\x50\x00\x5f\x01\x7f\x01"_b;
  const Case cases[] = {
      {"one more field", "\x50\x01\x00\x5f\x02\x7f\x01\x7e\x00"_b, nullptr},
      {"no field", "\x50\x01\x00\x5f\x00"_b, "type 1: sub type does not match its supertype 0"},
      {"an immutable field", "\x50\x01\x00\x5f\x01\x7f\x00"_b, "does not match"},
      {"an array", "\x50\x01\x00\x5e\x7f\x01"_b, "does not match"},
      {"a supertype behind it", "\x50\x01\x02\x5f\x00"_b, "unknown type 2"},
      {"two supertypes", "\x50\x02\x00\x00\x5f\x00"_b, "one is the most"},
      {"a field of an unknown type", "\x5f\x01\x64\x05\x00"_b, "type 1: unknown type 5"},
      {"a field of its own type", "\x5f\x01\x63\x01\x00"_b, nullptr},
      {"a group of two that refer to each other",
       "\x4e\x02\x5f\x01\x63\x02\x00\x5f\x01\x63\x01\x00"_b, nullptr},
  };
  for (const Case& each : cases) {
    auto valid = validate(module({section(1, list({open, each.type}))}));
    if (each.message == nullptr) {
      EXPECT_TRUE(valid) << each.fact << ": " << valid.error().message;
    } else {
      ASSERT_FALSE(valid) << each.fact;
      EXPECT_THAT(valid.error().message, HasSubstr(each.message)) << each.fact;
    }
  }
}

TEST(Validator, LimitsChainsOfSupertypes) {
  auto chain = [](uint32_t length) {
    std::string types = number(length) + "\x50\x00\x5f\x00"_b;
    for (uint32_t index = 1; index < length; ++index)
      types += "\x50\x01"_b + number(index - 1) + "\x5f\x00"_b;
    return validate(module({section(1, types)}));
  };
  EXPECT_TRUE(chain(64));
  ASSERT_FALSE(chain(65));
  EXPECT_THAT(chain(65).error().message, HasSubstr("exceeds the limit of 63"));
}

// (local (ref func)): readable where it was set, and no further than the block in which it was.
TEST(Validator, TellsWhichLocalsAreSet) {
  auto body = [](const std::string& code) {
    return validate(module({section(1, list({"\x60\x00\x00"_b})), section(3, list({"\x00"_b})),
                            section(7, list({sized("f") + "\x00\x00"_b})),
                            section(10, list({sized("\x01\x01\x64\x70"_b + code + "\x0b")}))}));
  };
  const std::string set = "\xd2\x00\x21\x00"_b, get = "\x20\x00\x1a"_b, block = "\x02\x40"_b;
  EXPECT_TRUE(body(set + get));
  EXPECT_TRUE(body(set + block + get + "\x0b"));
  EXPECT_FALSE(body(get));
  EXPECT_FALSE(body(block + set + "\x0b" + get));
  EXPECT_FALSE(body("\x41\x00\x04\x40"_b + set + "\x05" + get + "\x0b"));
}

TEST(Validator, FindsLocalsOfAnyGroup) {
  // 100 i32, 40,000 i64, 1 f32 behind the two parameters.
  const std::string locals = "\x03"_b + number(100) + "\x7f"_b + number(40'000) + "\x7e\x01\x7d"_b;
  auto reads = [&](uint64_t local, const std::string& operation) {
    return validate(module(
        {section(1, list({"\x60\x02\x7c\x7c\x00"_b})), section(3, list({"\0"_b})),
         section(10,
                 list({sized(locals + "\x20"_b + number(local) + operation + "\x1a\x0b"_b)}))}));
  };
  const std::string kI32Eqz = "\x45", kI64Eqz = "\x50", kF32Abs = "\x8b", kF64Abs = "\x99";
  EXPECT_TRUE(reads(1, kF64Abs));
  EXPECT_TRUE(reads(2, kI32Eqz));
  EXPECT_TRUE(reads(101, kI32Eqz));
  EXPECT_TRUE(reads(102, kI64Eqz));
  EXPECT_TRUE(reads(40'101, kI64Eqz));
  EXPECT_TRUE(reads(40'102, kF32Abs));
  EXPECT_FALSE(reads(40'103, kF32Abs));
}

TEST(Validator, LimitsNestingAndOperands) {
  std::string deep;
  for (int i = 0; i < 50'001; ++i) deep += "\x02\x40"_b;
  auto nested = validate(module_with(deep));
  ASSERT_FALSE(nested);
  EXPECT_THAT(nested.error().message, HasSubstr("nested deeper than the limit of 50000"));

  std::string many;
  for (int i = 0; i < 1'000'001; ++i) many += "\x20\x00"_b;
  auto crowded = validate(module_with(many));
  ASSERT_FALSE(crowded);
  EXPECT_THAT(crowded.error().message, HasSubstr("exceed the limit of 1000000"));
}

}  // namespace
}  // namespace wherry::wasm
