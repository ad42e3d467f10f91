#include "trust/claim_times.h"

#include <algorithm>
#include <array>
#include <ctime>

namespace wherry::trust {

std::string time_text(uint64_t seconds) {
  constexpr uint64_t kYear9999 = 253402300799;
  const time_t time = static_cast<time_t>(std::min(seconds, kYear9999));
  struct tm parts;
  std::array<char, 32> text;
  gmtime_r(&time, &parts);
  return std::string(text.data(),
                     std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts));
}

// RFC 7519 §4.1.4: not on or after the time at which they expire.
Result<> check_times(uint64_t from_s, uint64_t until_s, uint64_t now_s) {
  if (now_s >= until_s)
    return fail(ErrorCode::Denied,
                "claims of the module: expired at {} (who issued them has to sign again)",
                time_text(until_s));
  if (now_s < from_s)
    return fail(ErrorCode::Denied, "claims of the module: not valid before {}", time_text(from_s));
  return {};
}

}  // namespace wherry::trust
