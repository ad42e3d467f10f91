// Appends what ByteReader reads: LEB128 integers, names, sections. Follows Core 3.0 §5.2 (values)
// and §5.5.2 (sections).
#pragma once

#include <cstdint>
#include <string_view>

#include "support/bytes.h"

namespace wherry::wasm {

class ByteWriter {
 public:
  void byte(uint8_t value) { bytes_.push_back(std::byte{value}); }
  void unsigned_leb(uint64_t value);
  void signed_leb(int64_t value);
  void bytes(ByteSpan bytes) { bytes_.insert(bytes_.end(), bytes.begin(), bytes.end()); }
  // A length and so many bytes.
  void sized(ByteSpan bytes);
  void name(std::string_view text) { sized(as_bytes(text)); }
  void section(uint8_t id, ByteSpan content);

  Bytes take() { return std::move(bytes_); }

 private:
  Bytes bytes_;
};

}  // namespace wherry::wasm
