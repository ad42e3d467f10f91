#include "wasi/dns_message.h"

#include <algorithm>
#include <optional>

#include "wasi/limits.h"

namespace wherry::wasi {
namespace {

// [id u16][flags u16][questions u16][answers u16][authorities u16][additional u16], big-endian
constexpr uint16_t kResponse = 0x8000, kTruncated = 0x0200, kRecursionDesired = 0x0100;
constexpr uint16_t kOpcodeMask = 0x7800, kCodeMask = 0x000f;
constexpr uint16_t kCodeOk = 0, kCodeNoSuchName = 3;
constexpr uint16_t kClassInternet = 1, kTypeAlias = 5;

constexpr size_t kLabelBytesMax = 63, kNameCharsMax = 253;

char to_lower(char letter) {
  return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
}

bool is_same_name(std::string_view left, std::string_view right) {
  return std::ranges::equal(left, right, {}, to_lower, to_lower);
}

// Takes big-endian numbers and names from a message; nullopt where the bytes end.
class Reader {
 public:
  explicit Reader(ByteSpan message) : message_(message) {}

  std::optional<uint16_t> u16() {
    auto bytes = take(2);
    if (!bytes) return std::nullopt;
    return static_cast<uint16_t>(std::to_integer<unsigned>((*bytes)[0]) << 8 |
                                 std::to_integer<unsigned>((*bytes)[1]));
  }

  std::optional<ByteSpan> take(size_t size_bytes) {
    if (size_bytes > message_.size() - at_) return std::nullopt;
    at_ += size_bytes;
    return message_.subspan(at_ - size_bytes, size_bytes);
  }

  // RFC 1035 §4.1.4: labels, and perhaps a pointer to where the rest stands. A pointer must point
  // before the place that the labels so far were read from, so following them ends.
  std::optional<std::string> name() {
    std::string name;
    size_t at = at_, barrier = at_;
    bool jumped = false;
    while (true) {
      if (at >= message_.size()) return std::nullopt;
      const size_t length = std::to_integer<size_t>(message_[at++]);
      if (length == 0) break;
      if ((length & 0xc0) == 0xc0) {
        if (at >= message_.size()) return std::nullopt;
        const size_t target = (length & 0x3f) << 8 | std::to_integer<size_t>(message_[at++]);
        if (!jumped) at_ = at;
        jumped = true;
        if (target >= barrier) return std::nullopt;
        at = barrier = target;
        continue;
      }
      if (length > kLabelBytesMax || length > message_.size() - at) return std::nullopt;
      if (!name.empty()) name += '.';
      name += as_text(message_.subspan(at, length));
      if (name.size() > kNameCharsMax) return std::nullopt;
      at += length;
    }
    if (!jumped) at_ = at;
    return name;
  }

  // Of a record's data, which may point anywhere before it in the message.
  std::optional<std::string> name_in(ByteSpan data) const {
    Reader reader(message_);
    reader.at_ = static_cast<size_t>(data.data() - message_.data());
    return reader.name();
  }

