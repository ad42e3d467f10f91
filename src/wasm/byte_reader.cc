#include "wasm/byte_reader.h"

#include <cstring>

#include "wasm/offset_error.h"

namespace wherry::wasm {
namespace {

// How many bytes the UTF-8 sequence at `text` takes; 0 when it is none. `left` is at least 1.
size_t utf8_sequence_bytes(const unsigned char* text, size_t left) {
  unsigned char lead = text[0];
  if (lead < 0x80) return 1;
  size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || length > left) return 0;
  // The second byte's range excludes overlong forms, surrogates and what lies past U+10FFFF.
  unsigned char low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
  unsigned char high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
  if (text[1] < low || text[1] > high) return 0;
  for (size_t i = 2; i < length; ++i) {
    if ((text[i] & 0xc0) != 0x80) return 0;
  }
  return length;
}

}  // namespace

bool is_utf8(std::string_view text) {
  auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
  for (size_t i = 0; i < text.size();) {
    size_t length = utf8_sequence_bytes(bytes + i, text.size() - i);
    if (length == 0) return false;
    i += length;
  }
  return true;
}

// Core 3.0 §5.2.2. An N-bit integer takes at most ceil(N/7) bytes. The last of these has bits
// beyond N: zero in an unsigned integer, copies of the sign in a signed one. Shorter ones may have
// needless zero bytes.
template <unsigned kBits, bool kSigned>
Result<uint64_t> ByteReader::read_leb128() {
  uint32_t start = offset();
  uint64_t value = 0;
  for (unsigned shift = 0;; shift += 7) {
    uint8_t byte = TRY(read_byte());
    uint64_t payload = byte & 0x7f;
    value |= payload << shift;
    bool more = (byte & 0x80) != 0;
    if (unsigned bits_left = kBits - shift; bits_left < 7) {
      if (more) {
        return fail_at(start, ErrorCode::Malformed,
                       "integer representation too long: more than {} bytes for {} bits",
                       (kBits + 6) / 7, kBits);
      }
      uint64_t sign_and_beyond = kSigned ? payload >> (bits_left - 1) : payload >> bits_left;
      uint64_t all_ones = (kSigned ? 0xffu >> bits_left : 0u);
      if (sign_and_beyond != 0 && sign_and_beyond != all_ones) {
        return fail_at(start, ErrorCode::Malformed, "integer too large for {} bits", kBits);
      }
    }
    if (more) continue;
    unsigned used_bits = shift + 7;
    if (kSigned && used_bits < 64 && (byte & 0x40) != 0) value |= ~uint64_t{0} << used_bits;
    return value;
  }
}

Result<uint32_t> ByteReader::read_long_u32() {
  return static_cast<uint32_t>(TRY(read_leb128<32, false>()));
}

Result<uint64_t> ByteReader::read_long_u64() { return read_leb128<64, false>(); }

Result<int32_t> ByteReader::read_long_s32() {
  return static_cast<int32_t>(static_cast<uint32_t>(TRY(read_leb128<32, true>())));
}

Result<int64_t> ByteReader::read_long_s64() {
  return static_cast<int64_t>(TRY(read_leb128<64, true>()));
}

Result<int64_t> ByteReader::read_s33() {
  return static_cast<int64_t>(TRY(read_leb128<33, true>()));
}

Result<uint32_t> ByteReader::read_fixed_u32() {
  ByteSpan bytes = TRY(read_bytes(sizeof(uint32_t)));
  uint32_t value;
  std::memcpy(&value, bytes.data(), sizeof value);  // all machines that we run on are little-endian
  return value;
}

Result<uint64_t> ByteReader::read_fixed_u64() {
  ByteSpan bytes = TRY(read_bytes(sizeof(uint64_t)));
  uint64_t value;
  std::memcpy(&value, bytes.data(), sizeof value);
  return value;
}

Result<std::string_view> ByteReader::read_name() {
  uint32_t start = offset();
  uint32_t size_bytes = TRY(read_u32());
  std::string_view name = as_text(TRY(read_bytes(size_bytes)));
  if (!is_utf8(name))
    return fail_at(start, ErrorCode::Malformed, "malformed UTF-8 encoding of a name");
  return name;
}

std::unexpected<Error> ByteReader::fail_unexpected_end(size_t wanted_bytes) const {
  return fail_at(offset(), ErrorCode::Malformed, "unexpected end: {} bytes wanted, {} left",
                 wanted_bytes, remaining());
}

}  // namespace wherry::wasm
