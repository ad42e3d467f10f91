#include "wasi/seeded_random.h"

#include <algorithm>
#include <bit>

namespace wherry::wasi {

// "expand 32-byte k", little-endian.
static constexpr std::array<uint32_t, 4> kConstants = {0x61707865, 0x3320646e, 0x79622d32,
                                                       0x6b206574};

// RFC 8439 §2.1.
static void quarter_round(uint32_t& a, uint32_t& b, uint32_t& c, uint32_t& d) {
  d = std::rotl(d ^ (a += b), 16);
  b = std::rotl(b ^ (c += d), 12);
  d = std::rotl(d ^ (a += b), 8);
  b = std::rotl(b ^ (c += d), 7);
}

std::array<std::byte, 64> chacha20_block(const std::array<uint32_t, 16>& state) {
  std::array<uint32_t, 16> x = state;
  for (int round = 0; round < 20; round += 2) {
    for (size_t i = 0; i < 4; ++i) quarter_round(x[i], x[4 + i], x[8 + i], x[12 + i]);
    for (size_t i = 0; i < 4; ++i)
      quarter_round(x[i], x[4 + (i + 1) % 4], x[8 + (i + 2) % 4], x[12 + (i + 3) % 4]);
  }
  std::array<std::byte, 64> block;
  for (size_t i = 0; i < 16; ++i) {
    const uint32_t word = x[i] + state[i];
    for (size_t byte = 0; byte < 4; ++byte)
      block[4 * i + byte] = static_cast<std::byte>(word >> (8 * byte));
  }
  return block;
}

SeededRandom::SeededRandom(uint64_t seed) : state_{} {
  std::ranges::copy(kConstants, state_.begin());
  state_[4] = static_cast<uint32_t>(seed);
  state_[5] = static_cast<uint32_t>(seed >> 32);
}

void SeededRandom::fill(std::span<std::byte> bytes) {
  while (!bytes.empty()) {
    if (used_ == block_.size()) {
      block_ = chacha20_block(state_);
      if (++state_[12] == 0) ++state_[13];
      used_ = 0;
    }
    const size_t count = std::min(bytes.size(), block_.size() - used_);
    std::copy_n(block_.begin() + static_cast<ptrdiff_t>(used_), count, bytes.begin());
    used_ += count;
    bytes = bytes.subspan(count);
  }
}

}  // namespace wherry::wasi
