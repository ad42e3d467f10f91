// TLS by OpenSSL: TLS 1.2 and 1.3, its default ciphers, no renegotiation, no client certificates.
#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "registry/stream.h"
#include "support/file.h"

namespace wherry::registry {

// PEM, and the files that it was read from, for errors.
struct KeyPair {
  std::string certificate;  // the server's first, those that vouch for it behind
  std::string key;          // without a passphrase
  std::string certificate_file, key_file;
};

// Thread-safe.
class TlsContext {
 public:
  // Errors: Malformed, Invalid where the two do not belong together.
  static Result<std::unique_ptr<TlsContext>> create(const KeyPair& pair);
  ~TlsContext();

  // For connections from now on. After an error, as above, all stays as it was.
  Result<> replace(const KeyPair& pair);

  // Shakes hands. Errors: as Stream has them; Malformed where the client speaks no TLS.
  Result<std::unique_ptr<Stream>> accept(Fd socket) const;

 private:
  struct Impl;
  explicit TlsContext(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace wherry::registry
