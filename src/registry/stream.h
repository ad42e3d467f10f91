// A connection's bytes, plain or with TLS (tls.h): reads, writes and files, each with a deadline.
// The socket is non-blocking and waited for with poll, so that a deadline always holds, whatever
// the other side does.
#pragma once

#include <chrono>
#include <memory>
#include <span>
#include <string>

#include "support/bytes.h"
#include "support/file.h"
#include "support/result.h"

namespace wherry::registry {

using Clock = std::chrono::steady_clock;

// The deadline of a body: it moves on as bytes do, limits::kPaceBytes for limits::kPaceTime.
class Pace {
 public:
  Pace();
  Clock::time_point deadline() const { return deadline_; }
  void count(size_t size_bytes);

 private:
  size_t since_bytes_ = 0;
  Clock::time_point deadline_;
};

// One thread at a time, but for interrupt().
// Errors: Unavailable when a deadline passed; Io when the connection is no more.
class Stream {
 public:
  // Of a connected socket.
  explicit Stream(Fd socket) : socket_(std::move(socket)) {}
  virtual ~Stream() = default;

  // 0 at the end.
  virtual Result<size_t> read(std::span<std::byte> buffer, Clock::time_point deadline) = 0;
  // All of it.
  virtual Result<> write(ByteSpan bytes, Pace& pace) = 0;
  // Also an error when the file ends before.
  virtual Result<> send_file(int file, uint64_t offset, uint64_t size_bytes) = 0;
  // Says that nothing more comes, and leaves reading open.
  virtual void finish_writing();

  // Ends all that is waited for, from any thread.
  void interrupt();
  int socket() const { return socket_.get(); }

 protected:
  // Until the socket is ready for `events` of poll.
  Result<> wait(short events, Clock::time_point deadline);

 private:
  Fd socket_;
};

std::unique_ptr<Stream> make_plain_stream(Fd socket);

}  // namespace wherry::registry
