// A cursor over untrusted bytes: every read is checked against the end, and knows its place in the
// binary. Follows Core 3.0 §5.2 (values): LEB128 integers with the rules of §5.2.2, names that must
// be UTF-8.
#pragma once

#include <cstdint>
#include <string_view>

#include "support/bytes.h"
#include "support/result.h"

namespace wherry::wasm {

// One thread at a time. All errors are Malformed with the offset; after an error the position is
// unspecified.
class ByteReader {
 public:
  // `offset` is the first byte's place in the binary. `bytes` must outlive the reader and all it
  // returns.
  ByteReader(ByteSpan bytes, uint32_t offset)
      : begin_(bytes.data()),
        position_(bytes.data()),
        end_(bytes.data() + bytes.size()),
        base_offset_(offset) {}

  bool at_end() const { return position_ == end_; }
  size_t remaining() const { return static_cast<size_t>(end_ - position_); }
  ByteSpan rest() const { return {position_, remaining()}; }
  // Where the next byte is, in the binary.
  uint32_t offset() const { return base_offset_ + static_cast<uint32_t>(position_ - begin_); }

  Result<uint8_t> read_byte() {
    if (at_end()) return fail_unexpected_end(1);
    return static_cast<uint8_t>(*position_++);
  }

  // LEB128 integers. One byte is by far the most common length, hence read here.
  Result<uint32_t> read_u32() {
    if (at_end() || next_byte() >= 0x80) return read_long_u32();
    return static_cast<uint32_t>(*position_++);
  }
  Result<int32_t> read_s32() {
    if (at_end() || next_byte() >= 0x80) return read_long_s32();
    return sign_extend_7(static_cast<uint8_t>(*position_++));
  }
  Result<int64_t> read_s64() {
    if (at_end() || next_byte() >= 0x80) return read_long_s64();
    return sign_extend_7(static_cast<uint8_t>(*position_++));
  }
  Result<uint64_t> read_u64() {
    if (at_end() || next_byte() >= 0x80) return read_long_u64();
    return static_cast<uint64_t>(*position_++);
  }
  // 33 bits, signed: a heap type's or a block type's code.
  Result<int64_t> read_s33();

  // Little-endian, of a fixed length: the bits of a float.
  Result<uint32_t> read_fixed_u32();
  Result<uint64_t> read_fixed_u64();

  Result<ByteSpan> read_bytes(size_t size_bytes) {
    if (size_bytes > remaining()) return fail_unexpected_end(size_bytes);
    ByteSpan bytes(position_, size_bytes);
    position_ += size_bytes;
    return bytes;
  }

  // A length, and so many bytes of UTF-8.
  Result<std::string_view> read_name();

 private:
  uint8_t next_byte() const { return static_cast<uint8_t>(*position_); }
  static int32_t sign_extend_7(uint8_t byte) {
    return static_cast<int32_t>(byte) - ((byte & 0x40) != 0 ? 0x80 : 0);
  }

  template <unsigned kBits, bool kSigned>
  Result<uint64_t> read_leb128();
  Result<uint32_t> read_long_u32();
  Result<uint64_t> read_long_u64();
  Result<int32_t> read_long_s32();
  Result<int64_t> read_long_s64();

  [[gnu::cold]] std::unexpected<Error> fail_unexpected_end(size_t wanted_bytes) const;

  const std::byte* begin_;
  const std::byte* position_;
  const std::byte* end_;
  uint32_t base_offset_;
};

// Unicode 15 §3.9, table 3-7: no overlong forms, no surrogates, nothing past U+10FFFF.
bool is_utf8(std::string_view text);

}  // namespace wherry::wasm
