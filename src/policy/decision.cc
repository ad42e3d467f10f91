#include "policy/decision.h"

#include <algorithm>
#include <cstdlib>

#include "policy/size.h"

namespace wherry::policy {

namespace {

using Verdict = Line::Verdict;

constexpr const char* kNotGranted = "asked for by the image, not granted";
constexpr const char* kNotRequested = "granted, but the image does not ask for it";
constexpr const char* kUnrequested = "granted without being asked for (--grant-unrequested)";
constexpr const char* kNoRequest = "granted; a .wasm file does not ask";

// Of two bounds of which each may be absent.
std::optional<uint64_t> smaller(std::optional<uint64_t> a, std::optional<uint64_t> b) {
  return a && b ? std::min(a, b) : a ? a : b;
}

std::string directory_text(FileRights access, std::optional<uint64_t> quota_bytes) {
  if (access.empty()) return "";
  return to_string(access) +
         (quota_bytes ? fmt::format(", quota {}", size_text(*quota_bytes)) : "");
}

std::string by(std::string text, const std::string& origin) {
  return origin.empty() ? text : fmt::format("{}, by {}", text, origin);
}

// How to ask for what was not asked for.
std::string ask_way_out(std::string_view key) {
  return fmt::format(
      "give it anyway with --grant-unrequested, or add it to permissions.{} in wherry.toml and "
      "build "
      "again",
      key);
}

// Decides for one application. The parts of it that the request, the grant and the caps say
// something about are taken one after the other, each with its lines.
class Decider {
 public:
  Decider(const std::optional<Request>& request, const Grant& grant, std::span<const Cap> caps)
      : request_(request), grant_(grant), caps_(caps) {}

  Decision run() {
    decide_directories();
    decide_environment();
    decide_network("listen", &NetworkRules::listen, &Grant::listen, &Cap::listen);
    decide_network("connect", &NetworkRules::connect, &Grant::connect, &Cap::connect);
    decide_stdio();
    decide_common();
    decide_limits();
    return std::move(decision_);
  }

 private:
  void add(Line line) { decision_.lines.push_back(std::move(line)); }

  // Whether something that was granted is given though nobody asked for it.
  bool gives_unrequested() const { return !request_ || grant_.grant_unrequested; }

  Line unrequested_line(std::string resource, std::string granted, std::string_view key) const {
    Line line{gives_unrequested() ? Verdict::Given : Verdict::NotRequested,
              std::move(resource),
              "",
              granted,
              "",
              "",
              ""};
    if (line.verdict == Verdict::NotRequested) {
      line.reason = kNotRequested;
      line.way_out = ask_way_out(key);
    } else {
      line.reason = request_ ? kUnrequested : kNoRequest;
      line.effective = std::move(granted);
    }
    return line;
  }

  // What the caps leave of a granted folder, which lies where its links lead to.
  DirectoryGrant cap_directory(DirectoryGrant given, std::string& capped_by) const {
    for (const Cap& cap : caps_) {
      if (!cap.directories) continue;
      std::error_code ignored;
      const fs::path real = fs::weakly_canonical(given.host, ignored);
      FileRights allowed;
      std::optional<uint64_t> quota_bytes;
      for (const Cap::Directory& directory : *cap.directories) {
        const fs::path inside =
            real.lexically_relative(fs::weakly_canonical(directory.host, ignored));
        if (inside.empty() || *inside.begin() == "..") continue;
        allowed = allowed | directory.access;
        quota_bytes = smaller(quota_bytes, directory.quota_bytes);
      }
      const FileRights left = given.access & allowed;
      const std::optional<uint64_t> quota_left = smaller(given.quota_bytes, quota_bytes);
      if (left != given.access || quota_left != given.quota_bytes) capped_by = cap.origin;
      given.access = left;
      given.quota_bytes = quota_left;
    }
    return given;
  }

  const DirectoryGrant* find_directory(std::string_view guest) const {
    auto found = std::ranges::find(grant_.directories, guest, &DirectoryGrant::guest);
    return found == grant_.directories.end() ? nullptr : &*found;
  }

