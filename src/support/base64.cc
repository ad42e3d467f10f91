#include "support/base64.h"

namespace wherry {

static constexpr std::string_view kLetters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

static std::string alphabet_of(Base64Alphabet alphabet) {
  return std::string(kLetters) + (alphabet == Base64Alphabet::Standard ? "+/" : "-_");
}

std::string base64_encode(ByteSpan bytes, Base64Alphabet alphabet) {
  const std::string letters = alphabet_of(alphabet);
  std::string text;
  for (size_t at = 0; at < bytes.size(); at += 3) {
    size_t count = std::min<size_t>(3, bytes.size() - at);
    uint32_t bits = 0;
    for (size_t i = 0; i < 3; i++)
      bits = bits << 8 | (i < count ? std::to_integer<uint32_t>(bytes[at + i]) : 0);
    for (size_t i = 0; i <= count; i++) text += letters[bits >> (18 - 6 * i) & 63];
    if (alphabet == Base64Alphabet::Standard) text.append(3 - count, '=');
  }
  return text;
}

Result<Bytes> base64_decode(std::string_view text, Base64Alphabet alphabet) {
  const std::string letters = alphabet_of(alphabet);
  std::string_view digits = text;
  while (digits.ends_with('=') && text.size() - digits.size() < 2) digits.remove_suffix(1);
  const bool is_padded = digits.size() != text.size();
  if (digits.size() % 4 == 1 || (is_padded && text.size() % 4 != 0))
    return fail(ErrorCode::Malformed, "no base64: its length is wrong");
  Bytes bytes;
  bytes.reserve(digits.size() / 4 * 3 + 2);
  uint32_t bits = 0;
  int bit_count = 0;
  for (char c : digits) {
    size_t value = letters.find(c);
    if (value == letters.npos)
      return fail(ErrorCode::Malformed, "no base64: a character is not of its alphabet");
    bits = (bits << 6 | static_cast<uint32_t>(value)) & 0xffff;
    bit_count += 6;
    if (bit_count < 8) continue;
    bit_count -= 8;
    bytes.push_back(static_cast<std::byte>(bits >> bit_count & 0xff));
  }
  if (bits & ((1u << bit_count) - 1))
    return fail(ErrorCode::Malformed, "no base64: its last character is wrong");
  return bytes;
}

}  // namespace wherry
