#include "runtime/memory_pool.h"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <functional>
#include <thread>

#include "runtime/address_ranges.h"
#include "support/file.h"

namespace wherry::runtime {
namespace {

constexpr uint64_t kPage = 4096;
constexpr uint64_t kImageAddress = 2 * kPage;
constexpr uint64_t kSizeBytes = 64 * wasm::kPageBytes;  // more than an idle slot may keep

class MemoryPoolTest : public testing::Test {
 protected:
  void SetUp() override {
    file_ = Fd(memfd_create("image", MFD_CLOEXEC));
    Bytes contents(4 * kPage);
    for (size_t at = 0; at < contents.size(); ++at) contents[at] = std::byte(at / 16 + 1);
    ASSERT_TRUE(write_all(file_.get(), contents).has_value());
    void* base = mmap(nullptr, contents.size(), PROT_READ, MAP_PRIVATE, file_.get(), 0);
    ASSERT_NE(base, MAP_FAILED);
    mapping_ = Mapping(static_cast<std::byte*>(base), contents.size());
  }

  // Of three pages: the file's second to fourth.
  InitialMemory initial(uint64_t size_bytes = kSizeBytes) const {
    return {.size_bytes = size_bytes,
            .image = {.fd = file_.get(),
                      .file_offset = kPage,
                      .address = kImageAddress,
                      .bytes = mapping_.bytes().subspan(kPage, 3 * kPage)}};
  }

  // Whether all bytes are those of initial().
  bool is_fresh(const MemorySlot& slot) const {
    InitialMemory wanted = initial(slot.size_bytes());
    Bytes expected(slot.size_bytes());
    std::ranges::copy(wanted.image.bytes, expected.begin() + kImageAddress);
    return std::ranges::equal(std::span(slot.base(), slot.size_bytes()), expected);
  }

