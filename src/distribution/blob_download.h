// A blob's way from a registry (OCI distribution 1.1, end-2). A connection that is cut is taken up
// where it broke off (Range, RFC 9110 §14.2); a registry that knows no ranges sends everything
// again, and what was there already is passed over.
#pragma once

#include <functional>

#include "distribution/registry_session.h"
#include "distribution/transfer.h"
#include "oci/image_store.h"

namespace wherry::distribution {

// One blob of a registry, taken in pieces and in order, over as many exchanges as it needs. It does
// not look at the content: sizes and digests are the taker's to check. One thread at a time.
class BlobStream {
 public:
  // `session` and what `source` names outlive it.
  BlobStream(RegistrySession& session, const oci::Reference& source, const oci::Descriptor& blob,
             const TransferOptions& options);

  using Take = std::function<Result<>(ByteSpan)>;
  using Room = std::function<Result<std::span<std::byte>>()>;
  // Gives `take` the bytes from `offset` to the end; where there is `room`, they may have been put
  // there before (HttpRequest::room). Errors: NotFound, Denied, Unavailable (also after too many
  // attempts), Malformed (another range than was asked for), and those of `take` and `room`.
  Result<> read(uint64_t offset, const Take& take, const Room& room = {});

 private:
  Result<HttpResponse> attempt(uint64_t offset, const Take& take, const Room& room);

  RegistrySession& session_;
  std::string url_;
  uint64_t size_bytes_;
  TransferOptions options_;
  uint64_t position_ = 0;  // where the next byte that `take` gets belongs
};

// Fetches a blob of `source`'s repository, and holds it to its size and digest as it comes. It is
// in the store only when ImageStore::adopt puts it there. Errors: as BlobStream; Malformed (a wrong
// digest); Io.
Result<oci::BlobWriter> download_blob(RegistrySession& session, oci::ImageStore& store,
                                      const oci::Descriptor& blob, const oci::Reference& source,
                                      const TransferOptions& options);

}  // namespace wherry::distribution
