// A blob of one registry as the source of an upload to another: it is fetched on a thread of its
// own while it is sent, and a few MiB of it are in memory.
#pragma once

#include <memory>

#include "distribution/blob_source.h"
#include "distribution/registry_session.h"
#include "distribution/transfer.h"

namespace wherry::distribution {

// One thread at a time.
class RemoteBlob : public BlobSource {
 public:
  // `session` outlives it.
  RemoteBlob(RegistrySession& session, const oci::Reference& source, const oci::Descriptor& blob,
             const TransferOptions& options);
  ~RemoteBlob() override;

  // Going back fetches again from there. Errors: also as BlobStream.
  Result<size_t> read(uint64_t offset, std::span<std::byte> into) override;

 private:
  class Fetch;
  Result<> check(uint64_t offset, ByteSpan bytes);

  RegistrySession& session_;
  oci::Reference source_;
  oci::Descriptor blob_;
  TransferOptions options_;
  std::unique_ptr<Fetch> fetch_;
  uint64_t position_ = 0;  // of the byte that fetch_ gives next
  Sha256 hash_;
  uint64_t hashed_bytes_ = 0;
  bool is_checked_ = false;
};

// All of a small blob, held to its digest. Errors: Invalid beyond `size_bytes_max`; as BlobStream.
Result<Bytes> fetch_blob(RegistrySession& session, const oci::Reference& source,
                         const oci::Descriptor& blob, uint64_t size_bytes_max);

}  // namespace wherry::distribution
