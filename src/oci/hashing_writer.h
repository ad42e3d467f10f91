// Writes a file and computes its SHA-256, at the pace of a network: who brings the bytes only
// copies them, or not even that.
//
//   room(), write() -> a ring in memory -> a thread that hashes
//                                      \-> a thread that writes, and syncs what is written
//
// What goes to the disk goes past the page cache (O_DIRECT) where the file system can do that.
// Through it, each 100 MB cost 60 ms of a processor, and most of them are on their way to the disk
// only when the last has come, for the sync to wait for. What is given up: who reads the file next
// reads it from the disk. The ring lies in huge pages where there are any, which makes a direct
// write of a block one segment instead of 256: a tenth of the time that a pull of 100 MB takes.
// Little content is written and hashed by finish(), without threads.
#pragma once

#include <cstdint>
#include <memory>

#include "support/bytes.h"
#include "support/digest.h"
#include "support/result.h"

namespace wherry::oci {

// One thread at a time.
class HashingWriter {
 public:
  // `fd` is borrowed: an empty file, open for writing. Of more than a few MiB that are expected, 8
  // MiB are in memory; the number is a hint, and any other may come.
  HashingWriter(int fd, uint64_t expected_bytes);
  ~HashingWriter();
  HashingWriter(HashingWriter&&) noexcept;
  HashingWriter& operator=(HashingWriter&&) = delete;

  // Appends; some of it may still be in memory afterwards. Errors: Io, also for what was written
  // before.
  Result<> write(ByteSpan bytes);
  // Where the next bytes will lie, at least one of them: write() does not copy what is there
  // already, a beginning of it. Valid until the next call of anything. Errors: as write().
  Result<std::span<std::byte>> room();
  // All of it is on the disk (fsync). At most once, and nothing but destruction afterwards.
  // Errors: Io.
  Result<Digest> finish();

 private:
  class Pipeline;
  std::unique_ptr<Pipeline> pipeline_;
};

}  // namespace wherry::oci
