#include "oci/file_hash.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <vector>

#include "support/bytes.h"
#include "support/file.h"

namespace wherry::oci {
namespace {

// A file that is gone when the test ends.
class FileHashTest : public ::testing::Test {
 protected:
  FileHashTest() : file_(std::tmpfile()) {}
  ~FileHashTest() override { std::fclose(file_); }
  int fd() { return ::fileno(file_); }

  std::FILE* file_;
};

Bytes pattern(size_t size_bytes) {
  Bytes bytes(size_bytes);
  for (size_t i = 0; i < size_bytes; i++) bytes[i] = static_cast<std::byte>(i * 31 >> 3);
  return bytes;
}

TEST_F(FileHashTest, IsTheFilesDigestWhateverItsSize) {
  for (size_t size : std::initializer_list<size_t>{0, 1, 1000, 300'000, 5'000'000}) {
    Bytes content = pattern(size);
    ASSERT_EQ(::ftruncate(fd(), 0), 0);
    ASSERT_EQ(::lseek(fd(), 0, SEEK_SET), 0);
    FileHash hash(fd());
    for (size_t at = 0; at < size; at += 10'000) {
      ASSERT_TRUE(write_all(
          fd(), ByteSpan(content).subspan(at).first(std::min<size_t>(10'000, size - at))));
      hash.advance(std::min<size_t>(at + 10'000, size));
    }
    Result<Digest> digest = hash.finish();
    ASSERT_TRUE(digest);
    EXPECT_EQ(*digest, sha256(content)) << size;
  }
}

TEST_F(FileHashTest, SaysWhenTheFileIsShorterThanPromised) {
  ASSERT_TRUE(write_all(fd(), pattern(1000)));
  FileHash hash(fd());
  hash.advance(2'000'000);
  EXPECT_FALSE(hash.finish());
}

TEST_F(FileHashTest, MayBeAbandoned) {
  ASSERT_EQ(::ftruncate(fd(), 1 << 30), 0);
  FileHash hash(fd());
  hash.advance(1 << 30);
}

}  // namespace
}  // namespace wherry::oci
