#include "registry/ranges.h"

#include <gtest/gtest.h>

namespace wherry::registry {
namespace {

TEST(Range, IsWhatRfc9110Says) {
  struct Case {
    const char* field;
    Wanted wanted;
    ByteRange range = {};
  };
  for (const Case& c : {
           Case{"bytes=0-9", Wanted::Part, {0, 10}},
           {"bytes=90-", Wanted::Part, {90, 10}},
           {"bytes=90-1000", Wanted::Part, {90, 10}},
           {"bytes=-10", Wanted::Part, {90, 10}},
           {"bytes=-1000", Wanted::Part, {0, 100}},
           {"Bytes= 5-5", Wanted::Part, {5, 1}},
           {"bytes=100-", Wanted::Unsatisfiable},
           {"bytes=-0", Wanted::Unsatisfiable},
           {"bytes=9-0", Wanted::Whole},
           {"bytes=0-1,5-6", Wanted::Whole},
           {"bytes=", Wanted::Whole},
           {"bytes=-", Wanted::Whole},
           {"bytes=a-b", Wanted::Whole},
           {"bytes=+1-2", Wanted::Whole},
           {"bytes=99999999999999999999-", Wanted::Whole},
           {"lines=0-9", Wanted::Whole},
           {"", Wanted::Whole},
       }) {
    const WantedRange found = parse_range(c.field, 100);
    EXPECT_EQ(found.wanted, c.wanted) << c.field;
    EXPECT_EQ(found.range, c.range) << c.field;
  }
  EXPECT_EQ(parse_range("bytes=0-", 0).wanted, Wanted::Unsatisfiable);
  EXPECT_EQ(parse_range("bytes=-5", 0).wanted, Wanted::Unsatisfiable);
}

TEST(ContentRange, HasBothForms) {
  EXPECT_EQ(parse_content_range("0-1023"), (ByteRange{0, 1024}));
  EXPECT_EQ(parse_content_range("5-5"), (ByteRange{5, 1}));
  EXPECT_EQ(parse_content_range("bytes 10-19/100"), (ByteRange{10, 10}));
  EXPECT_EQ(parse_content_range("bytes 10-19/*"), (ByteRange{10, 10}));
  for (const char* bad : {"", "-", "1-", "-1", "9-0", "0-1-2", "a-b", "bytes=0-9", "0x0-1", "0--1",
                          "0-9223372036854775808"})
    EXPECT_FALSE(parse_content_range(bad)) << bad;
}

}  // namespace
}  // namespace wherry::registry
