// The wall between a program and the network: each attempt is checked with the numeric address that
// the kernel gets next, so that nothing can change between the check and the use. Rules that name
// hosts are about the addresses that this program was told when it asked for that name.
#pragma once

#include <mutex>
#include <string_view>
#include <vector>

#include "policy/network.h"
#include "wasi/errno.h"
#include "wasi/wasi.h"

namespace wherry::wasi {

// Thread-safe.
class Network {
 public:
  // Borrows the options.
  explicit Network(const ProgramOptions& options) : options_(options) {}

  // Errors: acces, and the host is told.
  ErrnoOr<> check_open() const;  // whether there is any rule at all
  ErrnoOr<> check_listen(const policy::Endpoint& endpoint) const;
  ErrnoOr<> check_connect(const policy::Endpoint& endpoint) const;
  // `port`: that the program asks for with the name, or 0.
  ErrnoOr<> check_resolve(std::string_view name, uint16_t port) const;

  // The program was told these addresses for `name`.
  void learn(std::string_view name, const std::vector<policy::IpAddress>& addresses);

 private:
  ErrnoOr<> deny(std::string resource, std::string way_out) const;

  const ProgramOptions& options_;
  mutable std::mutex mutex_;  // of resolved_
  policy::ResolvedNames resolved_;
};

}  // namespace wherry::wasi
