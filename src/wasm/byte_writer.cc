#include "wasm/byte_writer.h"

namespace wherry::wasm {

void ByteWriter::unsigned_leb(uint64_t value) {
  for (; value >= 0x80; value >>= 7) byte(static_cast<uint8_t>(value | 0x80));
  byte(static_cast<uint8_t>(value));
}

void ByteWriter::signed_leb(int64_t value) {
  // The last byte's bit 6 is the sign.
  for (; value < -0x40 || value >= 0x40; value >>= 7) byte(static_cast<uint8_t>(value | 0x80));
  byte(static_cast<uint8_t>(value & 0x7f));
}

void ByteWriter::sized(ByteSpan content) {
  unsigned_leb(content.size());
  bytes(content);
}

void ByteWriter::section(uint8_t id, ByteSpan content) {
  byte(id);
  sized(content);
}

}  // namespace wherry::wasm
