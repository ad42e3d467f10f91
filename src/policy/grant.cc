// Grants as the operator writes them on the command line.
#include <cstdlib>

#include "policy/names.h"
#include "policy/policy.h"

namespace wherry::policy {

static constexpr std::string_view kDirectoryForm = "HOST:GUEST[:ro|:rw], or HOST alone for /HOST";

// Takes ":ro" or ":rw" from the end of `text`.
static FileRights take_access(std::string_view& text) {
  FileRights access = text.ends_with(":ro") ? kReadOnly : kReadWrite;
  if (text.ends_with(":ro") || text.ends_with(":rw")) text.remove_suffix(3);
  return access;
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
  FileRights access = take_access(rest);
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
    return DirectoryGrant{fs::path(host), std::move(guest), access};
  }
  std::string_view guest = rest.substr(colon + 1);
  if (auto checked = check_guest_path(guest); !checked)
    return fail(ErrorCode::Invalid, "--dir {}: guest path {} {}; the form is {}", in_quotes(text),
                in_quotes(guest), checked.error().message, kDirectoryForm);
  return DirectoryGrant{fs::path(host), std::string(guest), access};
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
    return EnvironmentGrant{std::move(name), value};
  }
  std::string value(text.substr(equals + 1));
  if (value.find('\0') != std::string::npos)
    return fail(ErrorCode::Invalid, "--env {}: its value has a NUL byte", name);
  return EnvironmentGrant{std::move(name), std::move(value)};
}

Result<Grant> parse_grant(const std::vector<std::string>& directories,
                          const std::vector<std::string>& environment,
                          std::span<const std::string> limits) {
  Grant grant { .directories = {}, .environment = {}, .limits = TRY(parse_limits(limits)) };
  for (const std::string& text : directories)
    grant.directories.push_back(TRY(parse_directory_grant(text)));
  for (const std::string& text : environment)
    grant.environment.push_back(TRY(parse_environment_grant(text)));
  TRY(check_grant(grant));
  return grant;
}

}  // namespace wherry::policy
