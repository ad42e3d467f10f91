// Answers of name servers, as the resolver reads them: whatever comes back, addresses and names
// stay within their bounds.
#include "wasi/dns_message.h"
#include "wasi/limits.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* input, size_t size) {
  using namespace wherry;
  const wasi::DnsQuestion question{
      .name = "www.example.com", .type = wasi::DnsType::A, .id = 0x4141};
  // The first twelve bytes and the question rarely come right by chance: they are given.
  Bytes message = wasi::encode_question(question);
  if (size > 0) {
    message[2] = std::byte{input[0]};
    message[3] = std::byte{0};
    message[7] = std::byte{8};  // answers
  }
  for (size_t index = 1; index < size; ++index) message.push_back(std::byte{input[index]});
  auto answer = wasi::parse_dns_answer(message, question);
  if (!answer) return 0;
  if (answer->addresses.size() > wasi::limits::kDnsAddressesMax) __builtin_trap();
  if (answer->canonical_name.size() > 253) __builtin_trap();
  return 0;
}
