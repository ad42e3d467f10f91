#include "serve/guest_streams.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

#include "serve/limits.h"

namespace wherry::serve {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

TEST(BodyReader, GivesTheBodyInPieces) {
  BodyReader reader("hello");
  std::array<std::byte, 3> buffer;
  EXPECT_EQ(reader.read(buffer), 3u);
  EXPECT_EQ(as_text(buffer), "hel");
  EXPECT_EQ(reader.read(buffer), 2u);
  EXPECT_EQ(reader.read(buffer), 0u);
  EXPECT_EQ(reader.read({}), 0u);
}

TEST(ResponseCollector, KeepsWithinTheBudget) {
  ByteBudget budget(100 * 1024);
  {
    ResponseCollector collector(budget);
    std::string piece(60 * 1024, 'x');
    EXPECT_TRUE(collector.write(as_bytes(piece)));
    EXPECT_FALSE(collector.write(as_bytes(piece)));
    EXPECT_TRUE(collector.overflowed());
    EXPECT_FALSE(collector.write(as_bytes("x"))) << "no holes in a response";
  }
  EXPECT_TRUE(budget.take(100 * 1024)) << "all was given back";
}

TEST(ResponseCollector, TakesNoMoreThanAResponse) {
  ByteBudget budget(size_t{4} << 30);
  ResponseCollector collector(budget);
  std::string piece(limits::kResponseBytes / 4, 'x');
  for (int i = 0; i < 4; i++) EXPECT_TRUE(collector.write(as_bytes(piece)));
  EXPECT_FALSE(collector.write(as_bytes("x")));
}

struct LoggedLines {
  std::vector<std::string> lines;
  LineLogger logger{[this](std::string_view line) { lines.emplace_back(line); }};
};

TEST(LineLogger, SplitsLines) {
  LoggedLines log;
  EXPECT_TRUE(log.logger.write(as_bytes("one\ntw")));
  EXPECT_TRUE(log.logger.write(as_bytes("o\r\n\nthree")));
  EXPECT_THAT(log.lines, ElementsAre("one", "two", ""));
  log.logger.finish();
  EXPECT_THAT(log.lines, ElementsAre("one", "two", "", "three"));
}

TEST(LineLogger, CutsLongLines) {
  LoggedLines log;
  log.logger.write(as_bytes(std::string(limits::kLogLineBytes + 10, 'x') + "\nnext\n"));
  log.logger.finish();
  EXPECT_THAT(log.lines,
              ElementsAre(SizeIs(limits::kLogLineBytes), "next", "(10 bytes more were left out)"));
}

TEST(LineLogger, EndsAFlood) {
  LoggedLines log;
  for (size_t i = 0; i < 2 * limits::kLogBytes; i++) EXPECT_TRUE(log.logger.write(as_bytes("\n")));
  log.logger.finish();
  EXPECT_THAT(log.lines, SizeIs(limits::kLogBytes + 1));
  EXPECT_EQ(log.lines.back(), "(65536 bytes more were left out)");
}

}  // namespace
}  // namespace wherry::serve
