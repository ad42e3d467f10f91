// Messages of the domain name system, as far as asking for the addresses of a name goes: a question
// written, an answer read. RFC 1035 §4; AAAA records: RFC 3596.
//
// Trust: an answer is hostile. Compressed names may only point backwards and are limited in length,
// counts end where the bytes end, and only records of the chain of aliases that begins with the
// name that was asked for are taken.
#pragma once

#include <string>
#include <vector>

#include "support/bytes.h"
#include "support/result.h"
#include "wasi/socket_address.h"

namespace wherry::wasi {

enum class DnsType : uint16_t { A = 1, Aaaa = 28 };

struct DnsQuestion {
  std::string name;  // without a dot at the end
  DnsType type = DnsType::A;
  uint16_t id = 0;  // random: with the port, all that tells a forged answer from the true one
};

struct DnsAnswer {
  enum class Status : uint8_t { Ok, NoSuchName, Truncated, Failed };
  Status status = Status::Failed;
  std::string canonical_name = {};        // at the end of the chain of aliases
  std::vector<IpAddress> addresses = {};  // at most limits.h's number
};

// RFC 1123 §2.1, and "_": labels of 1 to 63 letters, digits and hyphens, 253 characters in all. One
// dot at the end is allowed.
bool is_dns_name(std::string_view name);

// `question.name` must be a name by is_dns_name().
Bytes encode_question(const DnsQuestion& question);

// Errors: Malformed; Invalid where it answers another question, and so should be passed over.
Result<DnsAnswer> parse_dns_answer(ByteSpan message, const DnsQuestion& question);

}  // namespace wherry::wasi
