// The SHA-256 of a module's file, which names its artifact. Computed once for a file and then
// remembered, since it costs 0.6 ms for each MiB and a start takes as long: in a symbolic link
// that points nowhere, because that is read and written with one system call each.
//
//   <folder>/digest.<device, hex>.<inode, hex> -> "<size>.<mtime, ns>.<ctime, ns>.<64 hex digits>"
//
// A file is taken for unchanged while its size and both its times are what they were; every write
// sets them, and the second cannot be set by hand. As times advance in steps, only a file that was
// last changed a while ago is remembered. What escapes: bytes that are written through a mapping
// long after that mapping's first write, until the system notes it (30 s on disks).
#pragma once

#include "support/digest.h"
#include "support/file.h"
#include "support/result.h"

namespace wherry::runtime {

// `folder` must be the user's own, as that of the artifacts. Errors: as map_file. What cannot be
// remembered is computed again.
Result<Digest> digest_module_file(const fs::path& file, const fs::path& folder,
                                  const ReadOptions& options);

}  // namespace wherry::runtime
