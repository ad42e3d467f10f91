// Grants as the operator writes them on the command line.
#include <charconv>
#include <cstdlib>

#include "policy/grant_flags.h"
#include "policy/names.h"
#include "policy/policy.h"
#include "policy/size.h"
#include "support/quotes.h"

namespace wherry::policy {

static constexpr std::string_view kDirectoryForm =
    "HOST:GUEST[:ro|:rw][,quota=SIZE], or HOST alone for /HOST";

// Takes ":ro", ":rw" or ":read+create" from the end of `text`.
static FileRights take_access(std::string_view& text) {
  const size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return kReadWrite;
  auto access = parse_rights_flag(text.substr(colon + 1));
  if (!access) return kReadWrite;
  text = text.substr(0, colon);
  return *access;
}

// Takes ",quota=64MiB" from the end of `text`.
static Result<std::optional<uint64_t>> take_quota(std::string_view& text) {
  constexpr std::string_view kQuota = ",quota=";
  const size_t begin = text.rfind(kQuota);
  if (begin == std::string_view::npos) return std::nullopt;
  const uint64_t quota_bytes = TRY(parse_size(text.substr(begin + kQuota.size())));
  TRY(check_quota(quota_bytes));
  text = text.substr(0, begin);
  return quota_bytes;
}

// Where a guest sees a folder that was granted by its host path alone.
static std::string guest_of_host(std::string_view host) {
  std::string guest = (fs::path("/") / fs::path(host)).lexically_normal().string();
  if (guest.size() > 1 && guest.ends_with('/')) guest.pop_back();
  return guest;
}

static bool goes_up(std::string_view host) {
  for (const fs::path& component : fs::path(host))
    if (component == "..") return true;
  return false;
}

Result<DirectoryGrant> parse_directory_grant(std::string_view text) {
  std::string_view rest = text;
  auto quota_bytes = TRY(with_context(take_quota(rest), "--dir {}", in_quotes(text)));
  FileRights access = take_access(rest);
  const std::string origin = fmt::format("--dir {}", text);
  size_t colon = rest.rfind(':');
  // A host path may have colons, a guest path that can be granted may not.
  std::string_view host = rest.substr(0, colon);
  if (host.empty() || host.find('\0') != std::string_view::npos)
    return fail(ErrorCode::Invalid, "--dir {}: no host folder (write {})", in_quotes(text),
                kDirectoryForm);
  if (colon == std::string_view::npos) {
    // "/../x" would become "/x": not the same folder, and not what its writer expects.
    if (goes_up(host))
      return fail(ErrorCode::Invalid,
                  "--dir {}: a path with '..' has no guest path (write {}:/GUEST)", in_quotes(text),
                  host);
    std::string guest = guest_of_host(host);
    if (auto checked = check_guest_path(guest); !checked)
      return fail(ErrorCode::Invalid, "--dir {}: guest path {} {}", in_quotes(text),
                  in_quotes(guest), checked.error().message);
    return DirectoryGrant{fs::path(host), std::move(guest), access, quota_bytes, origin};
  }
  std::string_view guest = rest.substr(colon + 1);
  if (auto checked = check_guest_path(guest); !checked)
    return fail(ErrorCode::Invalid, "--dir {}: guest path {} {}; the form is {}", in_quotes(text),
                in_quotes(guest), checked.error().message, kDirectoryForm);
  return DirectoryGrant{fs::path(host), std::string(guest), access, quota_bytes, origin};
}

Result<EnvironmentGrant> parse_environment_grant(std::string_view text) {
  size_t equals = text.find('=');
  std::string name(text.substr(0, equals));
  if (auto checked = check_environment_name(name); !checked)
    // The value is not shown: it may be a secret.
    return fail(ErrorCode::Invalid, "--env {}: it {}; the form is NAME=VALUE or NAME",
                in_quotes(name), checked.error().message);
  if (equals == std::string_view::npos) {
    const char* value = ::getenv(name.c_str());
    if (!value)
      return fail(ErrorCode::NotFound, "--env {}: it is not set here (write {}=VALUE)", name, name);
    return EnvironmentGrant{name, value, "--env " + name};
  }
  std::string value(text.substr(equals + 1));
  if (value.find('\0') != std::string::npos)
    return fail(ErrorCode::Invalid, "--env {}: its value has a NUL byte", name);
  return EnvironmentGrant{name, std::move(value), "--env " + name};
}

static Result<std::vector<NetworkGrant>> parse_rules(
    const std::vector<std::string>& texts, std::string_view flag,
    Result<NetworkRule> (*parse)(std::string_view)) {
  std::vector<NetworkGrant> grants;
  for (const std::string& text : texts)
    grants.push_back(
        {TRY(with_context(parse(text), "{}", flag)), fmt::format("{} {}", flag, text)});
  return grants;
}

// "stdin,stderr", or "none".
static Result<Streams> parse_streams(std::string_view list) {
  Streams streams{false, false, false};
  if (list == "none") return streams;
  for (size_t begin = 0; begin <= list.size();) {
    const size_t end = std::min(list.find(',', begin), list.size());
    TRY(with_context(add_stream(list.substr(begin, end - begin), streams), "--stdio"));
    begin = end + 1;
  }
  return streams;
}

static Result<uint64_t> parse_seed(std::string_view text) {
  uint64_t seed = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seed);
  if (error != std::errc() || end != text.data() + text.size())
    return fail(ErrorCode::Invalid, "--random-seed: {} is no whole number", in_quotes(text));
  return seed;
}

Result<Grant> parse_grant(const GrantFlags& flags) {
  Grant grant;
  grant.limits = TRY(parse_limits(flags.limits));
  for (size_t index = 0; index < flags.limits.size(); ++index)
    if (const LimitKind& kind = limit_kinds()[index]; !flags.limits[index].empty())
      grant.limit_origins[kind.key] = fmt::format("{} {}", kind.flag, flags.limits[index]);
  for (const std::string& text : flags.directories)
    grant.directories.push_back(TRY(parse_directory_grant(text)));
  for (const std::string& text : flags.environment)
    grant.environment.push_back(TRY(parse_environment_grant(text)));
  grant.listen = TRY(parse_rules(flags.listen, "--listen", parse_listen_rule));
  grant.connect = TRY(parse_rules(flags.connect, "--connect", parse_connect_rule));
  if (!flags.stdio.empty())
    grant.stdio = {TRY(parse_streams(flags.stdio)), "--stdio " + flags.stdio};
  if (!flags.clock.empty())
    grant.clock = {TRY(with_context(parse_clock(flags.clock), "--clock")),
                   "--clock " + flags.clock};
  if (!flags.random_seed.empty())
    grant.random_seed = {TRY(parse_seed(flags.random_seed)), "--random-seed " + flags.random_seed};
  grant.allow_requested = flags.allow_requested;
  grant.grant_unrequested = flags.grant_unrequested;
  TRY(check_grant(grant));
  return grant;
}

}  // namespace wherry::policy
