#include "wasm/byte_reader.h"

#include <gtest/gtest.h>

#include "wasm/binary_for_tests.h"

namespace wherry::wasm {
namespace {

using binary::operator""_b;

TEST(ByteReader, ReadsUnsignedLeb128) {
  struct Case {
    std::string bytes;
    uint32_t value;
  };
  const Case cases[] = {
      {"\x00"_b, 0},
      {"\x7f"_b, 127},
      {"\x80\x01"_b, 128},
      {"\xe5\x8e\x26"_b, 624485},
      {"\xff\xff\xff\xff\x0f"_b, 0xffffffff},
      {"\x80\x80\x80\x80\x00"_b, 0},  // needless bytes are allowed, up to five
  };
  for (const Case& each : cases) {
    ByteReader reader(as_bytes(each.bytes), 0);
    auto value = reader.read_u32();
    ASSERT_TRUE(value) << each.value << ": " << value.error().message;
    EXPECT_EQ(*value, each.value);
    EXPECT_TRUE(reader.at_end()) << each.value;
  }
}

TEST(ByteReader, RejectsOverlongAndOverflowingUnsignedLeb128) {
  const std::string cases[] = {
      ""_b,
      "\x80"_b,
      "\x80\x80\x80\x80\x80\x00"_b,  // six bytes
      "\xff\xff\xff\xff\x1f"_b,      // bit 32
      "\x82\x80\x80\x80\x70"_b,      // unused bits set
  };
  for (const std::string& bytes : cases) {
    ByteReader reader(as_bytes(bytes), 0);
    auto value = reader.read_u32();
    ASSERT_FALSE(value) << bytes.size();
    EXPECT_EQ(value.error().code, ErrorCode::Malformed);
  }
}

TEST(ByteReader, ReadsSignedLeb128) {
  struct Case {
    std::string bytes;
    int32_t value;
  };
  const Case cases[] = {
      {"\x00"_b, 0},
      {"\x3f"_b, 63},
      {"\x40"_b, -64},
      {"\x7f"_b, -1},
      {"\x80\x7f"_b, -128},
      {"\xff\x00"_b, 127},
      {"\xff\xff\xff\xff\x07"_b, 0x7fffffff},
      {"\x80\x80\x80\x80\x78"_b, INT32_MIN},
      {"\xff\xff\xff\xff\x7f"_b, -1},
  };
  for (const Case& each : cases) {
    ByteReader reader(as_bytes(each.bytes), 0);
    auto value = reader.read_s32();
    ASSERT_TRUE(value) << each.value << ": " << value.error().message;
    EXPECT_EQ(*value, each.value);
  }
}

TEST(ByteReader, RejectsSignedLeb128ThatDoesNotExtendItsSign) {
  const std::string cases[] = {
      "\xff\xff\xff\xff\x0f"_b,  // as unsigned it would be right
      "\x80\x80\x80\x80\x70"_b,
      "\x80\x80\x80\x80\x08"_b,
      "\xff\xff\xff\xff\xff\x7f"_b,
  };
  for (const std::string& bytes : cases) {
    ByteReader reader(as_bytes(bytes), 0);
    EXPECT_FALSE(reader.read_s32()) << static_cast<int>(bytes[4]);
  }
}

TEST(ByteReader, Reads64BitLeb128AtItsEdges) {
  std::string least = "\x80\x80\x80\x80\x80\x80\x80\x80\x80\x7f"_b;
  EXPECT_EQ(ByteReader(as_bytes(least), 0).read_s64().value(), INT64_MIN);
  EXPECT_FALSE(ByteReader(as_bytes(least), 0).read_u64());

  std::string greatest = "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"_b;
  EXPECT_EQ(ByteReader(as_bytes(greatest), 0).read_u64().value(), UINT64_MAX);
  EXPECT_FALSE(ByteReader(as_bytes(greatest), 0).read_s64());

  std::string too_large = "\x80\x80\x80\x80\x80\x80\x80\x80\x80\x02"_b;
  EXPECT_FALSE(ByteReader(as_bytes(too_large), 0).read_u64());
}

TEST(ByteReader, Reads33BitLeb128AtItsEdges) {
  std::string greatest = "\xff\xff\xff\xff\x0f"_b;
  EXPECT_EQ(ByteReader(as_bytes(greatest), 0).read_s33().value(), 0xffffffff);
  std::string least = "\x80\x80\x80\x80\x70"_b;
  EXPECT_EQ(ByteReader(as_bytes(least), 0).read_s33().value(), -0x100000000);
  std::string too_large = "\x80\x80\x80\x80\x10"_b;
  EXPECT_FALSE(ByteReader(as_bytes(too_large), 0).read_s33());
}

TEST(ByteReader, NamesTheOffsetWhereBytesEnd) {
  ByteReader reader(as_bytes("abc"), 0x40);
  ASSERT_TRUE(reader.read_bytes(2));
  auto bytes = reader.read_bytes(0xffffffff);
  ASSERT_FALSE(bytes);
  EXPECT_EQ(bytes.error().message,
            "at offset 0x42: unexpected end: 4294967295 bytes wanted, 1 left");
}

TEST(ByteReader, TellsUtf8FromWhatOnlyLooksLikeIt) {
  const std::string good[] = {"",
                              "plain",
                              "\xc2\x80",
                              "\xdf\xbf",
                              "\xe0\xa0\x80",
                              "\xed\x9f\xbf",
                              "\xee\x80\x80",
                              "\xf0\x90\x80\x80",
                              "\xf4\x8f\xbf\xbf",
                              "\0"_b};
  for (const std::string& text : good) EXPECT_TRUE(is_utf8(text)) << text;

  const std::string bad[] = {
      "\x80",  // a continuation byte alone
      "\xc0\x80",
      "\xc1\xbf",  // overlong
      "\xe0\x9f\xbf",
      "\xf0\x8f\xbf\xbf",
      "\xed\xa0\x80",      // a surrogate
      "\xf4\x90\x80\x80",  // past U+10FFFF
      "\xf5\x80\x80\x80",
      "\xff",
      "\xc2",
      "\xe1\x80",
      "\xf1\x80\x80",  // cut short
      "\xe1\x80\x41",
      "\xf1\x80\x80\x41",
  };
  for (const std::string& text : bad) {
    EXPECT_FALSE(is_utf8(text)) << testing::PrintToString(text);
  }
}

}  // namespace
}  // namespace wherry::wasm
