#include "policy/size.h"

#include <gtest/gtest.h>

namespace wherry::policy {
namespace {

TEST(Size, ReadsWholeNumbersWithBinaryUnits) {
  const std::pair<const char*, uint64_t> cases[] = {{"0B", 0},
                                                    {"1B", 1},
                                                    {"65536B", 65536},
                                                    {"64KiB", 65536},
                                                    {"64MiB", 64ull << 20},
                                                    {"4GiB", 4ull << 30},
                                                    {"17179869183GiB", 17179869183ull << 30}};
  for (auto [text, size_bytes] : cases) {
    auto parsed = parse_size(text);
    ASSERT_TRUE(parsed) << text << ": " << parsed.error().message;
    EXPECT_EQ(*parsed, size_bytes) << text;
  }
}

TEST(Size, RejectsWhatIsNotExactAndSaysWhatToWrite) {
  const std::pair<const char*, const char*> cases[] = {
      {"", "'' is no size (write one like \"64MiB\")"},
      {"MiB", "'MiB' is no size (write one like \"64MiB\")"},
      {"-1MiB", "'-1MiB' is no size (write one like \"64MiB\")"},
      {"+1MiB", "'+1MiB' is no size (write one like \"64MiB\")"},
      {" 1MiB", "' 1MiB' is no size (write one like \"64MiB\")"},
      {"064MiB", "'064MiB' is no size (write one like \"64MiB\")"},
      {"64", "'64' has no unit (write B, KiB, MiB or GiB behind it)"},
      {"64MB", "'64MB' has no binary unit (write \"64MiB\")"},
      {"64mib", "'64mib' has no binary unit (write \"64MiB\")"},
      {"1G", "'1G' has no binary unit (write \"1GiB\")"},
      {"64 MiB", "'64 MiB' has an unknown unit (known: B, KiB, MiB, GiB)"},
      {"1.5GiB", "'1.5GiB' has an unknown unit (known: B, KiB, MiB, GiB)"},
      {"1TiB", "'1TiB' has an unknown unit (known: B, KiB, MiB, GiB)"},
      {"17179869184GiB", "'17179869184GiB' is too large for a size"},
      {"99999999999999999999B", "'99999999999999999999B' is too large for a size"}};
  for (auto [text, message] : cases) {
    auto parsed = parse_size(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().message, message);
    EXPECT_EQ(parsed.error().code, ErrorCode::Invalid) << text;
  }
}

TEST(Size, IsWrittenWithTheLargestUnitThatFits) {
  EXPECT_EQ(size_text(0), "0B");
  EXPECT_EQ(size_text(65537), "65537B");
  EXPECT_EQ(size_text(65536), "64KiB");
  EXPECT_EQ(size_text(64ull << 20), "64MiB");
  EXPECT_EQ(size_text(4ull << 30), "4GiB");
}

}  // namespace
}  // namespace wherry::policy
