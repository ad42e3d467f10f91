// Where the bytes of a blob come from that is sent to a registry.
#pragma once

#include <memory>
#include <optional>
#include <span>

#include "oci/file_hash.h"
#include "oci/image_store.h"

namespace wherry::oci {

// One thread at a time.
class BlobSource {
 public:
  virtual ~BlobSource() = default;
  // Fills `into` with the bytes from `offset` on, at least one, and says how many; `offset` is
  // below the blob's size, and may go back. The last bytes are given only when all of them have the
  // blob's digest. Errors: Malformed (another digest), Io, and those of the network where it comes
  // from there.
  virtual Result<size_t> read(uint64_t offset, std::span<std::byte> into) = 0;
};

// Hashed while it is read, on a thread of its own.
class StoredBlob : public BlobSource {
 public:
  // Errors: NotFound; Malformed when the store's file has another size.
  static Result<std::unique_ptr<BlobSource>> open(const ImageStore& store, const Descriptor& blob);

  Result<size_t> read(uint64_t offset, std::span<std::byte> into) override;

 private:
  StoredBlob(Fd fd, const Descriptor& blob);

  Fd fd_;
  Descriptor blob_;
  FileHash hash_;
  bool is_checked_ = false;
};

}  // namespace wherry::oci