  void give_directory(Line line, DirectoryGrant given, const DirectoryRequest* asked) {
    std::string capped_by;
    const FileRights wanted = asked ? given.access & asked->access : given.access;
    DirectoryGrant left = cap_directory(given, capped_by);
    left.access = left.access & wanted;
    if (asked) left.quota_bytes = smaller(left.quota_bytes, asked->quota_bytes);
    line.effective = directory_text(left.access, left.quota_bytes);
    if (!capped_by.empty() &&
        (left.access != wanted || (asked == nullptr || left.quota_bytes != asked->quota_bytes))) {
      line.verdict = Verdict::Capped;
      line.reason = fmt::format("{} allows {}", capped_by,
                                line.effective.empty() ? "nothing of it" : line.effective);
      line.way_out = "only who may write " + capped_by + " can change that";
    }
    add(std::move(line));
    if (!left.access.empty()) decision_.effective.directories.push_back(std::move(left));
  }

  void decide_directory(const DirectoryRequest& asked) {
    Line line{Verdict::Given,
              "directory " + asked.guest,
              directory_text(asked.access, asked.quota_bytes),
              "",
              "",
              "asked for and granted",
              ""};
    const DirectoryGrant* given = find_directory(asked.guest);
    if (!given) {
      line.verdict = Verdict::NotGranted;
      line.reason = kNotGranted;
      line.way_out =
          fmt::format("grant it with --dir HOST:{}:{}", asked.guest, rights_flag(asked.access));
      line.resource += fmt::format(" ({})", to_string(asked.access));
      add(std::move(line));
      return;
    }
    line.granted = by(directory_text(given->access, given->quota_bytes), given->origin);
    if (given->access != asked.access) narrow_directory(asked, *given, line);
    give_directory(std::move(line), *given, &asked);
  }

  static void narrow_directory(const DirectoryRequest& asked, const DirectoryGrant& given,
                               Line& line) {
    line.verdict = Verdict::Narrowed;
    const FileRights both = asked.access & given.access;
    line.reason =
        fmt::format("asked for {}, granted {}, so it is {}", to_string(asked.access),
                    to_string(given.access), both.empty() ? "not given" : to_string(both));
    line.way_out =
        given.access.includes(asked.access)
            ? fmt::format("to change that, ask for access = {} in wherry.toml and build again",
                          rights_toml(given.access))
            : fmt::format("grant it with --dir {}:{}:{}", given.host.string(), given.guest,
                          rights_flag(asked.access));
  }

  void decide_directories() {
    if (request_)
      for (const DirectoryRequest& asked : request_->directories) decide_directory(asked);
    for (const DirectoryGrant& given : grant_.directories) {
      if (find_directory(given.guest) != &given) continue;  // one in front of it holds
      if (request_ && std::ranges::find(request_->directories, given.guest,
                                        &DirectoryRequest::guest) != request_->directories.end())
        continue;
      Line line = unrequested_line(
          "directory " + given.guest,
          by(directory_text(given.access, given.quota_bytes), given.origin), "directories");
      if (line.verdict == Verdict::NotRequested)
        add(std::move(line));
      else
        give_directory(std::move(line), given, nullptr);
    }
  }

  // The variable as it was granted, or as --allow-requested takes it from us.
  std::optional<EnvironmentGrant> find_variable(const std::string& name) const {
    auto found = std::ranges::find(grant_.environment, name, &EnvironmentGrant::name);
    if (found != grant_.environment.end()) return *found;
    const char* value = grant_.allow_requested ? std::getenv(name.c_str()) : nullptr;
    if (!value) return std::nullopt;
    return EnvironmentGrant{name, value, "--allow-requested"};
  }

  void give_variable(Line line, EnvironmentGrant given) {
    for (const Cap& cap : caps_)
      if (cap.environment &&
          std::ranges::find(*cap.environment, given.name) == cap.environment->end()) {
        line.verdict = Verdict::Capped;
        line.effective.clear();
        line.reason = cap.origin + " does not allow it";
        line.way_out = "only who may write " + cap.origin + " can change that";
        add(std::move(line));
        return;
      }
    line.effective = "given";
    add(std::move(line));
    decision_.effective.environment.push_back(std::move(given));
  }

