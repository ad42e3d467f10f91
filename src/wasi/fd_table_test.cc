#include "wasi/fd_table.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <thread>

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

TEST(FdTable, KeepsWhatACallWorksOn) {
  FdTable table;
  table.allow_threads();
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  Descriptor reading = file_with(rights::fd_read);
  reading.fd.reset(ends[0]);
  ASSERT_TRUE(table.add(std::move(reading)));
  Descriptor* found = table.find(0, rights::fd_read).value();
  std::jthread([&] {
    EXPECT_TRUE(table.close(0));
    EXPECT_EQ(table.add(file_with(rights::fd_write)).value(), 0u);
    table.end_call();  // of another thread
  }).join();
  EXPECT_EQ(found->host_fd(), ends[0]);
  EXPECT_NE(fcntl(ends[0], F_GETFD), -1);
  table.end_call();
  EXPECT_EQ(fcntl(ends[0], F_GETFD), -1);
  ::close(ends[1]);
}

TEST(FdTable, IsUsedByManyThreads) {
  FdTable table;
  table.allow_threads();
  ASSERT_TRUE(table.add(file_with(rights::fd_read)));
  std::vector<std::jthread> threads;
  for (int number = 0; number < 4; ++number)
    threads.emplace_back([&] {
      for (int round = 0; round < 2000; ++round) {
        uint32_t fd = table.add(file_with(rights::fd_write)).value();
        EXPECT_EQ(uint64_t{table.find(fd, 0).value()->base}, rights::fd_write);
        EXPECT_EQ(uint64_t{table.find(0, 0).value()->base}, rights::fd_read);
        EXPECT_TRUE(table.close(fd));
        table.end_call();
      }
    });
  threads.clear();
  EXPECT_LE(table.entries().size(), 5u);
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
