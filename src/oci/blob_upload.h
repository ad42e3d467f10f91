// A blob's way to a registry (OCI distribution 1.1: end-2 asks for it, end-4a and end-6 send it).
#pragma once

#include <functional>
#include <string_view>

#include "oci/image_store.h"
#include "oci/registry_session.h"

namespace wherry::oci {

// Told what is done with each blob: "uploading", "there already", "downloading". May be empty.
using BlobListener = std::function<void(std::string_view what, const Descriptor& blob)>;

// Sends a blob of the store to `target`'s repository, unless it is there.
// Errors: Denied, Unavailable, Malformed (no registry, or damage in the store), as the registry
// says.
Result<> upload_blob(RegistrySession& session, const ImageStore& store, const Descriptor& blob,
                     const Reference& target, const BlobListener& tell);

}  // namespace wherry::oci
