#include "distribution/credentials.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include "distribution/credential_helper.h"
#include "distribution/limits.h"

namespace wherry::distribution {

static fs::path environment_path(const char* name) {
  const char* value = std::getenv(name);
  return value ? fs::path(value) : fs::path();
}

Result<CredentialFiles> credential_files(const fs::path& named) {
  fs::path only = named.empty() ? environment_path("REGISTRY_AUTH_FILE") : named;
  if (!only.empty()) return CredentialFiles{{only}, only};
  CredentialFiles files;
  fs::path docker = environment_path("DOCKER_CONFIG");
  if (!docker.empty()) files.read.push_back(docker / "config.json");
  fs::path runtime = environment_path("XDG_RUNTIME_DIR");
  if (runtime.empty())
    runtime = fmt::format("/run/containers/{}", ::getuid());
  else
    runtime /= "containers";
  files.read.push_back(runtime / "auth.json");
  fs::path home = environment_path("HOME");
  fs::path config = environment_path("XDG_CONFIG_HOME");
  if (config.empty() && !home.empty()) config = home / ".config";
  if (!config.empty()) files.read.push_back(config / "containers/auth.json");
  if (docker.empty()) {
    if (home.empty())
      return fail(ErrorCode::NotFound,
                  "no place for credentials: set HOME, DOCKER_CONFIG or REGISTRY_AUTH_FILE");
    docker = home / ".docker";
    files.read.push_back(docker / "config.json");
  }
  files.written = docker / "config.json";
  return files;
}

// What `path` leads to, also where that is not there yet.
static fs::path behind_links(fs::path path) {
  std::error_code error;
  for (int i = 0; i < limits::kLinks && fs::is_symlink(path, error); i++) {
    fs::path target = fs::read_symlink(path, error);
    if (error) break;
    path = target.is_absolute() ? target : path.parent_path() / target;
  }
  return path;
}

static Result<AuthFile> load_auth_file(const fs::path& path) {
  Result<Bytes> bytes = read_file(path, {.size_bytes_max = limits::kAuthFileBytes});
  if (!bytes && bytes.error().code == ErrorCode::NotFound) return AuthFile::parse("");
  if (!bytes) return std::unexpected(std::move(bytes).error());
  return with_context(AuthFile::parse(as_text(*bytes)), "credentials in {}", path.string());
}

// A folder's lock, so that two logins at once are both kept. Other tools do not look at it.
static Result<Fd> lock_folder(const fs::path& folder) {
  Fd fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd.valid()) return std::unexpected(system_error(errno, "locking " + folder.string()));
  while (::flock(fd.get(), LOCK_EX) != 0)
    if (errno != EINTR) return std::unexpected(system_error(errno, "locking " + folder.string()));
  return fd;
}

// Root that signs in for somebody (sudo) leaves that user's file the user's.
static Result<> keep_owner(const fs::path& path, int fd) {
  struct stat status;
  if (::stat(path.c_str(), &status) != 0 || status.st_uid == ::geteuid()) return {};
  if (::fchown(fd, status.st_uid, status.st_gid) == 0) return {};
  return std::unexpected(
      system_error(errno, fmt::format("{} belongs to user {}", path.string(), status.st_uid)));
}

// Reads the file, lets `change` change it, and replaces it where that says so.
static Result<> update_auth_file(const fs::path& named,
                                 const std::function<Result<bool>(AuthFile&)>& change) {
  fs::path path = behind_links(named);
  fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
  TRY(make_directories(folder, 0700));
  Fd lock = TRY(lock_folder(folder));
  AuthFile content = TRY(load_auth_file(path));
  if (!TRY(change(content))) return {};
  AtomicFile file = TRY(AtomicFile::create(path, 0600));
  TRY(keep_owner(path, file.fd()));
  TRY(file.write(as_bytes(content.to_json())));
  return file.commit();
}

static std::string helper_origin(const CredentialHelper& helper, const fs::path& path) {
  return fmt::format("{} (named in {})", helper.program(), path.string());
}

static std::string registry_of(std::string_view place) {
  std::string canonical = canonical_key(place);
  return canonical.substr(0, canonical.find('/'));
}

