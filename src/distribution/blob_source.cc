#include "distribution/blob_source.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace wherry::distribution {

static std::unexpected<Error> damaged(const oci::Descriptor& blob) {
  return fail(ErrorCode::Malformed,
              "blob {} is damaged in the store (remove the image and pull or build it again)",
              blob.digest.to_string());
}

StoredBlob::StoredBlob(Fd fd, const oci::Descriptor& blob)
    : fd_(std::move(fd)), blob_(blob), hash_(fd_.get()) {
  hash_.advance(blob.size_bytes);
}

Result<std::unique_ptr<BlobSource>> StoredBlob::open(const oci::ImageStore& store,
                                                     const oci::Descriptor& blob) {
  Fd fd = TRY(open_file(store.blob_path(blob.digest)));
  struct stat status;
  if (::fstat(fd.get(), &status) != 0)
    return std::unexpected(system_error(errno, "reading a blob of the store"));
  if (!S_ISREG(status.st_mode) || static_cast<uint64_t>(status.st_size) != blob.size_bytes)
    return damaged(blob);
  return std::unique_ptr<BlobSource>(new StoredBlob(std::move(fd), blob));
}

Result<size_t> StoredBlob::read(uint64_t offset, std::span<std::byte> into) {
  ssize_t count;
  do {
    count = ::pread(fd_.get(), into.data(), into.size(), static_cast<off_t>(offset));
  } while (count < 0 && errno == EINTR);
  if (count < 0) return std::unexpected(system_error(errno, "reading a blob of the store"));
  if (count == 0) return damaged(blob_);
  if (offset + static_cast<uint64_t>(count) == blob_.size_bytes && !is_checked_) {
    if (TRY(hash_.finish()) != blob_.digest) return damaged(blob_);
    is_checked_ = true;
  }
  return static_cast<size_t>(count);
}

}  // namespace wherry::distribution
