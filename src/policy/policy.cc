#include "policy/policy.h"

#include <set>
#include <string_view>

#include "policy/limits.h"
#include "policy/size.h"
#include "support/quotes.h"

namespace wherry::policy {

struct StreamWord {
  std::string_view word;
  bool Streams::* stream;
};

static constexpr StreamWord kStreamWords[] = {
    {"stdin", &Streams::input}, {"stdout", &Streams::output}, {"stderr", &Streams::error}};

const char* to_string(Clock clock) { return clock == Clock::Precise ? "precise" : "coarse"; }

Result<> add_stream(std::string_view word, Streams& streams) {
  for (const StreamWord& known : kStreamWords)
    if (word == known.word) {
      streams.*known.stream = true;
      return {};
    }
  return fail(ErrorCode::Invalid, "{} is no standard stream (known: stdin, stdout, stderr)",
              in_quotes(word));
}

std::vector<std::string_view> stream_words(const Streams& streams) {
  std::vector<std::string_view> words;
  for (const StreamWord& known : kStreamWords)
    if (streams.*known.stream) words.push_back(known.word);
  return words;
}

Result<Clock> parse_clock(std::string_view word) {
  for (Clock clock : {Clock::Precise, Clock::Coarse})
    if (word == to_string(clock)) return clock;
  return fail(ErrorCode::Invalid, "{} is no clock (known: precise, coarse)", in_quotes(word));
}

Result<> check_quota(uint64_t quota_bytes) {
  if (quota_bytes >= 1 && quota_bytes <= limits::kQuotaBytesMax) return {};
  return fail(ErrorCode::Invalid, "a quota of {} is out of range (1B to {})",
              size_text(quota_bytes), size_text(limits::kQuotaBytesMax));
}

Result<> check_grant(const Grant& grant) {
  std::set<std::string_view> guests, names;
  for (const DirectoryGrant& directory : grant.directories)
    if (!guests.insert(directory.guest).second)
      return fail(ErrorCode::Invalid, "directory {} is granted twice (leave one --dir out)",
                  directory.guest);
  for (const EnvironmentGrant& variable : grant.environment)
    if (!names.insert(variable.name).second)
      return fail(ErrorCode::Invalid,
                  "environment variable {} is granted twice (leave one --env out)", variable.name);
  return {};
}

}  // namespace wherry::policy
