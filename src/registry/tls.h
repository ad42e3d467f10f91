// TLS by OpenSSL: TLS 1.2 and 1.3, its default ciphers, no renegotiation, no client certificates.
#pragma once

#include <memory>

#include "registry/stream.h"
#include "support/file.h"

namespace wherry::registry {

// Thread-safe.
class TlsContext {
 public:
  // `certificate` is a PEM file with the server's certificate first and those that vouch for it
  // behind; `key` its private key, PEM, without a passphrase.
  // Errors: NotFound; Malformed, Invalid where they do not belong together.
  static Result<std::unique_ptr<TlsContext>> create(const fs::path& certificate,
                                                    const fs::path& key);
  ~TlsContext();

  // Shakes hands. Errors: as Stream has them; Malformed where the client speaks no TLS.
  Result<std::unique_ptr<Stream>> accept(Fd socket) const;

 private:
  struct Impl;
  explicit TlsContext(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace wherry::registry
