// The registry's folder as a whole: who may use it, what is in it, how much.
// docs/formats/registry.md describes it. Contents lie once, under their digests; repositories
// (repository.h) hold names that refer to them; uploads (uploads.h) become contents by renaming. No
// index and no database: every fact is a file of its own, so there is nothing to recover after a
// crash.
#pragma once

#include <atomic>
#include <memory>
#include <optional>

#include "registry/disk.h"
#include "registry/name_locks.h"
#include "registry/names.h"
#include "support/digest.h"

namespace wherry::registry {

struct StorageOptions {
  bool read_only = false;  // makes no folder, and shares it with others who only read
  bool create = true;      // where there is none
  std::optional<uint64_t> size_bytes_max = {};  // of contents and uploads together
};

// Thread-safe.
class Storage {
 public:
  // Takes the folder for this process; what a killed one left half-written is removed.
  // Errors: Unavailable where another process has it; Invalid where the folder is somebody else's;
  // NotFound.
  static Result<std::unique_ptr<Storage>> open(const fs::path& root, const StorageOptions& options);

  NameLocks& locks() { return locks_; }
  bool is_read_only() const { return options_.read_only; }
  fs::path contents_folder() const { return root_ / "blobs" / "sha256"; }
  fs::path repositories_folder() const { return root_ / "repositories"; }
  fs::path uploads_folder() const { return root_ / "uploads"; }

  fs::path content_path(const Digest& digest) const { return contents_folder() / digest.hex(); }
  fs::path repository_folder(const RepositoryName& name) const {
    return repositories_folder() / name.text();
  }

  bool has_content(const Digest& digest) const;
  // nullopt where there is none. Its bytes were hashed when they came.
  Result<std::optional<Content>> find_content(const Digest& digest) const;
  // These two with the content's mutex held, until it has its name (name_locks.h). Small ones,
  // from memory; the space is taken here.
  Result<> add_content(const Digest& digest, ByteSpan bytes);
  // Takes over a file of this file system which is synced, whose bytes have that digest, and whose
  // space is taken already.
  Result<> adopt_content(const Digest& digest, const fs::path& file, uint64_t size_bytes);
  // Error where it is not there.
  Result<> remove_content(const Digest& digest);

  // A small file, whole or not there (disk.h).
  Result<> write_record(const fs::path& path, std::string_view text);

  // Errors: Unavailable, naming --size-max, where the limit would be passed.
  Result<> take_space(uint64_t size_bytes);
  void give_space_back(uint64_t size_bytes);

 private:
  Storage(const fs::path& root, const StorageOptions& options) : root_(root), options_(options) {}
  Result<> prepare();
  Result<> lock();
  Result<> count_space();
  fs::path temporary_path();

  NameLocks locks_;
  fs::path root_;
  StorageOptions options_;
  Fd lock_;  // held as long as it is open
  std::atomic<uint64_t> used_bytes_ = 0;
  std::atomic<uint64_t> temporaries_ = 0;
};

}  // namespace wherry::registry
