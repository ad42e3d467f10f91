#include "support/shared_library.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wherry {
namespace {

using ::testing::StartsWith;

TEST(SharedLibrary, GivesItsFunctions) {
  Result<SharedLibrary> library =
      SharedLibrary::load({.file = "libm.so.6", .needed_by = "sums", .package = "libc6"});
  ASSERT_TRUE(library) << library.error().message;
  double (*square_root)(double) = nullptr;
  library->find("sqrt", square_root);
  ASSERT_TRUE(library->check());
  EXPECT_EQ(square_root(9), 3);

  void (*nothing)() = nullptr;
  library->find("there_is_none", nothing);
  library->find("sqrt", square_root);
  Result<> checked = library->check();
  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.error().message,
            "libm.so.6 is another library than the one of Debian's package libc6: it has no "
            "there_is_none");
}

TEST(SharedLibrary, SaysWhatIsMissing) {
  Result<SharedLibrary> library = SharedLibrary::load(
      {.file = "libwherry-none.so.1", .needed_by = "dreams", .package = "none1"});
  ASSERT_FALSE(library);
  EXPECT_EQ(library.error().code, ErrorCode::Unsupported);
  EXPECT_THAT(library.error().message,
              StartsWith("libwherry-none.so.1 cannot be loaded, which dreams need (is it "
                         "installed? Debian's package is none1): libwherry-none.so.1: "));
}

}  // namespace
}  // namespace wherry
