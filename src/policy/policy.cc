#include "policy/policy.h"

#include <algorithm>
#include <set>
#include <string_view>

namespace wherry::policy {

const char* to_string(Access access) {
  return access == Access::ReadOnly ? "read-only" : "read-write";
}

// As it is written behind --dir.
static const char* flag_suffix(Access access) { return access == Access::ReadOnly ? "ro" : "rw"; }

std::string to_string(const Refusal& refusal) {
  return fmt::format("{}: {} ({})", refusal.resource, refusal.reason, refusal.way_out);
}

constexpr const char* kNotGranted = "asked for by the image, not granted";
constexpr const char* kNotRequested = "granted, but the image does not ask for it";

static Refusal directory_not_granted(const DirectoryRequest& request) {
  return {
      Refusal::Kind::NotGranted,
      fmt::format("directory {} ({})", request.guest, to_string(request.access)), kNotGranted,
      fmt::format("grant it with --dir HOST:{}:{}", request.guest, flag_suffix(request.access))};
}

static Refusal directory_not_requested(const DirectoryGrant& grant) {
  return {Refusal::Kind::NotRequested, "directory " + grant.guest, kNotRequested,
          "to change that, add it to permissions.directories in wherry.toml and build again"};
}

static Refusal directory_narrowed(const DirectoryRequest& request, const DirectoryGrant& grant) {
  std::string way_out =
      request.access == Access::ReadWrite
          ? fmt::format("grant it with --dir {}:{}:rw", grant.host.string(), grant.guest)
          : "to change that, ask for access = \"read-write\" in wherry.toml and build again";
  return {Refusal::Kind::Narrowed, "directory " + request.guest,
          fmt::format("asked for {}, granted {}, so it is read-only", to_string(request.access),
                      to_string(grant.access)),
          std::move(way_out)};
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
    Access access = std::min(given->access, asked.access);  // ReadOnly is the lesser
    effective.directories.push_back({given->host, given->guest, access});
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
  return effective;
}

Effective without_request(const Grant& grant) {
  return {grant.directories, grant.environment, effective_limits({}, grant.limits), {}};
}

}  // namespace wherry::policy
