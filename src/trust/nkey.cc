#include "trust/nkey.h"

#include <algorithm>

#include "support/base64.h"

namespace wherry::trust {

namespace {

constexpr uint8_t kSeedPrefix = 18 << 3;  // 'S'
constexpr size_t kKeyChars = 56, kSeedChars = 58;

// CRC-16/XMODEM: polynomial 0x1021, from zero, most significant bit first.
uint16_t crc16(ByteSpan bytes) {
  uint32_t crc = 0;
  for (std::byte byte : bytes) {
    crc ^= std::to_integer<uint32_t>(byte) << 8;
    for (int bit = 0; bit < 8; ++bit) crc = (crc & 0x8000 ? crc << 1 ^ 0x1021 : crc << 1) & 0xffff;
  }
  return static_cast<uint16_t>(crc);
}

void append_crc16(Secret& bytes) {
  const uint16_t crc = crc16(bytes);
  bytes.push_back(static_cast<std::byte>(crc & 0xff));
  bytes.push_back(static_cast<std::byte>(crc >> 8));
}

// Takes the checksum off.
Result<> check_crc16(Secret& bytes) {
  if (bytes.size() < 2) return fail(ErrorCode::Malformed, "too short");
  const uint16_t found = static_cast<uint16_t>(std::to_integer<unsigned>(bytes[bytes.size() - 2]) |
                                               std::to_integer<unsigned>(bytes.back()) << 8);
  bytes.resize(bytes.size() - 2);
  if (crc16(bytes) != found)
    return fail(ErrorCode::Malformed, "its checksum is wrong (a typing error?)");
  return {};
}

Result<NkeyKind> parse_kind(unsigned byte) {
  for (NkeyKind kind : {NkeyKind::Account, NkeyKind::Module})
    if (byte == static_cast<unsigned>(kind)) return kind;
  return fail(ErrorCode::Unsupported, "neither an account's (A…) nor a module's (M…)");
}

Result<Nkey> parse_public(std::string_view text) {
  if (text.starts_with('S'))
    return fail(ErrorCode::Unsupported, "a seed, where a public key is wanted (keep it secret)");
  if (text.size() != kKeyChars)
    return fail(ErrorCode::Malformed, "{} characters, not {}", text.size(), kKeyChars);
  Secret bytes = TRY(base32_decode(text));
  TRY(check_crc16(bytes));
  Nkey key{.kind = TRY(parse_kind(std::to_integer<unsigned>(bytes.front()))), .bytes = {}};
  std::copy(bytes.begin() + 1, bytes.end(), key.bytes.begin());
  return key;
}

}  // namespace

const char* to_string(NkeyKind kind) { return kind == NkeyKind::Account ? "account" : "module"; }

std::string Nkey::to_string() const {
  Secret buffer = {static_cast<std::byte>(kind)};
  buffer.insert(buffer.end(), bytes.begin(), bytes.end());
  append_crc16(buffer);
  return std::string(as_text(base32_encode(buffer)));
}

Result<Nkey> parse_nkey(std::string_view text) {
  return with_context(parse_public(text), "no nkey");
}

Result<NkeySeed> NkeySeed::parse(std::string_view text) {
  auto read = [&]() -> Result<NkeySeed> {
    if (text.size() != kSeedChars)
      return fail(ErrorCode::Malformed, "{} characters, not {}", text.size(), kSeedChars);
    Secret bytes = TRY(base32_decode(text));
    TRY(check_crc16(bytes));
    // The kind's five bits stand across the border of the first two bytes.
    const unsigned first = std::to_integer<unsigned>(bytes[0]);
    const unsigned second = std::to_integer<unsigned>(bytes[1]);
    if ((first & 0xf8) != kSeedPrefix || (second & 0x07) != 0)
      return fail(ErrorCode::Malformed, "it does not begin as a seed (S…)");
    NkeyKind kind = TRY(parse_kind((first & 0x07) << 5 | second >> 3));
    return NkeySeed(kind, Secret(bytes.begin() + 2, bytes.end()));
  };
  return with_context(read(), "no nkey seed");
}

Secret NkeySeed::to_text() const {
  const unsigned kind = static_cast<unsigned>(kind_);
  Secret bytes = {static_cast<std::byte>(kSeedPrefix | kind >> 5),
                  static_cast<std::byte>(kind << 3 & 0xff)};
  bytes.insert(bytes.end(), seed_.begin(), seed_.end());
  append_crc16(bytes);
  return base32_encode(bytes);
}

}  // namespace wherry::trust
