// What every program has, and may be given in a lesser form.
#include <algorithm>

#include "policy/deciding.h"

namespace wherry::policy {

using Verdict = Line::Verdict;

static std::string streams_text(const Streams& streams) {
  auto words = stream_words(streams);
  return words.empty() ? "none" : fmt::format("{}", fmt::join(words, ", "));
}

static Streams both_streams(const Streams& a, const Streams& b) {
  return {a.input && b.input, a.output && b.output, a.error && b.error};
}

void decide_stdio(Deciding& deciding) {
  const Streams asked = deciding.request ? deciding.request->stdio : Streams{};
  Streams left = both_streams(asked, deciding.grant.stdio);
  for (const Cap& cap : deciding.caps)
    if (cap.stdio) left = both_streams(left, *cap.stdio);
  deciding.decision.effective.stdio = left;
  deciding.add_common("stdio", streams_text(asked), streams_text(deciding.grant.stdio),
                      streams_text(left));
}

void decide_clock(Deciding& deciding) {
  const Clock asked = deciding.request ? deciding.request->clock : Clock::Precise;
  Clock left = std::max(asked, deciding.grant.clock);
  for (const Cap& cap : deciding.caps) left = std::max(left, cap.clock.value_or(asked));
  deciding.decision.effective.clock = left;
  deciding.add_common("clock", to_string(asked), to_string(deciding.grant.clock), to_string(left));
}

void decide_random(Deciding& deciding) {
  auto text = [](std::optional<uint64_t> seed) {
    return seed ? fmt::format("seeded with {}", *seed) : "real";
  };
  const std::optional<uint64_t> asked =
      deciding.request ? deciding.request->random_seed : std::nullopt;
  const std::optional<uint64_t> granted = deciding.grant.random_seed;
  const std::optional<uint64_t> left = granted ? granted : asked;
  deciding.decision.effective.random_seed = left;
  deciding.add_common("random numbers", text(asked), text(granted), text(left));
}

void decide_arguments(Deciding& deciding) {
  auto text = [](bool arguments) { return arguments ? "any" : "none"; };
  const bool asked = !deciding.request || deciding.request->arguments;
  const bool given = asked || deciding.grant.grant_unrequested;
  Line line{Verdict::Given, kArgumentsResource, text(asked), "any", text(given), "", ""};
  line.reason = asked   ? "every program has it"
                : given ? "given without being asked for (--grant-unrequested)"
                        : "the image asks for none";
  if (!given)
    line.way_out =
        "give them with --grant-unrequested, or set permissions.arguments = true in wherry.toml "
        "and build again";
  deciding.decision.effective.arguments = given;
  for (const Cap& cap : deciding.caps) {
    if (!given || cap.arguments.value_or(true)) continue;
    deciding.decision.effective.arguments = false;
    line.effective = text(false);
    mark_capped(line, cap.origin, "");
    // Words that are there and dropped are told when it is run; that there might be some is not
    // worth a line at every start.
    line.verdict = Verdict::Narrowed;
  }
  deciding.add(std::move(line));
}

}  // namespace wherry::policy
