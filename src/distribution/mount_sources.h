// Which blobs need not be sent, because another repository of the registry has them.
#pragma once

#include <map>
#include <string>

#include "oci/image_store.h"
#include "oci/reference.h"

namespace wherry::distribution {

// For blobs of images that the store knows by names of `target`'s registry: the repository to mount
// each from (OCI distribution 1.1, end-11). A registry that does not have them there says so, and
// gets them sent.
std::map<Digest, std::string> mount_sources(const oci::ImageStore& store,
                                            const oci::Reference& target);

}  // namespace wherry::distribution
