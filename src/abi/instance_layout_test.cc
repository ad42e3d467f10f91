#include "abi/instance_layout.h"

#include <gtest/gtest.h>

namespace wherry::abi {
namespace {

TEST(InstanceLayout, EmptyModuleHasOnlyTheHead) {
  InstanceLayout layout({});
  EXPECT_EQ(layout.imported_function(0), sizeof(VmContext));
  EXPECT_EQ(layout.size_bytes(), sizeof(VmContext));
}

TEST(InstanceLayout, ArraysFollowOneAnother) {
  InstanceLayout layout({.imported_functions = 2,
                         .memories = 1,
                         .tables = 1,
                         .imported_globals = 1,
                         .defined_globals = 2,
                         .referenced_functions = 3});
  EXPECT_EQ(layout.imported_function(1), 48u + 24u);
  EXPECT_EQ(layout.memory_pointer(0), 48u + 48u);
  EXPECT_EQ(layout.table_pointer(0), 104u);
  EXPECT_EQ(layout.imported_global_pointer(0), 112u);
  EXPECT_EQ(layout.defined_global(0), 128u);  // 120, aligned to 16
  EXPECT_EQ(layout.defined_global(1), 144u);
  EXPECT_EQ(layout.function_reference(0), 160u);
  EXPECT_EQ(layout.size_bytes(), 160u + 3 * 24u);
}

TEST(InstanceLayout, GlobalCellsAreAlignedForVectors) {
  for (uint32_t tables = 0; tables < 4; ++tables) {
    InstanceLayout layout({.tables = tables, .defined_globals = 1});
    EXPECT_EQ(layout.defined_global(0) % alignof(GlobalCell), 0u) << tables << " tables";
  }
}

}  // namespace
}  // namespace wherry::abi
