#include "policy/deciding.h"

namespace wherry::policy {

namespace {

using Verdict = Line::Verdict;

// What is said of one kind of limit.
struct Bounds {
  std::optional<uint64_t> asked;
  std::optional<uint64_t> given;  // by the operator, or by default
  std::string given_by;           // a flag, a place in a policy file, or "default"
  std::optional<uint64_t> left;
  std::string capped_by;  // empty: no cap is below what was asked for and given
};

Bounds bounds_of(const LimitKind& kind, const Deciding& deciding) {
  Bounds bounds;
  if (deciding.request) bounds.asked = deciding.request->limits.*kind.value;
  const Grant& grant = deciding.grant;
  bounds.given = grant.limits.*kind.value;
  auto origin = grant.limit_origins.find(kind.key);
  if (bounds.given && origin != grant.limit_origins.end()) bounds.given_by = origin->second;
  if (!bounds.given && kind.fallback) {
    bounds.given = kind.fallback;
    bounds.given_by = "default";
  }
  bounds.left = smaller(bounds.asked, bounds.given);
  for (const Cap& cap : deciding.caps) {
    const std::optional<uint64_t> capped = smaller(bounds.left, cap.limits.*kind.value);
    if (capped == bounds.left) continue;
    bounds.left = capped;
    bounds.capped_by = cap.origin;
  }
  return bounds;
}

// An operator has to know that a limit which they gave themselves is capped, and need not be told
// that a default one is.
void explain(Line& line, const LimitKind& kind, const Bounds& bounds, bool is_granted) {
  const bool is_less = bounds.asked && bounds.asked != bounds.left;
  if (!bounds.capped_by.empty()) {
    mark_capped(line, bounds.capped_by, line.effective);
    if (!is_granted) line.verdict = is_less ? Verdict::Narrowed : Verdict::Given;
  } else if (is_less) {
    line.verdict = Verdict::Narrowed;
    line.reason = fmt::format("asked for {}, granted {}", line.requested, line.effective);
    line.way_out = fmt::format("grant it with {} {}", kind.flag, line.requested);
  } else {
    line.verdict = Verdict::Given;
    line.reason = bounds.asked && bounds.asked != bounds.given ? "the image asks for no more"
                  : is_granted                                 ? "as it is granted"
                                                               : "every program has it";
    if (bounds.asked && bounds.asked != bounds.given)
      line.way_out =
          fmt::format("to change that, raise limits.{} in wherry.toml and build again", kind.key);
  }
}

}  // namespace

void decide_limits(Deciding& deciding) {
  for (const LimitKind& kind : limit_kinds()) {
    const Bounds bounds = bounds_of(kind, deciding);
    deciding.decision.effective.limits.*kind.value = bounds.left;
    if (!bounds.left) continue;
    auto text = [&](std::optional<uint64_t> value) {
      return value ? limit_text(kind, *value) : std::string();
    };
    Line line{Verdict::Given,
              fmt::format("limit {}", kind.key),
              text(bounds.asked),
              by(text(bounds.given), bounds.given_by),
              text(bounds.left),
              "",
              ""};
    const bool is_granted = (deciding.grant.limits.*kind.value).has_value();
    explain(line, kind, bounds, is_granted);
    deciding.add(std::move(line));
  }
}

}  // namespace wherry::policy
