#include "distribution/retry.h"

#include <algorithm>
#include <charconv>
#include <condition_variable>
#include <mutex>

#include "distribution/limits.h"

namespace wherry::distribution {

using std::chrono::milliseconds;

namespace {
class SystemClock : public Clock {
 public:
  void sleep(milliseconds pause, const std::stop_token& stop) override {
    std::mutex mutex;
    std::unique_lock lock(mutex);
    std::condition_variable_any().wait_for(lock, stop, pause, [] { return false; });
  }
};
}  // namespace

Clock& Clock::system() {
  static SystemClock clock;
  return clock;
}

bool is_connection_error(const Error& error) {
  return error.code == ErrorCode::Unavailable || error.code == ErrorCode::NotFound;
}

bool is_passing(int status) {
  return status == 408 || status == 429 || status == 500 || (status >= 502 && status <= 504);
}

milliseconds parse_retry_after(std::string_view value) {
  uint32_t seconds = 0;
  auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), seconds);
  if (error != std::errc() || end != value.data() + value.size()) return milliseconds(0);
  return std::chrono::seconds(seconds);
}

bool Retry::pause(std::string_view reason, std::string_view retry_after,
                  const std::stop_token& stop) {
  if (retries_ >= options_.retries_max) return false;
  // Of the doubled time a random half is taken ("equal jitter").
  int64_t full_ms = limits::kFirstPause.count() << std::min(retries_, 20);
  full_ms = std::min(full_ms, limits::kLongestPause.count());
  milliseconds pause(std::uniform_int_distribution<int64_t>(full_ms / 2, full_ms)(random_));
  pause = std::max(pause, parse_retry_after(retry_after));
  if (waited_ + pause > limits::kPauses) return false;
  if (options_.on_pause) options_.on_pause(reason, pause);
  options_.clock->sleep(pause, stop);
  retries_++;
  waited_ += pause;
  return !stop.stop_requested();
}

void Retry::reset() {
  retries_ = 0;
  waited_ = milliseconds(0);
}

Result<HttpResponse> RetryingTransport::send(const HttpRequest& request) {
  bool streams = request.sink || request.streamed_body.read;
  Retry retry(options_);
  while (true) {
    Result<HttpResponse> response = transport_.send(request);
    if (response) {
      was_answered_ = true;
      if (streams || !is_passing(response->status)) return response;
      if (!retry.pause(fmt::format("HTTP {}", response->status), response->header("retry-after")))
        return response;
      continue;
    }
    ErrorCode code = response.error().code;
    bool is_cut = code == ErrorCode::Unavailable || (code == ErrorCode::NotFound && was_answered_);
    if (streams || !is_cut || !retry.pause(response.error().message)) return response;
  }
}

}  // namespace wherry::distribution
