#include "wasi/dns_message.h"

#include <gtest/gtest.h>

namespace wherry::wasi {
namespace {

const DnsQuestion kQuestion{.name = "www.example.com", .type = DnsType::A, .id = 0x1234};

// A message in bytes of text; "\0" and the like must be spelt with their length.
template <size_t size>
Bytes bytes_of(const char (&text)[size]) {
  ByteSpan bytes = as_bytes(std::string_view(text, size - 1));
  return {bytes.begin(), bytes.end()};
}

Bytes answer_with(Bytes records, uint8_t count, uint16_t flags = 0x8180) {
  Bytes message = encode_question(kQuestion);
  message[2] = static_cast<std::byte>(flags >> 8);
  message[3] = static_cast<std::byte>(flags & 0xff);
  message[7] = std::byte{count};
  message.insert(message.end(), records.begin(), records.end());
  return message;
}

// The question's name stands at offset 12, "example.com" at 16.
const Bytes kAddress = bytes_of("\xc0\x0c\0\1\0\1\0\0\0\1\0\4\1\2\3\4");
const Bytes kAlias = bytes_of("\xc0\x0c\0\5\0\1\0\0\0\1\0\4\1a\xc0\x10");
const Bytes kAddressOfAlias = bytes_of("\1a\xc0\x10\0\1\0\1\0\0\0\1\0\4\5\6\7\x8");

Bytes operator+(Bytes left, const Bytes& right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

TEST(DnsMessage, EncodesAQuestion) {
  EXPECT_EQ(encode_question({.name = "a.bc", .type = DnsType::Aaaa, .id = 0x0102}),
            bytes_of("\1\2\1\0\0\1\0\0\0\0\0\0\1a\2bc\0\0\x1c\0\1"));
}

TEST(DnsMessage, ReadsAddresses) {
  auto answer = parse_dns_answer(answer_with(kAddress + kAddress, 2), kQuestion);
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->status, DnsAnswer::Status::Ok);
  ASSERT_EQ(answer->addresses.size(), 2u);
  EXPECT_EQ(to_string(answer->addresses[0]), "1.2.3.4");
  EXPECT_EQ(answer->canonical_name, "www.example.com");
}

TEST(DnsMessage, FollowsAliases) {
  auto answer = parse_dns_answer(answer_with(kAlias + kAddressOfAlias, 2), kQuestion);
  ASSERT_TRUE(answer);
  ASSERT_EQ(answer->addresses.size(), 1u);
  EXPECT_EQ(to_string(answer->addresses[0]), "5.6.7.8");
  EXPECT_EQ(answer->canonical_name, "a.example.com");
}

TEST(DnsMessage, TakesNoAddressOfOtherNames) {
  auto answer = parse_dns_answer(answer_with(kAddressOfAlias, 1), kQuestion);
  ASSERT_TRUE(answer);
  EXPECT_TRUE(answer->addresses.empty());
}

TEST(DnsMessage, PassesOverAnswersToOtherQuestions) {
  Bytes message = answer_with(kAddress, 1);
  DnsQuestion other = kQuestion;
  other.id ^= 1;
  EXPECT_EQ(parse_dns_answer(message, other).error().code, ErrorCode::Invalid);
  other = kQuestion;
  other.name = "www.example.org";
  EXPECT_EQ(parse_dns_answer(message, other).error().code, ErrorCode::Invalid);
  other = kQuestion;
  other.type = DnsType::Aaaa;
  EXPECT_EQ(parse_dns_answer(message, other).error().code, ErrorCode::Invalid);
  EXPECT_EQ(parse_dns_answer(encode_question(kQuestion), kQuestion).error().code,
            ErrorCode::Invalid);
}

TEST(DnsMessage, TellsStatuses) {
  auto status_of = [](uint16_t flags) {
    return parse_dns_answer(answer_with({}, 0, flags), kQuestion)->status;
  };
  EXPECT_EQ(status_of(0x8183), DnsAnswer::Status::NoSuchName);
  EXPECT_EQ(status_of(0x8182), DnsAnswer::Status::Failed);
  EXPECT_EQ(status_of(0x8380), DnsAnswer::Status::Truncated);
}

TEST(DnsMessage, RefusesNamesThatPointForwardsOrAtThemselves) {
  for (const Bytes& record : {bytes_of("\xc0\x21\0\1\0\1\0\0\0\1\0\4\1\2\3\4"),
                              bytes_of("\xc0\xff\0\1\0\1\0\0\0\1\0\4\1\2\3\4"),
                              bytes_of("\1a\xc0\x21\0\1\0\1\0\0\0\1\0\4\1\2\3\4")})
    EXPECT_EQ(parse_dns_answer(answer_with(record, 1), kQuestion).error().code,
              ErrorCode::Malformed);
}

TEST(DnsMessage, RefusesEveryCut) {
  const Bytes message = answer_with(kAlias + kAddressOfAlias, 2);
  for (size_t size = 0; size < message.size(); ++size)
    EXPECT_FALSE(parse_dns_answer(ByteSpan(message).first(size), kQuestion)) << size;
}

TEST(DnsMessage, KnowsNames) {
  for (std::string_view name : {"a", "a.", "example.com", "_sip._tcp.x-1", "xn--bcher-kva.ch"})
    EXPECT_TRUE(is_dns_name(name)) << name;
  for (std::string_view name : {"", ".", "a..b", ".a", "a b", "b\xc3\xbc", "a/b", "a\n"})
    EXPECT_FALSE(is_dns_name(name)) << name;
  EXPECT_TRUE(is_dns_name(std::string(63, 'a')));
  EXPECT_FALSE(is_dns_name(std::string(64, 'a')));
}

}  // namespace
}  // namespace wherry::wasi
