#include "trust/encoding.h"

#include <algorithm>

#include "trust/limits.h"

namespace wherry::trust {

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
Result<Container> decode(std::string_view text, std::string_view alphabet) {
  const unsigned width = bits_of(alphabet);
  Container bytes;
  bytes.reserve(text.size() * width / 8);
  uint32_t buffer = 0;
  unsigned held = 0;
  for (char c : text) {
    const size_t value = alphabet.find(c);
    if (value == alphabet.npos) return fail(ErrorCode::Malformed, "a character is no digit of it");
    buffer = (buffer << width | static_cast<uint32_t>(value)) & 0xffff;
    if ((held += width) < 8) continue;
    bytes.push_back(static_cast<std::byte>(buffer >> (held -= 8) & 0xff));
  }
  if (held >= width || (buffer & ((1u << held) - 1)) != 0)
    return fail(ErrorCode::Malformed, "it ends in the middle of a byte");
  return bytes;
}

template <class Container>
Result<Container> decode_padded(std::string_view text) {
  if (text.size() % 4 != 0) return fail(ErrorCode::Malformed, "its length is no multiple of 4");
  const size_t padding = text.ends_with("==") ? 2 : text.ends_with("=") ? 1 : 0;
  return decode<Container>(text.substr(0, text.size() - padding), kBase64);
}

std::string encode_text(ByteSpan bytes, std::string_view alphabet) {
  std::string text;
  encode(bytes, alphabet, [&](char c) { text += c; });
  return text;
}

}  // namespace

std::string to_base64(ByteSpan bytes) {
  std::string text = encode_text(bytes, kBase64);
  text.append((4 - text.size() % 4) % 4, '=');
  return text;
}

Result<Bytes> from_base64(std::string_view text) {
  return with_context(decode_padded<Bytes>(text), "base64");
}

Result<Secret> secret_from_base64_lines(std::string_view text) {
  Secret joined;
  joined.reserve(text.size());
  for (char c : text)
    if (c != '\n' && c != '\r' && c != ' ' && c != '\t')
      joined.push_back(static_cast<std::byte>(c));
  return with_context(decode_padded<Secret>(as_text(joined)), "base64");
}

std::string to_base64url(ByteSpan bytes) { return encode_text(bytes, kBase64Url); }

Result<Bytes> from_base64url(std::string_view text) {
  return with_context(decode<Bytes>(text, kBase64Url), "base64url");
}

Secret to_base32(ByteSpan bytes) {
  Secret text;
  encode(bytes, kBase32, [&](char c) { text.push_back(static_cast<std::byte>(c)); });
  return text;
}

Result<Secret> from_base32(std::string_view text) {
  return with_context(decode<Secret>(text, kBase32), "base32");
}

std::string to_pem(std::string_view label, ByteSpan bytes) {
  constexpr size_t kLineChars = 64;
  const std::string body = to_base64(bytes);
  std::string text = fmt::format("-----BEGIN {}-----\n", label);
  for (size_t begin = 0; begin < body.size(); begin += kLineChars)
    text.append(body, begin, kLineChars).push_back('\n');
  return text + fmt::format("-----END {}-----\n", label);
}

Result<Pem> parse_pem(std::string_view text) {
  constexpr std::string_view kBegin = "-----BEGIN ", kDashes = "-----";
  if (text.size() > limits::kKeyFileBytes)
    return fail(ErrorCode::Malformed, "no PEM of a key: longer than {} bytes",
                limits::kKeyFileBytes);
  const size_t begin = text.find(kBegin);
  if (begin == text.npos) return fail(ErrorCode::Malformed, "no PEM: '-----BEGIN' is missing");
  text.remove_prefix(begin + kBegin.size());
  const size_t label_end = text.find(kDashes);
  if (label_end == text.npos || text.substr(0, label_end).find('\n') != text.npos)
    return fail(ErrorCode::Malformed, "no PEM: its first line has no end");
  const std::string_view label = text.substr(0, label_end);
  text.remove_prefix(label_end + kDashes.size());
  const size_t end = text.find(fmt::format("-----END {}-----", label));
  if (end == text.npos) return fail(ErrorCode::Malformed, "no PEM: '-----END' is missing");
  return Pem { label, TRY(with_context(secret_from_base64_lines(text.substr(0, end)), "PEM")) };
}

}  // namespace wherry::trust
