// A connection to a host, on which HTTP/1.1 is spoken (direct_exchange.h): bytes are received into
// the memory of whoever wants them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "support/result.h"

namespace wherry::distribution {

// An exchange that stands still this long is given up. Registries hash and copy a whole blob
// between its last byte and their answer, and send nothing meanwhile: 60 s are a gigabyte on a slow
// disk.
constexpr int kStalledTimeout_s = 60;

// Received at a time: few system calls and wake-ups, and hashing goes on meanwhile. A pull of 100
// MB took up to 6 % less than with half a MiB, by turns.
constexpr size_t kPieceBytes = 2 * 1024 * 1024;

// Errors of Transport, which begin with the host as a message may show it.
Error no_such_host(std::string_view host);
Error stalled(std::string_view host);

// One thread at a time.
class Connection {
 public:
  virtual ~Connection() = default;

  // All of it. Errors: Unavailable.
  Result<> send(std::string_view text);
  // Some bytes, at least one, of an answer that has `left_bytes` to come, at least. Errors:
  // Unavailable, also when the peer has ended.
  Result<size_t> receive(std::span<std::byte> into, uint64_t left_bytes = 1);
  // Whether something has come that nobody waited for, or the peer has ended.
  bool is_stale() const;
  uint64_t received_bytes() const { return received_bytes_; }  // since it was made

 protected:
  explicit Connection(std::string host) : host_(std::move(host)) {}
  // What can be done at once, in bytes; 0 where the socket has to be waited for.
  virtual Result<size_t> try_send(std::string_view text) = 0;
  virtual Result<size_t> try_receive(std::span<std::byte> into) = 0;
  // Whether all that has come is in the socket, and the kernel can be told to wait for more of it.
  virtual bool is_unbuffered() const = 0;

  const std::string host_;  // as messages show it
  int socket_ = -1;         // for poll(); owned by the derived class

 private:
  void expect(uint64_t size_bytes);

  uint64_t received_bytes_ = 0;
  int expected_bytes_ = 1;  // the socket's SO_RCVLOWAT
};

// Without TLS and proxies. `origin` is a URL's, of http. Null where nobody answers at once: there
// are more ways to try, and more to say of what is wrong, than are tried here. Errors: NotFound (no
// such host).
Result<std::unique_ptr<Connection>> connect_plainly(std::string_view origin);

}  // namespace wherry::distribution
