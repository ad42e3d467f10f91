#include "oci/hashing_writer.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <string>

#include "support/file.h"

namespace wherry::oci {
namespace {

// A file that is gone when the test ends, on a disk (which takes O_DIRECT) or in memory.
class HashingWriterTest : public ::testing::TestWithParam<const char*> {
 protected:
  HashingWriterTest() {
    std::string pattern = std::string(GetParam()) + "/wherry-writer.XXXXXX";
    fd_.reset(::mkostemp(pattern.data(), O_CLOEXEC));
    path_ = pattern;
  }
  ~HashingWriterTest() override { ::unlink(path_.c_str()); }

  Fd fd_;
  fs::path path_;
};

Bytes pattern(size_t size_bytes) {
  Bytes bytes(size_bytes);
  for (size_t i = 0; i < size_bytes; i++) bytes[i] = static_cast<std::byte>(i * 31 >> 3);
  return bytes;
}

constexpr size_t kBlock = 1024 * 1024;

TEST_P(HashingWriterTest, WritesAndHashesWhateverTheSize) {
  for (size_t size : {size_t{0}, size_t{1}, size_t{300'000}, kBlock - 1, kBlock, kBlock + 1,
                      17 * kBlock, 17 * kBlock + 5000}) {
    const Bytes bytes = pattern(size);
    ASSERT_EQ(::ftruncate(fd_.get(), 0), 0);
    HashingWriter writer(fd_.get(), size % 2 == 0 ? size : 0);
    for (size_t at = 0, piece = 1; at < size; at += piece, piece = piece * 2 % 777'777 + 1)
      ASSERT_TRUE(writer.write(ByteSpan(bytes).subspan(at).first(std::min(piece, size - at))));
    Result<Digest> digest = writer.finish();
    ASSERT_TRUE(digest) << digest.error().message;
    EXPECT_EQ(*digest, sha256(bytes)) << size;
    Result<Bytes> found = read_file(path_, {.size_bytes_max = size + 1});
    ASSERT_TRUE(found);
    EXPECT_TRUE(*found == bytes) << size;
  }
}

TEST_P(HashingWriterTest, TakesWhatIsInItsRoomAlready) {
  const Bytes bytes = pattern(17 * kBlock + 5000);
  HashingWriter writer(fd_.get(), bytes.size());
  for (size_t at = 0, piece = 1; at < bytes.size(); piece = piece * 2 % 777'777 + 1) {
    const std::span<std::byte> room = writer.room().value();
    ASSERT_FALSE(room.empty());
    // Of every other piece the beginning was there before, and is passed over.
    const size_t known = std::min({at, piece % 2 * 1000, room.size() - 1});
    const size_t count = std::min({known + piece, room.size(), known + bytes.size() - at});
    std::ranges::copy(ByteSpan(bytes).subspan(at - known, count), room.begin());
    ASSERT_TRUE(writer.write(room.first(count).subspan(known)));
    at += count - known;
  }
  Result<Digest> digest = writer.finish();
  ASSERT_TRUE(digest) << digest.error().message;
  EXPECT_EQ(*digest, sha256(bytes));
  EXPECT_TRUE(read_file(path_, {.size_bytes_max = bytes.size()}).value() == bytes);
}

TEST_P(HashingWriterTest, MayBeAbandoned) {
  const Bytes bytes = pattern(3 * kBlock + 1);
  HashingWriter writer(fd_.get(), UINT64_MAX);
  EXPECT_TRUE(writer.write(bytes));
}

TEST_P(HashingWriterTest, SaysWhatWentWrong) {
  struct rlimit before;
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  auto* handler = std::signal(SIGXFSZ, SIG_IGN);
  struct rlimit small = before;
  small.rlim_cur = 2 * kBlock + 100;
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  const Bytes bytes = pattern(kBlock);
  {
    HashingWriter writer(fd_.get(), UINT64_MAX);
    Result<> written;
    for (int i = 0; i < 20 && written; i++) written = writer.write(bytes);
    ASSERT_FALSE(written);
    EXPECT_EQ(written.error().code, ErrorCode::Io);
    EXPECT_FALSE(writer.finish());
  }
  ASSERT_EQ(::ftruncate(fd_.get(), 0), 0);
  HashingWriter writer(fd_.get(), UINT64_MAX);
  EXPECT_TRUE(writer.write(bytes) && writer.write(bytes) &&
              writer.write(ByteSpan(bytes).first(200)));
  EXPECT_FALSE(writer.finish());
  ::setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
}

INSTANTIATE_TEST_SUITE_P(Folders, HashingWriterTest, ::testing::Values("/tmp", "/dev/shm"),
                         [](const auto& folder) { return folder.index == 0 ? "disk" : "memory"; });

}  // namespace
}  // namespace wherry::oci
