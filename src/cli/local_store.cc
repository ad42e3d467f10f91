#include "cli/local_store.h"

#include "support/install_paths.h"

namespace wherry::cli {

Result<oci::ImageStore> open_store() { return oci::ImageStore::open(TRY(image_store_path())); }

std::string format_size(uint64_t size_bytes) {
  if (size_bytes < 1000) return fmt::format("{} B", size_bytes);
  if (size_bytes < 1000 * 1000) return fmt::format("{} KB", size_bytes / 1000);
  return fmt::format("{:.1f} MB", static_cast<double>(size_bytes) / 1e6);
}

}  // namespace wherry::cli
