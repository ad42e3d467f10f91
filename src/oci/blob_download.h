// A blob's way from a registry (OCI distribution 1.1, end-2).
#pragma once

#include "oci/image_store.h"
#include "oci/registry_session.h"

namespace wherry::oci {

// Fetches a blob of `source`'s repository, and holds it to its size and digest as it comes. It is
// in the store only when ImageStore::adopt puts it there.
// Errors: NotFound, Denied, Unavailable; Malformed (a wrong digest); Io.
Result<BlobWriter> download_blob(RegistrySession& session, ImageStore& store,
                                 const Descriptor& blob, const Reference& source);

}  // namespace wherry::oci
