#include "registry/stream.h"

#include <poll.h>
#include <sys/sendfile.h>
#include <sys/socket.h>

#include <cerrno>

#include "registry/limits.h"

namespace wherry::registry {

Pace::Pace() : deadline_(Clock::now() + limits::kPaceTime) {}

void Pace::count(size_t size_bytes) {
  since_bytes_ += size_bytes;
  if (since_bytes_ < limits::kPaceBytes) return;
  since_bytes_ = 0;
  deadline_ = Clock::now() + limits::kPaceTime;
}

Result<> Stream::wait(short events, Clock::time_point deadline) {
  for (;;) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now());
    if (left.count() <= 0) return fail(ErrorCode::Unavailable, "the client is too slow");
    pollfd ready{.fd = socket_.get(), .events = events, .revents = 0};
    const int count = ::poll(&ready, 1, static_cast<int>(std::min<int64_t>(left.count(), 60'000)));
    if (count > 0) return {};
    if (count < 0 && errno != EINTR) return std::unexpected(system_error(errno, "poll"));
  }
}

void Stream::interrupt() { ::shutdown(socket_.get(), SHUT_RDWR); }

void Stream::finish_writing() { ::shutdown(socket_.get(), SHUT_WR); }

namespace {

bool would_block() { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR; }

class PlainStream final : public Stream {
 public:
  using Stream::Stream;

  Result<size_t> read(std::span<std::byte> buffer, Clock::time_point deadline) override {
    for (;;) {
      const ssize_t count = ::recv(socket(), buffer.data(), buffer.size(), MSG_DONTWAIT);
      if (count >= 0) return static_cast<size_t>(count);
      if (!would_block()) return std::unexpected(system_error(errno, "reading"));
      TRY(wait(POLLIN, deadline));
    }
  }

  Result<> write(ByteSpan bytes, Pace& pace) override {
    while (!bytes.empty()) {
      const ssize_t count =
          ::send(socket(), bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
      TRY(after_sending(count, pace));
      if (count > 0) bytes = bytes.subspan(static_cast<size_t>(count));
    }
    return {};
  }

  Result<> send_file(int file, uint64_t offset, uint64_t size_bytes) override {
    Pace pace;
    off_t position = static_cast<off_t>(offset);
    const off_t end = position + static_cast<off_t>(size_bytes);
    while (position < end) {
      // In pieces, so that the pace is looked at.
      const size_t piece = static_cast<size_t>(std::min<off_t>(end - position, 4 << 20));
      const ssize_t count = ::sendfile(socket(), file, &position, piece);
      if (count == 0) return fail(ErrorCode::Io, "the file is shorter than it was");
      TRY(after_sending(count, pace));
    }
    return {};
  }

 private:
  // What a call that sends has returned; where nothing could be sent, waits until something can.
  Result<> after_sending(ssize_t count, Pace& pace) {
    if (count > 0) pace.count(static_cast<size_t>(count));
    if (count >= 0) return {};
    if (!would_block()) return std::unexpected(system_error(errno, "writing"));
    return wait(POLLOUT, pace.deadline());
  }
};

}  // namespace

std::unique_ptr<Stream> make_plain_stream(Fd socket) {
  return std::make_unique<PlainStream>(std::move(socket));
}

}  // namespace wherry::registry
