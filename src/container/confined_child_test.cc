#include "container/confined_child.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>

namespace wherry::container {
namespace {

Result<Bytes> run_work(std::function<Result<Bytes>()> work) {
  return run_confined({.prepare = [] { return sandbox::Openings{}; },
                       .work = std::move(work),
                       .result_bytes_max = 10,
                       .layers = *sandbox::parse_selection({}, {}),
                       .on_shortcoming = [](const sandbox::Shortcoming&) {}});
}

Bytes bytes_of(std::string_view text) {
  const ByteSpan bytes = as_bytes(text);
  return {bytes.begin(), bytes.end()};
}

TEST(ConfinedChild, GivesItsResultOrItsError) {
  EXPECT_EQ(run_work([] { return bytes_of("result"); }).value(), bytes_of("result"));
  EXPECT_EQ(run_work([] { return Bytes(); }).value(), Bytes());
  const auto failed =
      run_work([]() -> Result<Bytes> { return fail(ErrorCode::Unsupported, "not that"); });
  EXPECT_EQ(failed.error().code, ErrorCode::Unsupported);
  EXPECT_EQ(failed.error().message, "not that");
}

TEST(ConfinedChild, StandsBehindTheWall) {
  auto opened = run_work([] { return bytes_of(open("/etc/passwd", O_RDONLY) < 0 ? "no" : "yes"); });
  EXPECT_EQ(opened.value(), bytes_of("no"));
  EXPECT_EQ(run_work([]() -> Result<Bytes> {
              execl("/bin/true", "true", nullptr);
              return bytes_of("lives");
            })
                .error()
                .message,
            fmt::format("its process was ended by signal {}", SIGSYS));
}

TEST(ConfinedChild, MayLeaveAnything) {
  EXPECT_EQ(run_work([] { return Bytes(11); }).error().message,
            "its process left what is no result");
  EXPECT_EQ(run_work([]() -> Result<Bytes> { _exit(0); }).error().message,
            "its process left nothing");
}

}  // namespace
}  // namespace wherry::container
