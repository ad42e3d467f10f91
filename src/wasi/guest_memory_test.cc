#include "wasi/guest_memory.h"

#include <gtest/gtest.h>

#include <array>

#include "wasi/buffers.h"
#include "wasi/path.h"

namespace wherry::wasi {
namespace {

struct Room {
  std::array<std::byte, 256> bytes{};
  GuestMemory memory{bytes};
};

TEST(GuestMemory, ChecksEverySliceWithoutWrapping) {
  Room room;
  struct {
    uint64_t address, size_bytes;
    bool is_inside;
  } cases[] = {
      {0, 256, true},          {0, 257, false},         {255, 1, true},
      {256, 1, false},         {256, 0, true},          {0xffff'ffff, 0, true},
      {0xffff'ffff, 2, false}, {1, 0xffff'ffff, false}, {UINT64_MAX, 2, false},
      {2, UINT64_MAX, false},
  };
  for (const auto& item : cases)
    EXPECT_EQ(room.memory.slice(item.address, item.size_bytes).has_value(), item.is_inside)
        << item.address << " + " << item.size_bytes;
}

TEST(GuestMemory, ReadsAndWritesUnaligned) {
  Room room;
  ASSERT_TRUE(room.memory.write(249, uint32_t{0x01020304}));
  EXPECT_EQ(room.memory.read<uint32_t>(249).value(), 0x01020304u);
  EXPECT_EQ(room.memory.write(253, uint32_t{0}).error(), Errno::fault);
  EXPECT_EQ(room.memory.read<uint64_t>(249).error(), Errno::fault);
}

TEST(GuestMemory, WithoutBytesFaultsEverywhereButForNothing) {
  GuestMemory none{std::span<std::byte>()};
  EXPECT_EQ(none.read<uint32_t>(0).error(), Errno::fault);
  EXPECT_TRUE(none.slice(0, 0));
}

TEST(Buffers, RefuseAnArrayThatEndsOutside) {
  Room room;
  Buffers buffers;
  EXPECT_EQ(buffers.load(room.memory, 250, 1).error(), Errno::fault);
  EXPECT_EQ(buffers.load(room.memory, 0, 0xffff'ffff).error(), Errno::fault);
}

TEST(Buffers, RefuseABufferThatEndsOutside) {
  Room room;
  ASSERT_TRUE(room.memory.write(0, Iovec{.buf = 200, .buf_len = 57}));
  Buffers buffers;
  EXPECT_EQ(buffers.load(room.memory, 0, 1).error(), Errno::fault);
}

TEST(Buffers, TakeEmptyBuffersAtDanglingAddresses) {
  Room room;
  ASSERT_TRUE(room.memory.write(0, Iovec{.buf = 0xffff'ffff, .buf_len = 0}));
  Buffers buffers;
  ASSERT_TRUE(buffers.load(room.memory, 0, 1));
  EXPECT_EQ(buffers.size(), 1);
}

TEST(ReadPath, RefusesNulLengthAndOutside) {
  Room room;
  room.bytes.fill(std::byte{'a'});
  EXPECT_EQ(read_path(room.memory, 0, 3).value(), "aaa");
  EXPECT_EQ(read_path(room.memory, 255, 2).error(), Errno::fault);
  room.bytes[1] = std::byte{0};
  EXPECT_EQ(read_path(room.memory, 0, 3).error(), Errno::inval);
  std::vector<std::byte> large(8192, std::byte{'a'});
  EXPECT_EQ(read_path(GuestMemory(large), 0, 4096).error(), Errno::nametoolong);
  EXPECT_TRUE(read_path(GuestMemory(large), 0, 4095));
}

}  // namespace
}  // namespace wherry::wasi
