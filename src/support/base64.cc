#include "support/base64.h"

namespace wherry {

namespace {

constexpr std::string_view kBase64 =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kBase64Url =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::string_view kBase32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

unsigned bits_of(std::string_view alphabet) { return alphabet.size() == 64 ? 6 : 5; }

// Calls `put` with each character.
template <class Put>
void encode(ByteSpan bytes, std::string_view alphabet, Put put) {
  const unsigned width = bits_of(alphabet);
  uint32_t buffer = 0;
  unsigned held = 0;
  for (std::byte byte : bytes) {
    buffer = (buffer << 8 | std::to_integer<uint32_t>(byte)) & 0xffff;
    held += 8;
    while (held >= width) put(alphabet[buffer >> (held -= width) & (alphabet.size() - 1)]);
  }
  if (held > 0) put(alphabet[buffer << (width - held) & (alphabet.size() - 1)]);
}

template <class Container>
Result<Container> decode(std::string_view text, std::string_view alphabet, const char* name) {
  const unsigned width = bits_of(alphabet);
  Container bytes;
  bytes.reserve(text.size() * width / 8);
  uint32_t buffer = 0;
  unsigned held = 0;
  for (char c : text) {
    const size_t value = alphabet.find(c);
    if (value == alphabet.npos)
      return fail(ErrorCode::Malformed, "no {}: a character is not of its alphabet", name);
    buffer = (buffer << width | static_cast<uint32_t>(value)) & 0xffff;
    if ((held += width) < 8) continue;
    bytes.push_back(static_cast<std::byte>(buffer >> (held -= 8) & 0xff));
  }
  if (held >= width || (buffer & ((1u << held) - 1)) != 0)
    return fail(ErrorCode::Malformed, "no {}: it ends in the middle of a byte", name);
  return bytes;
}

template <class Container>
Result<Container> decode_padded(std::string_view text) {
  if (text.size() % 4 != 0)
    return fail(ErrorCode::Malformed, "no base64: its length is no multiple of 4");
  const size_t padding = text.ends_with("==") ? 2 : text.ends_with("=") ? 1 : 0;
  return decode<Container>(text.substr(0, text.size() - padding), kBase64, "base64");
}

std::string encode_text(ByteSpan bytes, std::string_view alphabet) {
  std::string text;
  encode(bytes, alphabet, [&](char c) { text += c; });
  return text;
}

}  // namespace

std::string base64_encode(ByteSpan bytes) {
  std::string text = encode_text(bytes, kBase64);
  text.append((4 - text.size() % 4) % 4, '=');
  return text;
}

Result<Bytes> base64_decode(std::string_view text) { return decode_padded<Bytes>(text); }

Result<Secret> base64_decode_secret(std::string_view text) { return decode_padded<Secret>(text); }

std::string base64url_encode(ByteSpan bytes) { return encode_text(bytes, kBase64Url); }

Result<Bytes> base64url_decode(std::string_view text) {
  return decode<Bytes>(text, kBase64Url, "base64url");
}

Secret base32_encode(ByteSpan bytes) {
  Secret text;
  encode(bytes, kBase32, [&](char c) { text.push_back(static_cast<std::byte>(c)); });
  return text;
}

Result<Secret> base32_decode(std::string_view text) {
  return decode<Secret>(text, kBase32, "base32");
}

}  // namespace wherry
