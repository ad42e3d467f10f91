#include "policy/deciding.h"

namespace wherry::policy {

using Verdict = Line::Verdict;

static Limits smaller_limits(const Limits& a, const Limits& b) {
  Limits smallest;
  for (const LimitKind& kind : limit_kinds())
    smallest.*kind.value = smaller(a.*kind.value, b.*kind.value);
  return smallest;
}

void decide_limits(Deciding& deciding) {
  const Limits requested = deciding.request ? deciding.request->limits : Limits{};
  Limits& effective = deciding.decision.effective.limits;
  effective = effective_limits(requested, deciding.grant.limits);
  for (const Cap& cap : deciding.caps) effective = smaller_limits(effective, cap.limits);
  for (const LimitKind& kind : limit_kinds()) {
    auto text = [&](std::optional<uint64_t> value) {
      return value ? limit_text(kind, *value) : std::string();
    };
    const auto asked = requested.*kind.value, given = deciding.grant.limits.*kind.value,
               left = effective.*kind.value;
    if (!left) continue;
    const bool is_given = !asked || asked == left;
    deciding.add({is_given ? Verdict::Given : Verdict::Narrowed, fmt::format("limit {}", kind.key),
                  text(asked), given ? text(given) : text(kind.fallback), text(left),
                  is_given ? "the smallest of all that was said"
                           : fmt::format("asked for {}, granted {}", text(asked), text(left)),
                  is_given ? "" : fmt::format("grant it with {} {}", kind.flag, text(asked))});
  }
}

}  // namespace wherry::policy
