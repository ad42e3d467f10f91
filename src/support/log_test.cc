#include "support/log.h"

#include <gtest/gtest.h>

namespace wherry::log {

TEST(Log, WritesFieldsBehindTheMessage) {
  EXPECT_EQ(format_line(Level::Info, "pulled", {{"image", "a:1"}, {"ms", 12}}),
            "wherry: pulled image=a:1 ms=12");
  EXPECT_EQ(format_line(Level::Error, "failed", {}), "wherry: error: failed");
  EXPECT_EQ(format_line(Level::Warning, "odd", {}), "wherry: warning: odd");
}

TEST(Log, KeepsOneLineWhateverTheValue) {
  EXPECT_EQ(format_line(Level::Info, "m", {{"v", "a b"}}), "wherry: m v=\"a b\"");
  EXPECT_EQ(format_line(Level::Info, "m", {{"v", ""}}), "wherry: m v=\"\"");
  EXPECT_EQ(format_line(Level::Info, "m", {{"v", "x\nwherry: error: forged"}}),
            "wherry: m v=\"x\\nwherry: error: forged\"");
  EXPECT_EQ(format_line(Level::Info, "m", {{"v", "\x1b[31m\"\\"}}),
            "wherry: m v=\"\\x1b[31m\\\"\\\\\"");
}

TEST(Log, IsJsonForPrograms) {
  EXPECT_EQ(format_json(Level::Warning, "de\"nied", {{"resource", "open /a\n"}, {"ms", 3}}),
            R"({"level":"warning","message":"de\"nied","resource":"open /a\n","ms":"3"})");
  EXPECT_EQ(format_json(Level::Error, "\xff", {}),
            "{\"level\":\"error\",\"message\":\"\xef\xbf\xbd\"}");
}

}  // namespace wherry::log
