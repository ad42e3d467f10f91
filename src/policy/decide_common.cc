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

namespace {

// What is said of a form, and by whom.
template <class Form>
struct Said {
  Form every;  // what a program has of which nobody says anything
  Form asked;
  std::optional<FormGrant<Form>> granted;
  std::optional<Form> Cap::* cap;
};

// What there is of a resource, and how people read and change it.
template <class Form>
struct Resource {
  const char* name;
  std::string (*text)(const Form&);
  Form (*lesser)(const Form& a, const Form& b);
  const char* flag;  // gives all of it
  const char* key;   // of [permissions], by which an image asks for less
};

}  // namespace

template <class Form>
static Form decide_form(Deciding& deciding, const Resource<Form>& resource,
                        const Said<Form>& said) {
  const Form granted = said.granted ? said.granted->form : said.every;
  Form left = resource.lesser(said.asked, granted);
  Line line{Verdict::Given,
            resource.name,
            resource.text(said.asked),
            by(resource.text(granted), said.granted ? said.granted->origin : ""),
            "",
            "every program has it",
            ""};
  if (left != said.asked) {
    line.verdict = Verdict::Narrowed;
    line.reason = "granted in a lesser form";
    line.way_out = fmt::format("give it whole with {}", resource.flag);
  } else if (said.asked != said.every) {
    line.reason = "the image asks for no more";
    line.way_out = fmt::format(
        "to change that, take permissions.{} out of wherry.toml and build again", resource.key);
  }
  for (const Cap& cap : deciding.caps) {
    if (!(cap.*said.cap)) continue;
    const Form capped = resource.lesser(left, *(cap.*said.cap));
    if (capped == left) continue;
    left = capped;
    mark_capped(line, cap.origin, resource.text(left));
    // As with arguments: not worth a line at every start.
    line.verdict = Verdict::Narrowed;
  }
  line.effective = resource.text(left);
  deciding.add(std::move(line));
  return left;
}

void decide_stdio(Deciding& deciding) {
  constexpr Resource<Streams> resource{kStdioResource, streams_text, both_streams,
                                       "--stdio stdin,stdout,stderr", "stdio"};
  const Streams asked = deciding.request ? deciding.request->stdio : Streams{};
  deciding.decision.effective.stdio = decide_form<Streams>(
      deciding, resource, {Streams{}, asked, deciding.grant.stdio, &Cap::stdio});
}

void decide_clock(Deciding& deciding) {
  constexpr Resource<Clock> resource{
      "clock", [](const Clock& clock) { return std::string(to_string(clock)); },
      [](const Clock& a, const Clock& b) { return std::max(a, b); }, "--clock precise", "clock"};
  const Clock asked = deciding.request ? deciding.request->clock : Clock::Precise;
  deciding.decision.effective.clock = decide_form<Clock>(
      deciding, resource, {Clock::Precise, asked, deciding.grant.clock, &Cap::clock});
}

// One seed is no less than another: whoever says one later replaces it.
void decide_random(Deciding& deciding) {
  auto text = [](std::optional<uint64_t> seed) {
    return seed ? fmt::format("seeded with {}", *seed) : "real";
  };
  const std::optional<uint64_t> asked =
      deciding.request ? deciding.request->random_seed : std::nullopt;
  const auto& granted = deciding.grant.random_seed;
  std::optional<uint64_t> left = granted ? granted->form : asked;
  Line line{left == asked ? Verdict::Given : Verdict::Narrowed,
            "random numbers",
            text(asked),
            granted ? by(text(granted->form), granted->origin) : text(std::nullopt),
            "",
            left != asked ? "granted in a lesser form"
            : left        ? "as the image asks"
                          : "every program has it",
            ""};
  for (const Cap& cap : deciding.caps) {
    if (!cap.random_seed || cap.random_seed == left) continue;
    left = cap.random_seed;
    mark_capped(line, cap.origin, text(left));
    line.verdict = Verdict::Narrowed;
  }
  line.effective = text(left);
  deciding.decision.effective.random_seed = left;
  deciding.add(std::move(line));
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
