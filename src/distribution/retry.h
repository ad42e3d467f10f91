// Trying again what failed in passing: a connection that was cut, a registry that is busy. Pauses
// grow exponentially and are random within bounds, so that clients which failed together do not
// come back together; a registry's Retry-After (RFC 9110 §10.2.3) is kept. Bounded in number and in
// time.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <random>
#include <stop_token>
#include <string>
#include <string_view>

#include "distribution/http.h"

namespace wherry::distribution {

// Stands at the edge, so that tests need not wait. Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  // Returns early when `stop` is requested.
  virtual void sleep(std::chrono::milliseconds pause, const std::stop_token& stop) = 0;

  static Clock& system();
};

struct RetryOptions {
  int retries_max = 5;  // without any progress in between; 0: never
  Clock* clock = &Clock::system();
  // Told before each pause. May be empty; thread-safe.
  std::function<void(std::string_view reason, std::chrono::milliseconds pause)> on_pause = {};
};

// The attempts at one thing. One thread at a time.
class Retry {
 public:
  explicit Retry(const RetryOptions& options) : options_(options) {}

  // After a failed attempt: waits, and returns true when there is to be another. `retry_after` is
  // the header's value, empty where there is none.
  bool pause(std::string_view reason, std::string_view retry_after = {},
             const std::stop_token& stop = {});
  // After progress: what fails next is counted anew.
  void reset();

 private:
  const RetryOptions& options_;
  int retries_ = 0;
  std::chrono::milliseconds waited_{0};
  std::minstd_rand random_{std::random_device()()};
};

// True for what Transport says of a connection that could not be made or broke off.
bool is_connection_error(const Error& error);

// True for what may pass by itself: 408, 429, 500, 502, 503, 504.
bool is_passing(int status);

// The seconds of a Retry-After header; HTTP dates and nonsense count as absent (registries send
// seconds).
std::chrono::milliseconds parse_retry_after(std::string_view value);

// Sends again what failed in passing. Requests that stream are left to those who know what has
// arrived (blob_download, blob_upload). Nobody at home is an error at once when no exchange
// ever succeeded: then the address is wrong, more often than a registry restarts.
class RetryingTransport : public Transport {
 public:
  RetryingTransport(Transport& transport, RetryOptions options)
      : transport_(transport), options_(std::move(options)) {}

  Result<HttpResponse> send(const HttpRequest& request) override;
  const RetryOptions& options() const { return options_; }

 private:
  Transport& transport_;
  RetryOptions options_;
  std::atomic<bool> was_answered_ = false;
};

}  // namespace wherry::distribution
