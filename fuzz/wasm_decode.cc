// Drives the decoder, and the validator with what the decoder accepts: neither may crash, read
// beyond the input, or take memory out of proportion to it.
#include <cstdint>
#include <functional>

#include "support/bytes.h"
#include "support/result.h"
#include "wasm/branch_hints.h"
#include "wasm/decoder.h"
#include "wasm/instruction.h"
#include "wasm/validator.h"

namespace wherry::wasm {
namespace {

void check_within(ByteSpan part, ByteSpan whole) {
  if (part.empty()) return;
  // std::less_equal orders pointers into different objects as well.
  std::less_equal<const std::byte*> at_most;
  WHERRY_ASSERT(at_most(whole.data(), part.data()));
  WHERRY_ASSERT(at_most(part.data() + part.size(), whole.data() + whole.size()));
}

// A compiler reads a valid body to its end without meeting an error, and finds each opcode where it
// is said to be.
void check_readable(const FunctionBody& body, ByteSpan binary) {
  InstructionReader reader(body.code, body.offset);
  while (!reader.at_end()) {
    auto instruction = reader.next();
    WHERRY_ASSERT(instruction.has_value());
    uint32_t first = static_cast<uint16_t>(instruction->opcode);
    if (first > 0xff) first = 0xf0 | first >> 12;  // prefixed_code
    WHERRY_ASSERT(static_cast<uint32_t>(binary[instruction->offset]) == first);
  }
}

void decode_and_validate(ByteSpan binary) {
  auto module = decode_module(binary);
  if (!module) {
    WHERRY_ASSERT(!module.error().message.empty());
    return;
  }
  for (const FunctionBody& body : module->bodies) check_within(body.code, binary);
  for (const DataSegment& segment : module->data) check_within(segment.bytes, binary);
  for (const FunctionName& entry : function_names(*module)) {
    check_within(as_bytes(entry.name), binary);
    WHERRY_ASSERT(raw(entry.index) < module->functions.size());
  }
  if (!validate_module(*module)) return;
  for (const FunctionBody& body : module->bodies) check_readable(body, binary);
  auto hints = read_branch_hints(*module);
  WHERRY_ASSERT(hints || !hints.error().message.empty());
}

}  // namespace
}  // namespace wherry::wasm

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size_bytes) {
  // std::byte may alias anything.
  wherry::wasm::decode_and_validate({reinterpret_cast<const std::byte*>(bytes), size_bytes});
  return 0;
}
