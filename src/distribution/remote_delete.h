// Takes what a reference names out of a registry (OCI distribution 1.1, end-9).
#pragma once

#include "distribution/registry_session.h"
#include "oci/reference.h"
#include "support/result.h"

namespace wherry::distribution {

// With a digest: the manifest, and with it all its tags. With a tag: the tag alone, where the
// registry can do that; never the manifest, which others may use. Errors: Unsupported when the
// registry deletes nothing, or no tags; NotFound, Denied.
Result<> delete_remote(RegistrySession& session, const oci::Reference& reference);

}  // namespace wherry::distribution
