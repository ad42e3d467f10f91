#include "policy/policy.h"

#include <algorithm>
#include <set>
#include <string_view>

#include "policy/names.h"

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

std::string to_string(const Refusal& refusal) {
  return fmt::format("{}: {} ({})", refusal.resource, refusal.reason, refusal.way_out);
}

constexpr const char* kNotGranted = "asked for by the image, not granted";
constexpr const char* kNotRequested = "granted, but the image does not ask for it";

static Refusal directory_not_granted(const DirectoryRequest& request) {
  return {
      Refusal::Kind::NotGranted,
      fmt::format("directory {} ({})", request.guest, to_string(request.access)), kNotGranted,
      fmt::format("grant it with --dir HOST:{}:{}", request.guest, rights_flag(request.access))};
}

static Refusal directory_not_requested(const DirectoryGrant& grant) {
  return {Refusal::Kind::NotRequested, "directory " + grant.guest, kNotRequested,
          "to change that, add it to permissions.directories in wherry.toml and build again"};
}

static Refusal directory_narrowed(const DirectoryRequest& request, const DirectoryGrant& grant) {
  std::string way_out =
      grant.access.includes(request.access)
          ? fmt::format("to change that, ask for access = {} in wherry.toml and build again",
                        rights_toml(grant.access))
          : fmt::format("grant it with --dir {}:{}:{}", grant.host.string(), grant.guest,
                        rights_flag(request.access));
  const FileRights both = request.access & grant.access;
  return {Refusal::Kind::Narrowed, "directory " + request.guest,
          fmt::format("asked for {}, granted {}, so it is {}", to_string(request.access),
                      to_string(grant.access), both.empty() ? "not given" : to_string(both)),
          std::move(way_out)};
}

// Of two bounds of which each may be absent.
static std::optional<uint64_t> smaller(std::optional<uint64_t> a, std::optional<uint64_t> b) {
  return a && b ? std::min(a, b) : a ? a : b;
}

static void intersect_directories(const Request& request, const Grant& grant,
                                  Effective& effective) {
  for (const DirectoryRequest& asked : request.directories) {
    auto given = std::ranges::find(grant.directories, asked.guest, &DirectoryGrant::guest);
    if (given == grant.directories.end()) {
      effective.refusals.push_back(directory_not_granted(asked));
      continue;
    }
    if (given->access != asked.access)
      effective.refusals.push_back(directory_narrowed(asked, *given));
    const FileRights access = given->access & asked.access;
    if (access.empty()) continue;
    effective.directories.push_back(
        {given->host, given->guest, access, smaller(given->quota_bytes, asked.quota_bytes)});
  }
  for (const DirectoryGrant& given : grant.directories)
    if (std::ranges::find(request.directories, given.guest, &DirectoryRequest::guest) ==
        request.directories.end())
      effective.refusals.push_back(directory_not_requested(given));
}

static void intersect_environment(const Request& request, const Grant& grant,
                                  Effective& effective) {
  for (const std::string& asked : request.environment) {
    auto given = std::ranges::find(grant.environment, asked, &EnvironmentGrant::name);
    if (given != grant.environment.end())
      effective.environment.push_back(*given);
    else
      effective.refusals.push_back({Refusal::Kind::NotGranted, "environment variable " + asked,
                                    kNotGranted,
                                    fmt::format("grant it with --env {}=VALUE", asked)});
  }
  for (const EnvironmentGrant& given : grant.environment)
    if (std::ranges::find(request.environment, given.name) == request.environment.end())
      effective.refusals.push_back(
          {Refusal::Kind::NotRequested, "environment variable " + given.name, kNotRequested,
           "to change that, add it to permissions.environment in wherry.toml "
           "and build again"});
}

static void intersect_limits(const Limits& requested, const Limits& granted, Effective& effective) {
  effective.limits = effective_limits(requested, granted);
  for (const LimitKind& kind : limit_kinds()) {
    auto asked = requested.*kind.value, given = effective.limits.*kind.value;
    if (!asked || asked == given) continue;
    effective.refusals.push_back(
        {Refusal::Kind::Narrowed, fmt::format("limit {}", kind.key),
         fmt::format("asked for {}, granted {}", limit_text(kind, *asked),
                     limit_text(kind, *given)),
         fmt::format("grant it with {} {}", kind.flag, limit_text(kind, *asked))});
  }
}

// `list` is "listen" or "connect": the flag's name and the key's.
static void intersect_network(const std::vector<NetworkRule>& requested,
                              const std::vector<NetworkRule>& granted, std::string_view list,
                              std::vector<NetworkRule>& effective, std::vector<Refusal>& refusals) {
  std::vector<bool> used(granted.size());
  for (const NetworkRule& asked : requested) {
    bool is_granted = false;
    for (size_t index = 0; index < granted.size(); ++index) {
      auto both = intersect_rules(asked, granted[index]);
      if (!both) continue;
      is_granted = used[index] = true;
      if (std::ranges::find(effective, *both) == effective.end()) effective.push_back(*both);
    }
    if (!is_granted)
      refusals.push_back({Refusal::Kind::NotGranted, fmt::format("{} {}", list, to_string(asked)),
                          kNotGranted,
                          fmt::format("grant it with --{} {}", list, to_string(asked))});
  }
  for (size_t index = 0; index < granted.size(); ++index)
    if (!used[index])
      refusals.push_back(
          {Refusal::Kind::NotRequested, fmt::format("{} {}", list, to_string(granted[index])),
           kNotRequested,
           fmt::format("to change that, add it to permissions.{} in wherry.toml and build again",
                       list)});
}

// What every program has, in the lesser of both forms.
static void intersect_common(const Request& request, const Grant& grant, Effective& effective) {
  effective.clock = std::max(request.clock, grant.clock);
  effective.random_seed = grant.random_seed ? grant.random_seed : request.random_seed;
  effective.arguments = request.arguments;
  for (const StreamWord& known : kStreamWords)
    effective.stdio.*known.stream = request.stdio.*known.stream && grant.stdio.*known.stream;
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

Effective intersect(const Request& request, const Grant& grant) {
  Effective effective;
  intersect_limits(request.limits, grant.limits, effective);
  intersect_directories(request, grant, effective);
  intersect_environment(request, grant, effective);
  intersect_network(request.network.listen, grant.network.listen, "listen",
                    effective.network.listen, effective.refusals);
  intersect_network(request.network.connect, grant.network.connect, "connect",
                    effective.network.connect, effective.refusals);
  intersect_common(request, grant, effective);
  return effective;
}

Effective without_request(const Grant& grant) {
  return {.directories = grant.directories,
          .environment = grant.environment,
          .limits = effective_limits({}, grant.limits),
          .network = grant.network,
          .stdio = grant.stdio,
          .clock = grant.clock,
          .random_seed = grant.random_seed};
}

}  // namespace wherry::policy
