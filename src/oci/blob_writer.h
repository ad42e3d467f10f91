// A blob on its way into a store: written to a temporary file, hashed as it passes, and held to its
// descriptor's size and digest. Nothing of it is in the store before ImageStore::adopt publishes
// it; destroyed before that, it leaves nothing.
//
// The temporary file lies in the store's folder "staging" and is locked (flock) while its writer
// lives, so that whoever next changes the store can tell the leavings of a killed process from the
// work of a living one.
#pragma once

#include <utility>

#include "oci/hashing_writer.h"
#include "oci/manifest.h"
#include "support/bytes.h"
#include "support/digest.h"
#include "support/file.h"
#include "support/result.h"

namespace wherry::oci {

class BlobWriter {
 public:
  // `staging` is on the store's file system and exists.
  static Result<BlobWriter> create(const fs::path& staging, const Descriptor& expected);
  // For content of our own making: finish() says what its digest and size are.
  static Result<BlobWriter> create_unnamed(const fs::path& staging, std::string_view media_type);
  ~BlobWriter();
  BlobWriter(BlobWriter&& other) noexcept;
  BlobWriter& operator=(BlobWriter&&) = delete;

  // Errors: Malformed when more comes than the descriptor says; Io, also for what came before.
  Result<> write(ByteSpan bytes);
  // HashingWriter's. Errors: Io, also for what came before.
  Result<std::span<std::byte>> room();
  // Ends the stream, with all of it on the disk; at most once. Errors: Malformed when size or
  // digest are not the descriptor's; Io.
  Result<> finish();

  const Descriptor& descriptor() const { return expected_; }
  uint64_t written_bytes() const { return written_bytes_; }
  // What was written, once it is finished. Errors: Invalid beyond `size_bytes_max`; Io.
  Result<Bytes> content(uint64_t size_bytes_max) const;
  // Where it can be read meanwhile; empty once published.
  const fs::path& path() const { return temporary_; }
  // Moves the finished file to `destination`, in one step. The folder's fsync is the caller's.
  Result<> publish(const fs::path& destination);

 private:
  BlobWriter(Fd fd, fs::path temporary, const Descriptor& expected)
      : fd_(std::move(fd)),
        temporary_(std::move(temporary)),
        expected_(expected),
        content_(fd_.get(), expected.size_bytes) {}

  Fd fd_;
  fs::path temporary_;  // empty once published
  Descriptor expected_;
  HashingWriter content_;
  uint64_t written_bytes_ = 0;
  bool names_itself_ = false;  // what is expected is what comes
  bool finished_ = false;
};

}  // namespace wherry::oci
