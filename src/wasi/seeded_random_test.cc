#include "wasi/seeded_random.h"

#include <gtest/gtest.h>

#include <string>

namespace wherry::wasi {
namespace {

std::string hex(std::span<const std::byte> bytes) {
  std::string text;
  for (std::byte byte : bytes) {
    constexpr char kDigits[] = "0123456789abcdef";
    text += kDigits[static_cast<size_t>(byte) >> 4];
    text += kDigits[static_cast<size_t>(byte) & 15];
  }
  return text;
}

// RFC 8439 §2.3.2.
TEST(SeededRandom, HasTheBlockFunctionOfTheRfc) {
  const std::array<uint32_t, 16> state = {0x61707865, 0x3320646e, 0x79622d32, 0x6b206574,
                                          0x03020100, 0x07060504, 0x0b0a0908, 0x0f0e0d0c,
                                          0x13121110, 0x17161514, 0x1b1a1918, 0x1f1e1d1c,
                                          0x00000001, 0x09000000, 0x4a000000, 0x00000000};
  EXPECT_EQ(hex(chacha20_block(state)),
            "10f1e7e4d13b5915500fdd1fa32071c4c7d1f4c733c068030422aa9ac3d46c4e"
            "d2826446079faa0914c2d705d98b02a2b5129cd1de164eb9cbd083e8a2503c4e");
}

TEST(SeededRandom, GivesOneStreamHoweverItIsAskedFor) {
  SeededRandom at_once(7), in_pieces(7), other(8);
  std::array<std::byte, 300> whole{}, pieces{}, different{};
  at_once.fill(whole);
  size_t begin = 0;
  for (size_t size : {1u, 0u, 63u, 64u, 65u, 107u}) {
    in_pieces.fill(std::span(pieces).subspan(begin, size));
    begin += size;
  }
  other.fill(different);
  EXPECT_EQ(begin, pieces.size());
  EXPECT_EQ(whole, pieces);
  EXPECT_NE(whole, different);
}

}  // namespace
}  // namespace wherry::wasi
