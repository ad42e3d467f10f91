#include "distribution/retry.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "distribution/limits.h"

namespace wherry::distribution {
namespace {

using std::chrono::milliseconds;

class FakeClock : public Clock {
 public:
  void sleep(milliseconds pause, const std::stop_token&) override { pauses.push_back(pause); }
  std::vector<milliseconds> pauses;
};

// Answers with what is in `answers`, in turn; the last one stays.
class Script : public Transport {
 public:
  Result<HttpResponse> send(const HttpRequest&) override {
    size_t at = std::min(sent++, answers.size() - 1);
    return answers[at];
  }
  std::vector<Result<HttpResponse>> answers;
  size_t sent = 0;
};

Result<HttpResponse> answer(int status, std::map<std::string, std::string> headers = {}) {
  return HttpResponse{.status = status, .headers = std::move(headers)};
}

class RetryTest : public ::testing::Test {
 protected:
  Result<HttpResponse> send(const HttpRequest& request = {.url = "http://r"}) {
    RetryingTransport transport(script_, {.clock = &clock_});
    return transport.send(request);
  }
  FakeClock clock_;
  Script script_;
};

TEST_F(RetryTest, PausesDoubleWithinBounds) {
  RetryOptions options{.retries_max = 100, .clock = &clock_};
  Retry retry(options);
  int64_t full_ms = limits::kFirstPause.count();
  while (retry.pause("cut")) {
    int64_t pause_ms = clock_.pauses.back().count();
    EXPECT_GE(pause_ms, full_ms / 2);
    EXPECT_LE(pause_ms, full_ms);
    full_ms = std::min(full_ms * 2, limits::kLongestPause.count());
  }
  milliseconds sum(0);
  for (milliseconds pause : clock_.pauses) sum += pause;
  EXPECT_LE(sum, limits::kPauses);
  EXPECT_GT(clock_.pauses.size(), 8u);
}

TEST_F(RetryTest, ProgressIsCountedAnew) {
  RetryOptions options{.retries_max = 2, .clock = &clock_};
  Retry retry(options);
  EXPECT_TRUE(retry.pause("cut"));
  EXPECT_TRUE(retry.pause("cut"));
  EXPECT_FALSE(retry.pause("cut"));
  retry.reset();
  EXPECT_TRUE(retry.pause("cut"));
  EXPECT_LE(clock_.pauses.back(), limits::kFirstPause);
}

TEST_F(RetryTest, KeepsRetryAfterAndGivesUpWhereItIsTooLong) {
  RetryOptions options{.clock = &clock_};
  Retry retry(options);
  EXPECT_TRUE(retry.pause("busy", "7"));
  EXPECT_EQ(clock_.pauses.back(), std::chrono::seconds(7));
  EXPECT_TRUE(retry.pause("busy", "Fri, 31 Dec 1999 23:59:59 GMT"));
  EXPECT_LT(clock_.pauses.back(), std::chrono::seconds(7));
  EXPECT_FALSE(retry.pause("busy", "3600"));
  EXPECT_EQ(clock_.pauses.size(), 2u);
}

TEST_F(RetryTest, SendsAgainWhatMayPass) {
  for (int status : {408, 429, 500, 502, 503, 504}) {
    script_ = {};
    script_.answers = {answer(status), fail(ErrorCode::Unavailable, "cut"), answer(200)};
    Result<HttpResponse> response = send();
    ASSERT_TRUE(response);
    EXPECT_EQ(response->status, 200) << status;
    EXPECT_EQ(script_.sent, 3u);
  }
}

TEST_F(RetryTest, GivesUpWithTheLastAnswer) {
  script_.answers = {answer(503, {{"retry-after", "1"}})};
  EXPECT_EQ(send()->status, 503);
  EXPECT_EQ(script_.sent, 6u);
  EXPECT_EQ(clock_.pauses.front(), std::chrono::seconds(1));
}

TEST_F(RetryTest, DoesNotRepeatWhatWillNotPass) {
  for (int status : {200, 400, 401, 403, 404, 416, 501}) {
    script_ = {};
    script_.answers = {answer(status)};
    EXPECT_EQ(send()->status, status);
    EXPECT_EQ(script_.sent, 1u) << status;
  }
  for (ErrorCode code : {ErrorCode::NotFound, ErrorCode::Denied, ErrorCode::Malformed}) {
    script_ = {};
    script_.answers = {fail(code, "no")};
    EXPECT_EQ(send().error().code, code);
    EXPECT_EQ(script_.sent, 1u);
  }
}

TEST_F(RetryTest, WaitsForARegistryThatWasThere) {
  script_.answers = {answer(200), fail(ErrorCode::NotFound, "refused"), answer(200)};
  RetryingTransport transport(script_, {.clock = &clock_});
  ASSERT_TRUE(transport.send({.url = "http://r"}));
  ASSERT_TRUE(transport.send({.url = "http://r"}));
  EXPECT_EQ(script_.sent, 3u);
}

TEST_F(RetryTest, LeavesStreamsToTheirOwners) {
  script_.answers = {answer(503)};
  send({.url = "http://r", .sink = [](const HttpResponse&, ByteSpan) { return Result<>(); }});
  send({.url = "http://r", .streamed_body = {.size_bytes = 1, .read = [](uint64_t, auto) {
                                               return Result<size_t>(1);
                                             }}});
  EXPECT_EQ(script_.sent, 2u);
}

}  // namespace
}  // namespace wherry::distribution
