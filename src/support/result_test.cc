#include "support/result.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <memory>

namespace wherry {

static Result<int> half(int value) {
  if (value % 2 != 0) return fail(ErrorCode::Invalid, "{} is odd", value);
  return value / 2;
}
static Result<> check(int value) {
  TRY(half(value));
  return {};
}
static Result<std::unique_ptr<int>> quarter(int value) {
  return std::make_unique<int>(TRY(half(TRY(half(value)))));
}

TEST(Try, GivesTheValueOrReturnsTheError) {
  EXPECT_EQ(**quarter(12), 3);
  EXPECT_EQ(quarter(6).error().message, "3 is odd");
  EXPECT_TRUE(check(2));
  EXPECT_EQ(check(3).error().message, "3 is odd");
}

TEST(WithContext, PutsTheContextInFront) {
  EXPECT_EQ(with_context(half(3), "halving {}", "x").error().message, "halving x: 3 is odd");
  EXPECT_EQ(*with_context(half(4), "halving {}", "x"), 2);
}

TEST(SystemError, ChoosesTheCodeByErrno) {
  EXPECT_EQ(system_error(ENOENT, "f").code, ErrorCode::NotFound);
  EXPECT_EQ(system_error(EACCES, "f").code, ErrorCode::Denied);
  EXPECT_EQ(system_error(EADDRINUSE, "f").code, ErrorCode::Unavailable);
  EXPECT_EQ(system_error(ENOSPC, "f").code, ErrorCode::Io);
  EXPECT_EQ(system_error(ENOSPC, "f").message, "f: no space left on device");
}

}  // namespace wherry
