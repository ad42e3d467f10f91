#include "signing/trust_verbs.h"

#include <unistd.h>

#include "support/install_paths.h"
#include "trust/passphrase.h"

namespace wherry::signing {

void add_passphrase_flag(CLI::App& verb, std::string& file) {
  verb.add_option("--passphrase-file", file,
                  "read the key's passphrase from here, '-' for standard input (else "
                  "$COSIGN_PASSWORD, else the terminal asks)")
      ->type_name("FILE");
}

trust::AskPassphrase passphrase_of(std::string name, std::string file) {
  return [name = std::move(name), file = std::move(file)] {
    return trust::read_passphrase({.file = file, .prompt = "passphrase of key " + name});
  };
}

Result<oci::ImageStore> open_trust_store(const std::string& folder) {
  return oci::ImageStore::open(folder.empty() ? TRY(image_store_path()) : fs::path(folder));
}

Result<> print(std::string_view text) {
  return with_context(write_all(STDOUT_FILENO, as_bytes(text)), "writing to standard output");
}

}  // namespace wherry::signing
