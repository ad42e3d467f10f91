// A blob's way to a registry (OCI distribution 1.1). end-2 asks whether it is there; end-11 takes
// it from another repository of the registry; a small one goes with end-4a and end-6, a larger one
// in chunks with end-5, so that what broke off goes on where the registry says it is (end-13). A
// registry that has forgotten the upload gets all of it again.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "distribution/blob_source.h"
#include "distribution/registry_session.h"
#include "distribution/transfer.h"

namespace wherry::distribution {

struct BlobUpload {
  oci::Descriptor blob;
  // Called when the registry wants the bytes.
  std::function<Result<std::unique_ptr<BlobSource>>()> open_source;
  std::string mount_from = {};  // a repository of the same registry that may have it; or empty
  BlobStep moving = BlobStep::Uploading;  // what is told meanwhile, and in the end
  BlobStep moved = BlobStep::Uploaded;
};

// Sends a blob to `target`'s repository, unless it is there. Errors: Denied, Unavailable (also
// after too many attempts), Malformed (no registry), as the registry says; those of the source.
Result<> upload_blob(RegistrySession& session, const BlobUpload& upload,
                     const oci::Reference& target, const TransferOptions& options);

}  // namespace wherry::distribution
