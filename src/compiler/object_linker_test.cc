#include "compiler/object_linker.h"

#include <gtest/gtest.h>

namespace wherry::compiler {
namespace {

TEST(ObjectLinker, JoinsNothingToNothing) {
  Result<LinkedCode> linked = link_objects({});
  ASSERT_TRUE(linked) << linked.error().message;
  EXPECT_TRUE(linked->code.empty());
  EXPECT_TRUE(linked->symbols.empty());
}

TEST(ObjectLinker, RefusesWhatIsNoObject) {
  for (std::string_view text :
       {std::string_view(""), std::string_view("\177ELF"), std::string_view("garbage")}) {
    ObjectCode object;
    object.elf.assign(as_bytes(text).begin(), as_bytes(text).end());
    Result<LinkedCode> linked = link_objects({object});
    ASSERT_FALSE(linked) << text;
    EXPECT_EQ(linked.error().code, ErrorCode::Invalid) << text;
  }
}

}  // namespace
}  // namespace wherry::compiler
