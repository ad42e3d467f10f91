#include "wasi/fd_table.h"

#include <gtest/gtest.h>

#include "wasi/limits.h"

namespace wherry::wasi {
namespace {

Descriptor file_with(Rights base) {
  Descriptor descriptor;
  descriptor.kind = Descriptor::Kind::File;
  descriptor.base = base;
  return descriptor;
}

TEST(FdTable, GivesTheLowestFreeNumber) {
  FdTable table;
  for (uint32_t number = 0; number < 4; ++number)
    EXPECT_EQ(table.add(file_with(0)).value(), number);
  ASSERT_TRUE(table.close(1));
  ASSERT_TRUE(table.close(2));
  EXPECT_EQ(table.add(file_with(0)).value(), 1u);
  EXPECT_EQ(table.add(file_with(0)).value(), 2u);
  EXPECT_EQ(table.add(file_with(0)).value(), 4u);
}

TEST(FdTable, NeverGivesAReservedNumber) {
  FdTable table;
  Descriptor reserved;
  reserved.kind = Descriptor::Kind::Reserved;
  ASSERT_TRUE(table.add(std::move(reserved)));
  EXPECT_EQ(table.find(0, 0).error(), Errno::badf);
  EXPECT_EQ(table.close(0).error(), Errno::badf);
  EXPECT_EQ(table.add(file_with(0)).value(), 1u);
}

TEST(FdTable, ChecksNumbersAndRights) {
  FdTable table;
  ASSERT_TRUE(table.add(file_with(rights::fd_read | rights::fd_seek)));
  EXPECT_TRUE(table.find(0, rights::fd_read));
  EXPECT_EQ(table.find(0, rights::fd_read | rights::fd_write).error(), Errno::notcapable);
  EXPECT_EQ(table.find(1, 0).error(), Errno::badf);
  EXPECT_EQ(table.find(0xffff'ffff, 0).error(), Errno::badf);
}

TEST(FdTable, RenumbersOntoOpenNumbersOnly) {
  FdTable table;
  ASSERT_TRUE(table.add(file_with(rights::fd_read)));
  ASSERT_TRUE(table.add(file_with(rights::fd_write)));
  EXPECT_EQ(table.renumber(0, 7).error(), Errno::badf);
  EXPECT_EQ(table.renumber(7, 0).error(), Errno::badf);
  EXPECT_TRUE(table.renumber(1, 1));
  ASSERT_TRUE(table.renumber(1, 0));
  EXPECT_TRUE(table.find(0, rights::fd_write));
  EXPECT_EQ(table.find(1, 0).error(), Errno::badf);
}

TEST(FdTable, HasALimit) {
  FdTable table;
  for (uint32_t number = 0; number < limits::kDescriptorsMax; ++number)
    ASSERT_TRUE(table.add(file_with(0)));
  EXPECT_EQ(table.add(file_with(0)).error(), Errno::mfile);
  ASSERT_TRUE(table.close(500));
  EXPECT_EQ(table.add(file_with(0)).value(), 500u);
}

}  // namespace
}  // namespace wherry::wasi
