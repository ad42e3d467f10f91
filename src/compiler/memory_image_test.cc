#include "compiler/memory_image.h"

#include <gtest/gtest.h>

#include "compiler/test_module.h"

namespace wherry::compiler {
namespace {

MemoryImages images_of(const std::string& wat) {
  TestModule test = module_of(wat);
  Result<MemoryImages> images = build_memory_images(test.module);
  EXPECT_TRUE(images) << images.error().message;
  return *images;
}

TEST(MemoryImage, HoldsWhatSegmentsWouldWrite) {
  MemoryImages images = images_of(R"((module (memory 2)
      (data (i32.const 5000) "abc") (data (i32.const 5001) "X")))");
  EXPECT_EQ(images.images[0].address, 4096u);
  ASSERT_EQ(images.images[0].bytes.size(), 4096u);
  EXPECT_EQ(as_text(images.images[0].bytes).substr(5000 - 4096, 3), "aXc");  // the later one wins
  EXPECT_EQ(images.is_in_image, (std::vector<bool>{true, true}));
}

TEST(MemoryImage, SpansPages) {
  MemoryImages images = images_of(R"((module (memory 1)
      (data (i32.const 4095) "ab") (data (i32.const 9000) "c")))");
  EXPECT_EQ(images.images[0].address, 0u);
  EXPECT_EQ(images.images[0].bytes.size(), 3 * 4096u);
}

TEST(MemoryImage, IsTrimmedOfZeroPages) {
  MemoryImages images = images_of(R"((module (memory 1)
      (data (i32.const 0) "\00\00") (data (i32.const 4096) "a") (data (i32.const 8192) "\00")))");
  EXPECT_EQ(images.images[0].address, 4096u);
  EXPECT_EQ(images.images[0].bytes.size(), 4096u);
}

TEST(MemoryImage, OfZerosIsNone) {
  MemoryImages images = images_of(R"((module (memory 1) (data (i32.const 9000) "\00\00")))");
  EXPECT_TRUE(images.images[0].bytes.empty());
  EXPECT_TRUE(images.is_in_image[0]);
}

TEST(MemoryImage, TakesSegmentsThatEndWithTheMemory) {
  EXPECT_TRUE(images_of(R"((module (memory 1) (data (i32.const 65535) "a")))").is_in_image[0]);
  EXPECT_TRUE(images_of(R"((module (memory 1) (data (i32.const 65536) "")))").is_in_image[0]);
}

TEST(MemoryImage, TakesSegmentsAt64BitOffsets) {
  EXPECT_TRUE(images_of(R"((module (memory i64 1) (data (i64.const 4096) "a")))").is_in_image[0]);
  // The size in bytes would be 2^64.
  EXPECT_TRUE(images_of(R"((module (memory i64 0x1000000000000)
      (data (i64.const 0x100000000) "a")))")
                  .is_in_image[0]);
}

TEST(MemoryImage, LeavesWhatCannotBeKnownAhead) {
  struct Case {
    const char* name;
    const char* wat;
  };
  const Case cases[] = {
      {"out of bounds", R"((module (memory 1) (data (i32.const 65535) "ab")))"},
      {"empty beyond the end", R"((module (memory 1) (data (i32.const 65537) "")))"},
      {"sum overflows", R"((module (memory i64 1) (data (i64.const -1) "ab")))"},
      {"negative offset", R"((module (memory 1) (data (i32.const -1) "a")))"},
      {"no memory at all", R"((module (memory 0) (data (i32.const 0) "a")))"},
      {"offset from outside",
       R"((module (import "e" "g" (global i32)) (memory 1) (data (global.get 0) "a")))"},
      {"imported memory", R"((module (import "e" "m" (memory 1)) (data (i32.const 0) "a")))"},
      {"far apart",
       R"((module (memory 100) (data (i32.const 0) "a") (data (i32.const 6000000) "b")))"},
      {"an imported table is filled before",
       R"((module (import "e" "t" (table 1 funcref)) (memory 1) (func $f) (elem (i32.const 0) $f)
           (data (i32.const 0) "a")))"},
      {"passive", R"((module (memory 1) (data "a")))"},
  };
  for (const Case& test : cases) {
    MemoryImages images = images_of(test.wat);
    EXPECT_TRUE(images.images[0].bytes.empty()) << test.name;
    EXPECT_FALSE(images.is_in_image[0]) << test.name;
  }
}

// The order of segments counts: a failing one must find those before it written, those behind it
// not.
TEST(MemoryImage, LeavesAllSegmentsOfAMemoryForOne) {
  MemoryImages images = images_of(R"((module (memory 1)
      (data (i32.const 0) "a") (data (i32.const 65536) "b")))");
  EXPECT_EQ(images.is_in_image, (std::vector<bool>{false, false}));
}

}  // namespace
}  // namespace wherry::compiler