  Fd file_;
  Mapping mapping_;
};

void write_all_bytes(MemorySlot& slot) {
  std::fill_n(slot.base(), slot.size_bytes(), std::byte{0xee});
}

// Whether the kernel can read there.
bool is_accessible(const std::byte* address) {
  int ends[2];
  EXPECT_EQ(pipe(ends), 0);
  Fd reader(ends[0]), writer(ends[1]);
  return write(writer.get(), address, 1) == 1;
}

TEST_F(MemoryPoolTest, ASlotShowsTheImageAndKeepsTheFile) {
  MemoryPool pool(initial());
  MemorySlot first = *pool.take();
  EXPECT_TRUE(is_fresh(first));
  write_all_bytes(first);
  EXPECT_TRUE(is_fresh(*pool.take()));
  std::byte byte{};
  ASSERT_EQ(pread(file_.get(), &byte, 1, kPage), 1);
  EXPECT_EQ(byte, mapping_.bytes()[kPage]);
}

TEST_F(MemoryPoolTest, RefusesAnImageBeyondTheEnd) {
  InitialMemory wanted = initial(wasm::kPageBytes);
  wanted.image.address = wasm::kPageBytes - kPage;
  auto slot = MemoryPool(wanted).take();
  ASSERT_FALSE(slot.has_value());
  EXPECT_EQ(slot.error().code, ErrorCode::Malformed);
}

TEST_F(MemoryPoolTest, AUsedSlotComesBackAsItWasAtFirst) {
  struct Case {
    const char* name;
    std::function<void(MemorySlot&)> use;
  };
  auto write = [](uint64_t at) {
    return [at](MemorySlot& slot) { slot.base()[at] = std::byte{0xee}; };
  };
  const Case cases[] = {
      {"untouched", [](MemorySlot&) {}},
      {"everything written", write_all_bytes},
      {"the first byte", write(0)},
      {"the last byte", write(kSizeBytes - 1)},
      {"before the image", write(kImageAddress - 1)},
      {"the image's first page", write(kImageAddress)},
      {"the image's last byte", write(kImageAddress + 3 * kPage - 1)},
      {"behind the image", write(kImageAddress + 3 * kPage)},
      {"across the image's begin and end",
       [](MemorySlot& slot) {
         std::fill_n(slot.base() + kImageAddress - kPage, 5 * kPage, std::byte{0xee});
       }},
      {"more runs of pages than are asked for at once",
       [](MemorySlot& slot) {
         for (uint64_t page = 0; page < 200; page += 2) slot.base()[page * kPage] = std::byte{1};
       }},
      {"only read",
       [](MemorySlot& slot) {
         EXPECT_NE(std::ranges::count(std::span(slot.base(), kSizeBytes), std::byte{1}), 0);
       }},
      {"grown and written",
       [](MemorySlot& slot) {
         EXPECT_TRUE(slot.grow(kSizeBytes + wasm::kPageBytes));
         slot.base()[kSizeBytes + 5] = std::byte{0xee};
       }},
      {"grown and everything written",
       [](MemorySlot& slot) {
         EXPECT_TRUE(slot.grow(2 * kSizeBytes));
         write_all_bytes(slot);
       }},
  };
  MemoryPool pool(initial());
  std::byte* base = nullptr;
  for (const Case& item : cases) {
    MemorySlot slot = *pool.take();
    if (base) {
      EXPECT_EQ(slot.base(), base) << "not used again before: " << item.name;
    }
    base = slot.base();
    item.use(slot);
    pool.give_back(std::move(slot));
    slot = *pool.take();
    EXPECT_EQ(slot.size_bytes(), kSizeBytes) << item.name;
    EXPECT_TRUE(is_fresh(slot)) << item.name;
    EXPECT_FALSE(is_accessible(base + kSizeBytes)) << item.name;
    pool.give_back(std::move(slot));
  }
}

TEST_F(MemoryPoolTest, WhatAnEarlierUserGrewIsZeroWhenItGrowsAgain) {
  for (uint64_t written_bytes : {uint64_t{1}, kSizeBytes}) {
    MemoryPool pool(initial());
    MemorySlot slot = *pool.take();
    ASSERT_TRUE(slot.grow(2 * kSizeBytes));
    std::fill_n(slot.base() + kSizeBytes, written_bytes, std::byte{0xee});
    pool.give_back(std::move(slot));
    slot = *pool.take();
    ASSERT_TRUE(slot.grow(2 * kSizeBytes));
    EXPECT_TRUE(is_fresh(slot)) << written_bytes;
  }
}

TEST_F(MemoryPoolTest, ASlotMayHaveNoPageAtAll) {
  MemoryPool pool({.size_bytes = 0});
  for (int round = 0; round < 2; ++round) {
    MemorySlot slot = *pool.take();
    EXPECT_FALSE(is_accessible(slot.base()));
    ASSERT_TRUE(slot.grow(wasm::kPageBytes));
    EXPECT_EQ(slot.base()[7], std::byte{0});
    slot.base()[7] = std::byte{1};
    pool.give_back(std::move(slot));
  }
}

// As on a kernel that cannot tell which pages were written.
TEST_F(MemoryPoolTest, PagesThatMayNotStayAreGivenBack) {
  MemorySlot slot = *MemorySlot::create(initial());
  slot.base()[0] = slot.base()[kImageAddress] = std::byte{0xee};
  ASSERT_TRUE(slot.reset(initial(), 0));
  EXPECT_EQ(slot.resident_bytes(), 0u);
  EXPECT_TRUE(is_fresh(slot));
}

TEST_F(MemoryPoolTest, KeepsFewPagesAndFewSlots) {
  MemoryPool pool(initial());
  std::vector<MemorySlot> slots;
  std::vector<std::byte*> bases;
  for (size_t count = 0; count < MemoryPool::kIdleSlotsMax + 5; ++count) {
    slots.push_back(*pool.take());
    write_all_bytes(slots.back());
    bases.push_back(slots.back().base());
  }
  for (MemorySlot& slot : slots) pool.give_back(std::move(slot));
  auto kept = std::ranges::count_if(
      bases, [](std::byte* base) { return memory_reservations().find(base).begin != nullptr; });
  EXPECT_EQ(kept, MemoryPool::kIdleSlotsMax);
  EXPECT_LE(pool.take()->resident_bytes(), uint64_t{MemoryPool::kIdleBytesOfSlotMax});
}

// The map of pages that the parent asks is not the child's.
TEST_F(MemoryPoolTest, WorksInAForkedChild) {
  MemoryPool pool(initial());
  pool.give_back(*pool.take());
  pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    MemorySlot slot = *pool.take();
    slot.base()[5] = std::byte{0xee};
    pool.give_back(std::move(slot));
    _exit(is_fresh(*pool.take()) ? 0 : 1);
  }
  int status = -1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

TEST_F(MemoryPoolTest, ThreadsNeverSeeEachOther) {
  MemoryPool pool(initial(wasm::kPageBytes));
  auto run = [&](unsigned seed) {
    for (unsigned round = 0; round < 300; ++round) {
      MemorySlot slot = *pool.take();
      if (!is_fresh(slot)) ADD_FAILURE() << "thread " << seed << ", round " << round;
      for (uint64_t at = seed * round; at < slot.size_bytes(); at += kPage + seed)
        slot.base()[at] = std::byte{0xee};
      pool.give_back(std::move(slot));
    }
  };
  std::vector<std::jthread> threads;
  for (unsigned seed = 1; seed <= 4; ++seed) threads.emplace_back(run, seed);
}

}  // namespace
}  // namespace wherry::runtime
