// How registries are reached: registries.toml (docs/formats/registries-toml.md), and the folders in
// which docker and podman keep the certificates for a registry.
//
// The machine's file, /etc/wherry/registries.toml, must be root's; the user's,
// $XDG_CONFIG_HOME/wherry/registries.toml, root's or the user's own. Neither may be writable by
// others: who can name an authority can stand between us and a registry. What both say of one
// registry, the user's file decides, key by key.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "distribution/http.h"
#include "oci/reference.h"
#include "support/file.h"
#include "support/result.h"

namespace wherry::distribution {

struct RegistryEntry {
  std::string host;                           // "r.io:5000"; docker's hub is "docker.io"
  std::optional<bool> plain_http = {};        // as with --plain-http; false: TLS also on loopback
  std::string ca_file = {};                   // absolute
  std::string cert_file = {}, key_file = {};  // both or none; absolute
  std::vector<std::string> mirrors = {};      // "m.io", "m.io:5000/prefix"; in the order of trying

  bool operator==(const RegistryEntry&) const = default;
};

// `file_name` is for messages. Errors: Malformed, Invalid, with file and line.
Result<std::vector<RegistryEntry>> parse_registries_file(std::string_view text,
                                                         std::string_view file_name);

struct RegistriesPaths {
  fs::path machine, user;              // registries.toml; empty: none
  std::vector<fs::path> certificates;  // certs.d, in the order of looking
};
// From our environment.
RegistriesPaths registries_paths();

// Thread-safe, as all of it is constant.
class Registries {
 public:
  // Errors: as parse_registries_file; Denied for a file that others can write.
  static Result<Registries> load(const RegistriesPaths& paths);

  // What the files say; without an entry, only the host.
  RegistryEntry entry(std::string_view host) const;

  // The certificates for a host: its entry's files, else the first of the folders
  // certs.d/HOST:PORT that is there (*.crt: authorities; *.cert with *.key: ours;
  // containers-certs.d(5)). Errors: NotFound, Denied, Invalid name the file.
  Result<TlsSettings> tls(const RegistryEntry& entry) const;

  // Where to pull from instead, each as a reference, in order; the registry itself is not among
  // them.
  std::vector<oci::Reference> mirrors_of(const oci::Reference& source) const;

 private:
  std::vector<RegistryEntry> entries_;  // the user's before the machine's
  std::vector<fs::path> certificate_folders_;
};

// Reads files of certificates. Errors: as above; Invalid when there is no certificate in one.
Result<TlsSettings> load_tls_files(const std::string& ca_file, const std::string& cert_file,
                                   const std::string& key_file);

}  // namespace wherry::distribution
