#include "distribution/registries.h"

#include <algorithm>
#include <cstdlib>

#include "distribution/auth_file.h"
#include "distribution/limits.h"
#include "support/limits.h"
#include "support/owned_file.h"

namespace wherry::distribution {

RegistriesPaths registries_paths() {
  RegistriesPaths paths{.machine = "/etc/wherry/registries.toml", .user = {}, .certificates = {}};
  const char* config = std::getenv("XDG_CONFIG_HOME");
  const char* home = std::getenv("HOME");
  bool has_home = home && home[0] == '/';
  // A relative folder is to be ignored (XDG Base Directory Specification).
  if (config && config[0] == '/')
    paths.user = fs::path(config) / "wherry/registries.toml";
  else if (has_home)
    paths.user = fs::path(home) / ".config/wherry/registries.toml";
  if (has_home) paths.certificates.push_back(fs::path(home) / ".config/containers/certs.d");
  paths.certificates.push_back("/etc/containers/certs.d");
  paths.certificates.push_back("/etc/docker/certs.d");
  return paths;
}

static Result<> append_file(const fs::path& path, bool of_root,
                            std::vector<RegistryEntry>& entries) {
  if (path.empty()) return {};
  auto text = TRY(
      read_owned_file(path, {.of_root = of_root, .size_bytes_max = wherry::limits::kTomlBytes}));
  if (!text) return {};
  for (RegistryEntry& entry : TRY(parse_registries_file(*text, path.string())))
    entries.push_back(std::move(entry));
  return {};
}

Result<Registries> Registries::load(const RegistriesPaths& paths) {
  Registries registries;
  TRY(append_file(paths.user, false, registries.entries_));
  TRY(append_file(paths.machine, true, registries.entries_));
  registries.certificate_folders_ = paths.certificates;
  return registries;
}

RegistryEntry Registries::entry(std::string_view host) const {
  RegistryEntry merged{.host = canonical_registry(host)};
  for (const RegistryEntry& entry : entries_) {
    if (entry.host != merged.host) continue;
    if (!merged.plain_http) merged.plain_http = entry.plain_http;
    if (merged.ca_file.empty()) merged.ca_file = entry.ca_file;
    if (merged.cert_file.empty()) {
      merged.cert_file = entry.cert_file;
      merged.key_file = entry.key_file;
    }
    if (merged.mirrors.empty()) merged.mirrors = entry.mirrors;
  }
  return merged;
}

static Result<std::string> read_certificates(const fs::path& path) {
  Bytes bytes = TRY(read_file(path, {.size_bytes_max = limits::kCertificateBytes}));
  std::string text(as_text(bytes));
  if (text.find("-----BEGIN CERTIFICATE-----") == text.npos &&
      text.find("-----BEGIN TRUSTED CERTIFICATE-----") == text.npos)
    return fail(ErrorCode::Invalid, "{} holds no certificate in PEM", path.string());
  return text + "\n";
}

Result<TlsSettings> load_tls_files(const std::string& ca_file, const std::string& cert_file,
                                   const std::string& key_file) {
  TlsSettings tls{.cert_file = cert_file, .key_file = key_file};
  if (!ca_file.empty()) tls.ca_pem = TRY(with_context(read_certificates(ca_file), "authority"));
  if (cert_file.empty()) return tls;
  // libcurl opens them again, and has no good words for what is missing.
  TRY(with_context(read_certificates(cert_file), "our certificate"));
  TRY(with_context(open_file(key_file), "our certificate's key"));
  return tls;
}

// containers-certs.d(5). Sorted, so that it does not matter how the folder lists them.
static Result<TlsSettings> load_certificate_folder(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    files.push_back(at->path());
    if (files.size() > limits::kCertificateFiles)
      return fail(ErrorCode::Invalid, "{} has more than {} files", folder.string(),
                  limits::kCertificateFiles);
  }
  if (error) return std::unexpected(system_error(error.value(), folder.string()));
  std::ranges::sort(files);
  std::string authorities, cert_file, key_file;
  for (const fs::path& file : files) {
    if (file.extension() == ".crt") authorities += TRY(read_certificates(file));
    if (file.extension() != ".cert" || !cert_file.empty()) continue;
    cert_file = file.string();
    key_file = fs::path(file).replace_extension(".key").string();
  }
  TlsSettings tls = TRY(load_tls_files("", cert_file, key_file));
  tls.ca_pem = std::move(authorities);
  return tls;
}

// A redirect can name any host, and ".." is a folder.
static bool is_host(const std::string& text) {
  Result<oci::Reference> parsed = oci::parse_reference(text + "/x");
  return parsed && parsed->registry == text;
}

Result<TlsSettings> Registries::tls(const RegistryEntry& entry) const {
  if (!entry.ca_file.empty() || !entry.cert_file.empty())
    return load_tls_files(entry.ca_file, entry.cert_file, entry.key_file);
  if (!is_host(entry.host)) return TlsSettings{};
  std::error_code error;
  for (const fs::path& folder : certificate_folders_)
    if (fs::is_directory(folder / entry.host, error))
      return load_certificate_folder(folder / entry.host);
  return TlsSettings{};
}

std::vector<oci::Reference> Registries::mirrors_of(const oci::Reference& source) const {
  std::vector<oci::Reference> mirrors;
  for (const std::string& mirror : entry(source.registry).mirrors) {
    oci::Reference there = source;
    bool is_short = canonical_registry(source.registry) == "docker.io" &&
                    source.repository.find('/') == source.repository.npos;
    if (is_short) there.repository = "library/" + source.repository;  // as the hub itself has it
    size_t slash = std::min(mirror.find('/'), mirror.size());
    there.registry = mirror.substr(0, slash);
    if (slash < mirror.size()) there.repository = mirror.substr(slash + 1) + "/" + there.repository;
    mirrors.push_back(std::move(there));
  }
  return mirrors;
}

}  // namespace wherry::distribution
