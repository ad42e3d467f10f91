// Ranges of bytes in fields: what part of a blob is wanted (Range), and what part of an upload is
// sent (Content-Range, which the distribution specification writes without a unit).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace wherry::registry {

struct ByteRange {
  uint64_t first = 0;
  uint64_t size_bytes = 0;  // never 0 where it was parsed
  bool operator==(const ByteRange&) const = default;
};

// Of a Range field, for content of that size (RFC 9110 §14.1.2). Whole: the field is none of ours,
// or asks for several ranges, and is passed over, as RFC 9110 §14.2 allows. Unsatisfiable: 416.
enum class Wanted { Whole, Part, Unsatisfiable };
struct WantedRange {
  Wanted wanted = Wanted::Whole;
  ByteRange range = {};  // of Part; within the content
};
WantedRange parse_range(std::string_view field, uint64_t size_bytes);

// "0-1023", both inclusive (distribution 1.1, "Pushing a blob in chunks"); also RFC 9110's
// "bytes 0-1023/4096", which some clients send. nullopt for anything else.
std::optional<ByteRange> parse_content_range(std::string_view field);

// Digits alone, of a number below 2^63. nullopt for anything else.
std::optional<uint64_t> parse_number(std::string_view text);

}  // namespace wherry::registry