  void decide_environment() {
    for (const std::string& asked : request_ ? request_->environment : std::vector<std::string>{}) {
      Line line{Verdict::NotGranted,
                "environment variable " + asked,
                "asked for",
                "",
                "",
                kNotGranted,
                fmt::format("grant it with --env {}=VALUE", asked)};
      auto given = find_variable(asked);
      if (!given) {
        add(std::move(line));
        continue;
      }
      line.verdict = Verdict::Given;
      line.granted = by("granted", given->origin);
      line.reason = "asked for and granted";
      line.way_out.clear();
      give_variable(std::move(line), *std::move(given));
    }
    for (auto given = grant_.environment.begin(); given != grant_.environment.end(); ++given) {
      if (std::ranges::find(grant_.environment, given->name, &EnvironmentGrant::name) != given)
        continue;
      if (request_ &&
          std::ranges::find(request_->environment, given->name) != request_->environment.end())
        continue;
      Line line = unrequested_line("environment variable " + given->name,
                                   by("granted", given->origin), "environment");
      if (line.verdict == Verdict::NotRequested)
        add(std::move(line));
      else
        give_variable(std::move(line), *given);
    }
  }

  // What the caps leave of a rule, and whose it is that takes something away.
  std::vector<NetworkRule> cap_rule(const NetworkRule& rule,
                                    std::optional<std::vector<NetworkRule>> Cap::* list,
                                    std::string& capped_by) const {
    std::vector<NetworkRule> left{rule};
    for (const Cap& cap : caps_) {
      if (!(cap.*list)) continue;
      std::vector<NetworkRule> inside;
      for (const NetworkRule& one : left)
        for (const NetworkRule& allowed : *(cap.*list))
          if (auto both = intersect_rules(one, allowed)) inside.push_back(*std::move(both));
      if (inside != left) capped_by = cap.origin;
      left = std::move(inside);
    }
    return left;
  }

  void give_rule(Line line, const NetworkRule& rule,
                 std::vector<NetworkRule> NetworkRules::* effective,
                 std::optional<std::vector<NetworkRule>> Cap::* cap) {
    std::string capped_by;
    std::vector<NetworkRule> left = cap_rule(rule, cap, capped_by);
    std::vector<std::string> texts;
    for (const NetworkRule& one : left) texts.push_back(to_string(one));
    line.effective = fmt::format("{}", fmt::join(texts, " "));
    if (!capped_by.empty()) {
      line.verdict = Verdict::Capped;
      line.reason =
          fmt::format("{} allows {}", capped_by, left.empty() ? "nothing of it" : line.effective);
      line.way_out = "only who may write " + capped_by + " can change that";
    }
    add(std::move(line));
    std::vector<NetworkRule>& rules = decision_.effective.network.*effective;
    for (NetworkRule& one : left)
      if (std::ranges::find(rules, one) == rules.end()) rules.push_back(std::move(one));
  }

  // `list` is "listen" or "connect": the flag's name and the key's.
  void decide_network(std::string_view list, std::vector<NetworkRule> NetworkRules::* rules,
                      std::vector<NetworkGrant> Grant::* grants,
                      std::optional<std::vector<NetworkRule>> Cap::* cap) {
    std::vector<NetworkGrant> granted = grant_.*grants;
    const std::vector<NetworkRule> requested =
        request_ ? request_->network.*rules : std::vector<NetworkRule>{};
    if (grant_.allow_requested)
      for (const NetworkRule& asked : requested) granted.push_back({asked, "--allow-requested"});
    std::vector<bool> used(granted.size());
    for (const NetworkRule& asked : requested) {
      bool is_granted = false;
      for (size_t index = 0; index < granted.size(); ++index) {
        auto both = intersect_rules(asked, granted[index].rule);
        if (!both) continue;
        is_granted = used[index] = true;
        const bool is_whole = *both == asked;
        give_rule({is_whole ? Verdict::Given : Verdict::Narrowed, std::string(list),
                   to_string(asked), by(to_string(granted[index].rule), granted[index].origin), "",
                   is_whole ? "asked for and granted" : "not all of it is granted",
                   is_whole ? "" : fmt::format("grant it with --{} {}", list, to_string(asked))},
                  *both, rules, cap);
      }
      if (!is_granted)
        add({Verdict::NotGranted, fmt::format("{} {}", list, to_string(asked)), to_string(asked),
             "", "", kNotGranted, fmt::format("grant it with --{} {}", list, to_string(asked))});
    }
    for (size_t index = 0; index < granted.size(); ++index) {
      if (used[index]) continue;
      const NetworkGrant& given = granted[index];
      Line line = unrequested_line(fmt::format("{} {}", list, to_string(given.rule)),
                                   by(to_string(given.rule), given.origin), list);
      if (line.verdict == Verdict::NotRequested)
        add(std::move(line));
      else
        give_rule(std::move(line), given.rule, rules, cap);
    }
  }

