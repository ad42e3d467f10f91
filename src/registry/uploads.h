// Uploads in progress: each a file, whose size is how far it has come, so that it can be gone on
// with after a broken connection and after a restart. The digest is computed while bytes arrive;
// only of an upload that was begun before a restart is the file read once more.
#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "registry/names.h"
#include "registry/refusal.h"
#include "registry/repository.h"
#include "registry/storage.h"
#include "support/digest.h"

namespace wherry::registry {

class Uploads;

// One that the holder alone may go on with. One thread at a time; does not outlive its Uploads.
class Upload {
 public:
  ~Upload();

  uint64_t size_bytes() const { return size_bytes_; }
  // Refused: 413 beyond the limit of a blob, 507 without space; what was appended before stays.
  Answer<> append(ByteSpan bytes);
  // Back to a size that it has had.
  Answer<> truncate(uint64_t size_bytes);
  // Makes it the content `digest`, and a blob of that repository.
  // Refused: 400 DIGEST_INVALID where it is not; it is removed then.
  Answer<> finish(const Digest& digest, Repository& names);
  Answer<> remove();

 private:
  friend class Uploads;
  Upload(Uploads& uploads, std::string file_name)
      : uploads_(uploads), file_name_(std::move(file_name)) {}
  Answer<Digest> compute_digest();
  void mark_gone();

  Uploads& uploads_;
  std::string file_name_;
  Fd file_;
  uint64_t size_bytes_ = 0;
  uint64_t written_back_ = 0;          // so far the kernel was told to write to the disk
  std::unique_ptr<Sha256> hash_ = {};  // of the whole file; none where it was not followed
  bool is_gone_ = false;               // finished or removed
};

// Thread-safe. Borrows the storage.
class Uploads {
 public:
  // Errors: what is there cannot be listed.
  static Result<std::unique_ptr<Uploads>> open(Storage& storage, uint64_t blob_bytes_max);

  // A new one, and its name, which nobody can guess.
  // Refused: 429 where too many are open and none of them is idle.
  Answer<std::string> begin(const RepositoryName& repository);

  // For going on with it. Who held it until now (most likely a connection that broke, which nobody
  // has told us) is interrupted by the function it gave, and waited for.
  // Refused: 404 BLOB_UPLOAD_UNKNOWN; 409 where the holder does not let go.
  Answer<std::unique_ptr<Upload>> claim(const RepositoryName& repository, const std::string& id,
                                        std::function<void()> interrupt);

  Answer<uint64_t> size_bytes(const RepositoryName& repository, const std::string& id) const;

  // Those that nobody has gone on with for too long. Called now and then.
  Result<> remove_expired();

 private:
  friend class Upload;
  struct Entry {
    bool is_held = false;
    std::function<void()> interrupt = {};
    std::unique_ptr<Sha256> hash = {};
    uint64_t hashed_bytes = 0;
  };

  Uploads(Storage& storage, uint64_t blob_bytes_max)
      : storage_(storage), blob_bytes_max_(blob_bytes_max) {}
  fs::path path(const std::string& file_name) const {
    return storage_.uploads_folder() / file_name;
  }
  Answer<> make_room();
  Result<> remove_idle(const std::string& file_name);
  Answer<> open_claimed(Upload& upload);
  void release(Upload& upload);

  Storage& storage_;
  const uint64_t blob_bytes_max_;
  mutable std::mutex mutex_;  // of everything below
  std::condition_variable released_;
  std::map<std::string, Entry> entries_;  // by file name; those that are held or hashed
  size_t open_count_ = 0;                 // files in the folder
};

}  // namespace wherry::registry