// A default helper whose program is missing is what docker's desktop leaves behind when it is
// removed. Public images need no credential, so this must not be in their way.
static Result<> look_in_default_helper(const AuthFile& content, const fs::path& path,
                                       std::string_view registry, CredentialLookup& lookup) {
  CredentialHelper helper =
      TRY(with_context(CredentialHelper::create(content.default_helper()), "{}", path.string()));
  Result<std::optional<Credential>> found = helper.get(written_key(registry));
  if (!found && found.error().code == ErrorCode::NotFound) {
    lookup.note = fmt::format("{}: {}", path.string(), found.error().message);
    return {};
  }
  lookup.credential = TRY(with_context(std::move(found), "{}", path.string()));
  lookup.origin = helper_origin(helper, path);
  return {};
}

Result<CredentialLookup> Credentials::find(std::string_view registry,
                                           std::string_view repository) const {
  CredentialLookup lookup;
  for (const fs::path& path : files_.read) {
    AuthFile content = TRY(load_auth_file(path));
    if (std::string name = content.helper_of(registry); !name.empty()) {
      CredentialHelper helper =
          TRY(with_context(CredentialHelper::create(name), "{}", path.string()));
      lookup.credential = TRY(with_context(helper.get(written_key(registry)), "{}", path.string()));
      lookup.origin = helper_origin(helper, path);
    } else {
      lookup.credential =
          TRY(with_context(content.find(registry, repository), "credentials in {}", path.string()));
      lookup.origin = path.string();
    }
    if (!lookup.credential && !content.default_helper().empty())
      TRY(look_in_default_helper(content, path, registry, lookup));
    if (lookup.credential) return lookup;
  }
  lookup.origin.clear();
  return lookup;
}

// The helper of a file that keeps the credential of `place`, if one does.
static Result<std::optional<CredentialHelper>> keeper_of(const AuthFile& content,
                                                         std::string_view place) {
  std::string name = content.helper_of(registry_of(place));
  if (name.empty()) name = content.default_helper();
  if (name.empty()) return std::nullopt;
  return TRY(CredentialHelper::create(name));
}

Result<std::string> Credentials::store(std::string_view place, const Credential& credential) const {
  std::string origin = files_.written.string();
  TRY(update_auth_file(files_.written, [&](AuthFile& content) -> Result<bool> {
    auto helper = TRY(with_context(keeper_of(content, place), "{}", files_.written.string()));
    if (helper) {
      TRY(with_context(helper->store(written_key(place), credential), "{}",
                       files_.written.string()));
      origin = helper_origin(*helper, files_.written);
    }
    content.put(place, helper ? std::nullopt : std::optional(credential));
    return true;
  }));
  return origin;
}

static Result<> erase_from_helper(const AuthFile& content, const fs::path& path,
                                  std::string_view place, std::vector<std::string>& origins) {
  auto helper = TRY(keeper_of(content, place));
  if (!helper) return {};
  Result<std::optional<Credential>> kept = helper->get(written_key(place));
  if (!kept && kept.error().code == ErrorCode::NotFound) return {};  // no such program: it has none
  if (!TRY(std::move(kept))) return {};
  TRY(helper->erase(written_key(place)));
  origins.push_back(helper_origin(*helper, path));
  return {};
}

Result<std::vector<std::string>> Credentials::erase(std::string_view place) const {
  std::vector<std::string> origins;
  std::error_code error;
  for (const fs::path& path : files_.read) {
    if (!fs::exists(path, error)) continue;
    TRY(update_auth_file(path, [&](AuthFile& content) -> Result<bool> {
      size_t before = origins.size();
      TRY(with_context(erase_from_helper(content, path, place, origins), "{}", path.string()));
      bool was_there = content.erase(place);
      if (was_there && origins.size() == before) origins.push_back(path.string());
      return was_there;
    }));
  }
  return origins;
}

Result<std::vector<std::string>> Credentials::erase_all() const {
  std::vector<std::string> erased;
  for (const fs::path& path : files_.read)
    for (const std::string& key : TRY(load_auth_file(path)).keys())
      for (const std::string& origin : TRY(erase(key))) erased.push_back(key + ": " + origin);
  return erased;
}

}  // namespace wherry::distribution
