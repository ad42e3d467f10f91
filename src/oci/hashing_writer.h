// Writes a file and computes its SHA-256, at the pace of a network: who brings the bytes only
// copies them.
//
//   write() -> blocks in memory, a ring of four -> a thread that hashes
//                                              \-> a thread that writes
//
// Blocks go to the disk past the page cache (O_DIRECT) where the file system can do that. Through
// it, each 100 MB cost 60 ms of a processor, and most of them are on their way to the disk only
// when the last has come, for the fsync to wait for. What is given up: who reads the file next
// reads it from the disk. Content of less than a block is written and hashed by finish(), without
// threads.
#pragma once

#include <memory>

#include "support/bytes.h"
#include "support/digest.h"
#include "support/result.h"

namespace wherry::oci {

// One thread at a time.
class HashingWriter {
 public:
  // `fd` is borrowed: an empty file, open for writing.
  explicit HashingWriter(int fd);
  ~HashingWriter();
  HashingWriter(HashingWriter&&) noexcept;
  HashingWriter& operator=(HashingWriter&&) = delete;

  // Appends; some of it may still be in memory afterwards. Errors: Io, also for what was written
  // before.
  Result<> write(ByteSpan bytes);
  // All of it is in the file; fsync is the caller's. At most once, and nothing but destruction
  // afterwards. Errors: Io.
  Result<Digest> finish();

 private:
  class Pipeline;
  std::unique_ptr<Pipeline> pipeline_;
};

}  // namespace wherry::oci
