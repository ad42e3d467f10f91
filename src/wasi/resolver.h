// Names to addresses: /etc/hosts, then the name servers of /etc/resolv.conf.
//
// glibc's getaddrinfo is not used: in a static program it loads shared libraries of the very glibc
// that it was built with (NSS), which a copied program does not find. This is the part of it that
// containers have: hosts(5), and resolv.conf(5) with nameserver, search, ndots, timeout and
// attempts; questions by UDP, again by TCP where the answer is truncated. Nothing is kept between
// two lookups, and nothing of this runs in a program that does not ask.
//
// Trust: the files are the operator's; answers are not trusted (dns_message.h). Only datagrams from
// the server that was asked arrive (connect), at a port that the kernel picks at random.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "wasi/errno.h"
#include "wasi/socket_address.h"

namespace wherry::wasi {

struct ResolverOptions {
  std::string hosts = "/etc/hosts";
  std::vector<Endpoint> servers = {};
  std::vector<std::string> search = {};
  size_t dots_min = 1;  // ndots: names with as many dots are tried as they are first
  std::chrono::milliseconds timeout{5000};
  unsigned attempts = 2;
};

// Of a resolv.conf; lines that are not understood are passed over, as glibc does. Without a
// nameserver, that of this machine.
ResolverOptions parse_resolver_options(std::string_view resolv_conf);
// /etc/resolv.conf, which need not exist.
ResolverOptions system_resolver_options();

struct Resolution {
  std::string canonical_name;
  std::vector<IpAddress> addresses;  // never empty; IPv6 first
};

struct Families {
  bool v4 = true;
  bool v6 = true;
};

// Blocks; a signal ends it. Errors: ainoname (there is no such name), ainodata (it has no such
// address), aiagain (no server answered), aifail (servers refused), intr.
ErrnoOr<Resolution> resolve(std::string_view name, Families families,
                            const ResolverOptions& options);

}  // namespace wherry::wasi
