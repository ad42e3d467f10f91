// Writes small WebAssembly binaries for unit tests, from strings of bytes: sections by number,
// their sizes counted.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include "support/bytes.h"

namespace wherry::wasm::binary {

// "\x01\x00"_b keeps its zero bytes.
inline std::string operator""_b(const char* text, size_t size) { return std::string(text, size); }

// Unsigned LEB128.
inline std::string number(uint64_t value) {
  std::string bytes;
  do {
    uint8_t byte = value & 0x7f;
    value >>= 7;
    bytes += static_cast<char>(value != 0 ? byte | 0x80 : byte);
  } while (value != 0);
  return bytes;
}

// A length and its bytes: a name, a code body, a data segment's content.
inline std::string sized(std::string_view bytes) { return number(bytes.size()).append(bytes); }

inline std::string section(uint8_t id, std::string_view content) {
  return std::string(1, static_cast<char>(id)) + sized(content);
}

// A count and its entries.
inline std::string list(std::initializer_list<std::string> entries) {
  std::string bytes = number(entries.size());
  for (const std::string& entry : entries) bytes += entry;
  return bytes;
}

inline const std::string kPreamble("\0asm\1\0\0\0", 8);

inline std::string module(std::initializer_list<std::string> sections) {
  std::string bytes = kPreamble;
  for (const std::string& each : sections) bytes += each;
  return bytes;
}

}  // namespace wherry::wasm::binary
