#include "policy/file_rights.h"

#include <gtest/gtest.h>

namespace wherry::policy {
namespace {

TEST(FileRights, AreReadAsTheyAreWritten) {
  struct Case {
    FileRights rights;
    const char *flag, *words, *toml;
  };
  const Case cases[] = {
      {kReadOnly, "ro", "read-only", "\"read-only\""},
      {kReadWrite, "rw", "read-write", "\"read-write\""},
      {FileRight::Create, "create", "create", "[\"create\"]"},
      {FileRight::Read | FileRight::Delete, "read+delete", "read, delete",
       "[\"read\", \"delete\"]"},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(rights_flag(c.rights), c.flag);
    EXPECT_EQ(to_string(c.rights), c.words);
    EXPECT_EQ(rights_toml(c.rights), c.toml);
    EXPECT_EQ(parse_rights_flag(c.flag), c.rights) << c.flag;
  }
  EXPECT_EQ(parse_rights_flag("delete+read+write+create"), kReadWrite);
}

TEST(FileRights, RejectWordsThatAreNone) {
  for (const char* text : {"", "rx", "read+", "+read", "READ", "read,write", "read-only"}) {
    auto rights = parse_rights_flag(text);
    ASSERT_FALSE(rights) << text;
    EXPECT_EQ(rights.error().code, ErrorCode::Invalid);
  }
  EXPECT_EQ(parse_rights_flag("rx").error().message,
            "'rx' is no right (known: read, write, create, delete)");
}

TEST(FileRights, AreSets) {
  EXPECT_TRUE(kReadWrite.includes(kReadOnly));
  EXPECT_FALSE(kReadOnly.includes(FileRight::Create));
  EXPECT_TRUE((kReadOnly & FileRight::Write).empty());
  EXPECT_EQ(kReadWrite - FileRight::Delete, FileRight::Read | FileRight::Write | FileRight::Create);
}

}  // namespace
}  // namespace wherry::policy
