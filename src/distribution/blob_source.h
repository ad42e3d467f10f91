// Where the bytes of a blob come from that is sent to a registry.
#pragma once

#include <memory>
#include <optional>
#include <span>

#include "oci/file_hash.h"
#include "oci/image_store.h"

namespace wherry::distribution {

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
  static Result<std::unique_ptr<BlobSource>> open(const oci::ImageStore& store,
                                                  const oci::Descriptor& blob);

  Result<size_t> read(uint64_t offset, std::span<std::byte> into) override;

 private:
  StoredBlob(Fd fd, const oci::Descriptor& blob);

  Fd fd_;
  oci::Descriptor blob_;
  oci::FileHash hash_;
  bool is_checked_ = false;
};

}  // namespace wherry::distribution
