// The SHA-256 of a file while it is read for something else, computed on a thread of its own:
// hashing 100 MB takes some 50 to 400 ms of a processor, which the thread that waits for the
// network must not spend in between. What is hashed is read back from the file (from the page
// cache), so that nothing is handed over and memory stays small, however far the hash is behind.
#pragma once

#include <cstdint>
#include <memory>

#include "support/digest.h"
#include "support/result.h"

namespace wherry::oci {

// One thread at a time.
class FileHash {
 public:
  // `fd` is borrowed, and read with pread.
  explicit FileHash(int fd);
  ~FileHash();
  FileHash(FileHash&&) noexcept;
  FileHash& operator=(FileHash&&) = delete;

  // The file's first `size_bytes` bytes are there and stay as they are. Never fewer than before.
  void advance(uint64_t size_bytes);
  // Of all bytes that are there; waits. At most once, and nothing but destruction afterwards.
  // Errors: Io.
  Result<Digest> finish();

 private:
  class Follower;
  std::unique_ptr<Follower> follower_;
};

}  // namespace wherry::oci
