// Digests of what lies in a store outside of memory: one file, or a folder of them. In pieces, so
// that memory stays small and no mapping faults when a disk cannot be read.
#pragma once

#include "support/digest.h"
#include "support/file.h"

namespace wherry::oci {

// Errors: NotFound, Denied; Io; also where the last part of the path is a link.
Result<Digest> file_digest(const fs::path& path);

// Of every name below `folder`, in the order of their bytes, with what it is: a folder, a file of
// this content, a link to there. Modes and times are left out. Errors: as above; Malformed for what
// is none of the three.
Result<Digest> tree_digest(const fs::path& folder);

}  // namespace wherry::oci
