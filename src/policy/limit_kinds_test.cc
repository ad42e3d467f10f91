#include "policy/limit_kinds.h"

#include <gtest/gtest.h>

#include "policy/decision.h"

namespace wherry::policy {
namespace {

const LimitKind& kind(std::string_view key) {
  for (const LimitKind& each : limit_kinds())
    if (each.key == key) return each;
  ADD_FAILURE() << key;
  return limit_kinds().front();
}

TEST(Limit, IsReadInItsUnit) {
  const std::tuple<const char*, const char*, uint64_t> cases[] = {
      {"memory", "64MiB", 64 << 20}, {"memory", "4GiB", 4ull << 30}, {"table", "1000", 1000},
      {"stack", "1MiB", 1 << 20},    {"timeout", "2m", 120'000},     {"cpu-time", "1500ms", 1500}};
  for (auto [key, text, value] : cases) {
    auto parsed = parse_limit(kind(key), text);
    ASSERT_TRUE(parsed) << text << ": " << parsed.error().message;
    EXPECT_EQ(*parsed, value) << text;
    EXPECT_EQ(limit_text(kind(key), value), text);
  }
}

TEST(Limit, OutsideOfItsRangeIsRefused) {
  const std::tuple<const char*, const char*, const char*> cases[] = {
      {"memory", "65535B", "65535B is out of range (64KiB to 1024GiB)"},
      {"memory", "1025GiB", "1025GiB is out of range (64KiB to 1024GiB)"},
      {"fuel", "0", "0 is out of range (1 to 4611686018427387904)"},
      {"table", "0", "0 is out of range (1 to 4294967295)"},
      {"table", "1k", "'1k' is no whole number"},
      {"table", "-1", "'-1' is no whole number"},
      {"stack", "1B", "1B is out of range (64KiB to 1GiB)"},
      {"timeout", "0s", "'0s' is no time (as in 30s, 500ms, 2m)"}};
  for (auto [key, text, message] : cases) {
    auto parsed = parse_limit(kind(key), text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().message, message);
  }
}

TEST(Limit, IsReadFromItsFlag) {
  std::vector<std::string> texts(limit_kinds().size());
  EXPECT_EQ(parse_limits(texts), Limits{});
  texts.front() = "1MiB";
  EXPECT_EQ(parse_limits(texts), (Limits{.memory_bytes_max = 1 << 20}));
  texts.front() = "1MB";
  EXPECT_EQ(parse_limits(texts).error().message,
            "--memory-max: '1MB' has no binary unit (write \"1MiB\")");
}

Limits effective_limits(const Limits& requested, const Limits& granted) {
  Request request;
  request.limits = requested;
  return decide(request, {.limits = granted}).effective.limits;
}

TEST(Limit, IsTheSmallerOfBoth) {
  struct Case {
    std::optional<uint64_t> requested, granted, effective;
  };
  for (const Case& c : {Case{5, 7, 5}, {7, 5, 5}, {5, {}, 5}, {{}, 7, 7}, {{}, {}, {}}})
    EXPECT_EQ(
        effective_limits({.cpu_time_ms = c.requested}, {.cpu_time_ms = c.granted}).cpu_time_ms,
        c.effective);
}

// An image cannot raise what the operator leaves at its default.
TEST(Limit, HasADefaultThatOnlyTheOperatorRaises) {
  constexpr uint64_t kMiB = 1 << 20;
  auto stack = [](Limits requested, Limits granted) {
    return *effective_limits(requested, granted).stack_bytes_max / kMiB;
  };
  EXPECT_EQ(stack({}, {}), 8u);
  EXPECT_EQ(stack({.stack_bytes_max = 16 * kMiB}, {}), 8u);
  EXPECT_EQ(stack({.stack_bytes_max = 1 * kMiB}, {}), 1u);
  EXPECT_EQ(stack({}, {.stack_bytes_max = 16 * kMiB}), 16u);
  Limits defaults = effective_limits({}, {});
  EXPECT_EQ(defaults.memory_bytes_max, 4ull << 30);
  EXPECT_EQ(defaults.table_entries_max, 10'000'000u);
  EXPECT_EQ(defaults.threads_max, 64u);
  EXPECT_FALSE(defaults.timeout_ms || defaults.cpu_time_ms || defaults.fuel);
}

}  // namespace
}  // namespace wherry::policy
