#include "policy/decision.h"

#include <algorithm>

#include "policy/deciding.h"

namespace wherry::policy {

namespace {

using Verdict = Line::Verdict;

constexpr const char* kNotRequested = "granted, but the image does not ask for it";
constexpr const char* kUnrequested = "granted without being asked for (--grant-unrequested)";
constexpr const char* kNoRequest = "granted; a .wasm file does not ask";

// How to ask for what was not asked for.
std::string ask_way_out(std::string_view key) {
  return fmt::format(
      "give it anyway with --grant-unrequested, or add it to permissions.{} in wherry.toml and "
      "build again",
      key);
}

}  // namespace

std::optional<uint64_t> smaller(std::optional<uint64_t> a, std::optional<uint64_t> b) {
  return a && b ? std::min(a, b) : a ? a : b;
}

std::string by(std::string text, const std::string& origin) {
  return origin.empty() ? text : fmt::format("{}, by {}", text, origin);
}

void mark_capped(Line& line, const std::string& capped_by, const std::string& left) {
  line.verdict = Verdict::Capped;
  line.reason = fmt::format("{} allows {}", capped_by, left.empty() ? "nothing of it" : left);
  line.way_out = "only who may write " + capped_by + " can change that";
}

Line Deciding::unrequested_line(std::string resource, std::string granted,
                                std::string_view key) const {
  const bool is_given = !request || grant.grant_unrequested;
  Line line{is_given ? Verdict::Given : Verdict::NotRequested,
            std::move(resource),
            "",
            granted,
            "",
            "",
            ""};
  if (is_given) {
    line.reason = request ? kUnrequested : kNoRequest;
    line.effective = std::move(granted);
  } else {
    line.reason = kNotRequested;
    line.way_out = ask_way_out(key);
  }
  return line;
}

const char* to_string(Line::Verdict verdict) {
  switch (verdict) {
    case Verdict::Given:
      return "given";
    case Verdict::Narrowed:
      return "narrowed";
    case Verdict::NotGranted:
      return "not-granted";
    case Verdict::NotRequested:
      return "not-requested";
    case Verdict::Capped:
      break;
  }
  return "capped";
}

bool is_for_operator(const Line& line) {
  return line.verdict == Verdict::NotRequested || line.verdict == Verdict::Capped;
}

std::string to_string(const Line& line) {
  if (line.way_out.empty()) return fmt::format("{}: {}", line.resource, line.reason);
  return fmt::format("{}: {} ({})", line.resource, line.reason, line.way_out);
}

Decision decide(const std::optional<Request>& request, const Grant& grant,
                std::span<const Cap> caps) {
  Deciding deciding{request, grant, caps};
  decide_directories(deciding);
  decide_environment(deciding);
  decide_network(deciding);
  decide_stdio(deciding);
  decide_clock(deciding);
  decide_random(deciding);
  decide_arguments(deciding);
  decide_limits(deciding);
  return std::move(deciding.decision);
}

}  // namespace wherry::policy