  void decide_stdio() {
    const Streams asked = request_ ? request_->stdio : Streams{};
    Streams capped;
    for (const Cap& cap : caps_)
      if (cap.stdio) capped = both_streams(capped, *cap.stdio);
    const Streams left = both_streams(both_streams(asked, grant_.stdio), capped);
    decision_.effective.stdio = left;
    add_common("stdio", streams_text(asked), streams_text(grant_.stdio), streams_text(left));
  }

  static std::string streams_text(const Streams& streams) {
    auto words = stream_words(streams);
    return words.empty() ? "none" : fmt::format("{}", fmt::join(words, ", "));
  }

  static Streams both_streams(const Streams& a, const Streams& b) {
    return {a.input && b.input, a.output && b.output, a.error && b.error};
  }

  // A line of what every program has.
  void add_common(std::string resource, std::string asked, std::string given, std::string left) {
    const bool is_given = asked == left;
    add({is_given ? Verdict::Given : Verdict::Narrowed, std::move(resource), std::move(asked),
         std::move(given), std::move(left),
         is_given ? "every program has it" : "granted in a lesser form", ""});
  }

  void decide_common() {
    Effective& effective = decision_.effective;
    const Clock asked = request_ ? request_->clock : Clock::Precise;
    effective.clock = std::max(asked, grant_.clock);
    for (const Cap& cap : caps_)
      effective.clock = std::max(effective.clock, cap.clock.value_or(asked));
    add_common("clock", to_string(asked), to_string(grant_.clock), to_string(effective.clock));

    auto seed_text = [](std::optional<uint64_t> seed) {
      return seed ? fmt::format("seeded with {}", *seed) : "real";
    };
    const std::optional<uint64_t> asked_seed = request_ ? request_->random_seed : std::nullopt;
    effective.random_seed = grant_.random_seed ? grant_.random_seed : asked_seed;
    add_common("random numbers", seed_text(asked_seed), seed_text(grant_.random_seed),
               seed_text(effective.random_seed));

    effective.arguments = !request_ || request_->arguments || grant_.grant_unrequested;
    for (const Cap& cap : caps_) effective.arguments &= cap.arguments.value_or(true);
    auto arguments_text = [](bool arguments) { return arguments ? "any" : "none"; };
    add_common("arguments", arguments_text(!request_ || request_->arguments), "any",
               arguments_text(effective.arguments));
  }

  void decide_limits() {
    const Limits requested = request_ ? request_->limits : Limits{};
    Limits& effective = decision_.effective.limits;
    effective = effective_limits(requested, grant_.limits);
    for (const Cap& cap : caps_) effective = smaller_limits(effective, cap.limits);
    for (const LimitKind& kind : limit_kinds()) {
      auto text = [&](std::optional<uint64_t> value) {
        return value ? limit_text(kind, *value) : std::string();
      };
      const auto asked = requested.*kind.value, given = grant_.limits.*kind.value,
                 left = effective.*kind.value;
      if (!left) continue;
      const bool is_given = !asked || asked == left;
      add({is_given ? Verdict::Given : Verdict::Narrowed, fmt::format("limit {}", kind.key),
           text(asked), given ? text(given) : text(kind.fallback), text(left),
           is_given ? "the smallest of all that was said"
                    : fmt::format("asked for {}, granted {}", text(asked), text(left)),
           is_given ? "" : fmt::format("grant it with {} {}", kind.flag, text(asked))});
    }
  }

  static Limits smaller_limits(const Limits& a, const Limits& b) {
    Limits smallest;
    for (const LimitKind& kind : limit_kinds())
      smallest.*kind.value = smaller(a.*kind.value, b.*kind.value);
    return smallest;
  }

  const std::optional<Request>& request_;
  const Grant& grant_;
  std::span<const Cap> caps_;
  Decision decision_;
};

}  // namespace

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
  return Decider(request, grant, caps).run();
}

}  // namespace wherry::policy
