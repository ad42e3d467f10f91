// What the verbs about the local store share.
#pragma once

#include <cstdint>
#include <string>

#include "oci/image_store.h"
#include "support/result.h"

namespace wherry::cli {

// The user's, made where it is missing.
Result<oci::ImageStore> open_store();

// Bytes as people read them: "36 KB", "1.4 MB" (powers of ten, as registries count).
std::string format_size(uint64_t size_bytes);

}  // namespace wherry::cli
