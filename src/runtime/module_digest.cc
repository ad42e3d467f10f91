#include "runtime/module_digest.h"

#include <sys/stat.h>

#include "support/file_fact.h"

namespace wherry::runtime {

Result<Digest> digest_module_file(const fs::path& file, const fs::path& folder,
                                  const ReadOptions& options) {
  struct stat status{};
  if (stat(file.c_str(), &status) != 0) return sha256(TRY(map_file(file, options)).bytes());
  FileFact fact(file, folder / fmt::format("digest.{:x}.{:x}", status.st_dev, status.st_ino));
  if (auto hex = fact.recall())
    if (auto digest = parse_digest("sha256:" + *hex)) return *digest;
  Digest digest = sha256(TRY(map_file(file, options)).bytes());
  fact.remember(digest.hex());
  return digest;
}

}  // namespace wherry::runtime
