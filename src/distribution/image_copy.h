// Copies an image from one registry to another, or within one, without unpacking it and without the
// store: manifests byte for byte, blobs mounted where both are one registry, and streamed through
// otherwise.
#pragma once

#include "distribution/referrers.h"
#include "distribution/registry_session.h"
#include "distribution/transfer.h"
#include "support/digest.h"

namespace wherry::distribution {

struct CopyPlace {
  RegistrySession& session;
  oci::Reference reference;
};

struct CopyOptions {
  BlobListener on_blob = {};
  NoteListener on_note = {};  // of what belongs to an image: what was passed over. May be empty.
  bool leaves_referrers = false;
};

// Copies what `source` names, an index with everything in it, and names it as `target` does; then
// what belongs to it, and to that (a signed SBOM). Returns its digest, which stays what it was. Any
// image can be copied, whatever is in it. Errors: NotFound, Denied, Unavailable, Malformed (a wrong
// digest), as the registries say.
Result<Digest> copy_image(const CopyPlace& source, const CopyPlace& target,
                          const CopyOptions& options);

}  // namespace wherry::distribution