 private:
  ByteSpan message_;
  size_t at_ = 0;
};

struct Record {
  std::string owner;
  uint16_t type;
  ByteSpan data;
};

std::optional<Record> read_record(Reader& reader) {
  auto owner = reader.name();
  auto type = reader.u16();
  auto class_number = reader.u16();
  auto time_to_live = reader.take(4);
  auto size_bytes = reader.u16();
  if (!owner || !type || !class_number || !time_to_live || !size_bytes) return std::nullopt;
  auto data = reader.take(*size_bytes);
  if (!data) return std::nullopt;
  return Record{std::move(*owner), *class_number == kClassInternet ? *type : uint16_t{0}, *data};
}

struct Header {
  DnsAnswer::Status status;
  uint16_t answer_count;
};

// Errors: as parse_dns_answer().
Result<Header> read_header(Reader& reader, const DnsQuestion& question) {
  auto id = reader.u16(), flags = reader.u16(), questions = reader.u16(), answers = reader.u16();
  if (!id || !flags || !questions || !answers || !reader.take(4))
    return fail(ErrorCode::Malformed, "the header is cut off");
  if (*id != question.id || !(*flags & kResponse) || (*flags & kOpcodeMask) || *questions != 1)
    return fail(ErrorCode::Invalid, "not the answer to this question");
  auto name = reader.name();
  auto type = reader.u16(), class_number = reader.u16();
  if (!name || !type || !class_number) return fail(ErrorCode::Malformed, "the question is cut off");
  if (!is_same_name(*name, question.name) || *type != static_cast<uint16_t>(question.type) ||
      *class_number != kClassInternet)
    return fail(ErrorCode::Invalid, "the answer to another question");
  using Status = DnsAnswer::Status;
  if (*flags & kTruncated) return Header{Status::Truncated, 0};
  const uint16_t code = *flags & kCodeMask;
  if (code == kCodeOk) return Header{Status::Ok, *answers};
  return Header{code == kCodeNoSuchName ? Status::NoSuchName : Status::Failed, 0};
}

// One step along the chain of aliases, or an address at its end. Servers list the chain in order
// (RFC 1034 §4.3.2 adds each alias before it restarts), and so do we take it.
void take_record(const Record& record, Reader& reader, DnsType type, DnsAnswer& answer) {
  if (!is_same_name(record.owner, answer.canonical_name)) return;
  if (record.type == kTypeAlias) {
    if (auto target = reader.name_in(record.data)) answer.canonical_name = std::move(*target);
    return;
  }
  const size_t size_bytes = type == DnsType::A ? 4 : 16;
  if (record.type != static_cast<uint16_t>(type) || record.data.size() != size_bytes) return;
  if (answer.addresses.size() < limits::kDnsAddressesMax)
    answer.addresses.push_back(*address_from_bytes(record.data));
}

void append_u16(Bytes& bytes, uint16_t value) {
  bytes.push_back(static_cast<std::byte>(value >> 8));
  bytes.push_back(static_cast<std::byte>(value & 0xff));
}

}  // namespace

bool is_dns_name(std::string_view name) {
  if (name.ends_with('.')) name.remove_suffix(1);
  if (name.empty() || name.size() > kNameCharsMax) return false;
  size_t label_chars = 0;
  for (char letter : name) {
    if (letter == '.') {
      if (label_chars == 0) return false;
      label_chars = 0;
      continue;
    }
    const char lower = to_lower(letter);
    const bool allowed = (lower >= 'a' && lower <= 'z') || (lower >= '0' && lower <= '9') ||
                         lower == '-' || lower == '_';
    if (!allowed || ++label_chars > kLabelBytesMax) return false;
  }
  return label_chars > 0;
}

Bytes encode_question(const DnsQuestion& question) {
  Bytes message;
  append_u16(message, question.id);
  append_u16(message, kRecursionDesired);
  append_u16(message, 1);
  for (int section = 0; section < 3; ++section) append_u16(message, 0);
  std::string_view rest = question.name;
  while (!rest.empty()) {
    std::string_view label = rest.substr(0, rest.find('.'));
    message.push_back(static_cast<std::byte>(label.size()));
    std::ranges::copy(as_bytes(label), std::back_inserter(message));
    rest.remove_prefix(std::min(rest.size(), label.size() + 1));
  }
  message.push_back(std::byte{0});
  append_u16(message, static_cast<uint16_t>(question.type));
  append_u16(message, kClassInternet);
  return message;
}

Result<DnsAnswer> parse_dns_answer(ByteSpan message, const DnsQuestion& question) {
  Reader reader(message);
  Header header = TRY(read_header(reader, question));
  DnsAnswer answer{.status = header.status, .canonical_name = question.name};
  for (uint16_t index = 0; index < header.answer_count; ++index) {
    auto record = read_record(reader);
    if (!record) return fail(ErrorCode::Malformed, "record {} is cut off", index);
    take_record(*record, reader, question.type, answer);
  }
  return answer;
}

}  // namespace wherry::wasi
