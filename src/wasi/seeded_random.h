// Random numbers that are the same in every run: the key stream of ChaCha20 (RFC 8439 §2.3), whose
// key is a seed of 64 bits. As good as random for every statistic, and no secret: who knows the
// seed knows them all.
#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace wherry::wasi {

// One thread at a time.
class SeededRandom {
 public:
  explicit SeededRandom(uint64_t seed);
  // The next bytes of the stream, however they are asked for.
  void fill(std::span<std::byte> bytes);

 private:
  std::array<uint32_t, 16> state_;  // its counter has 64 bits (words 12 and 13), unlike the RFC's
  std::array<std::byte, 64> block_;
  size_t used_ = 64;  // of block_
};

// The block function: 20 rounds on a copy, which is then added. For tests by itself.
std::array<std::byte, 64> chacha20_block(const std::array<uint32_t, 16>& state);

}  // namespace wherry::wasi
