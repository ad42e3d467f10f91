#include "oci/blob_writer.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

namespace wherry::oci {

Result<BlobWriter> BlobWriter::create(const fs::path& staging, const Descriptor& expected) {
  while (true) {
    std::string temporary = (staging / "blob.XXXXXX").string();
    int fd = ::mkostemp(temporary.data(), O_CLOEXEC);
    if (fd < 0)
      return std::unexpected(system_error(errno, "creating a file in " + staging.string()));
    BlobWriter writer(Fd(fd), temporary, expected);
    struct stat status;
    // Waits for a sweep that holds the file at this very moment.
    if (::flock(fd, LOCK_EX) != 0)
      return std::unexpected(system_error(errno, "locking " + temporary));
    if (::fchmod(fd, 0644) != 0 || ::fstat(fd, &status) != 0)
      return std::unexpected(system_error(errno, "creating " + temporary));
    // A sweep between the two calls took the file for a leaving: make another.
    if (status.st_nlink == 0) continue;
    return writer;
  }
}

Result<BlobWriter> BlobWriter::create_unnamed(const fs::path& staging,
                                              std::string_view media_type) {
  BlobWriter writer = TRY(create(
      staging, {.media_type = std::string(media_type), .digest = {}, .size_bytes = UINT64_MAX}));
  writer.names_itself_ = true;
  return writer;
}

BlobWriter::BlobWriter(BlobWriter&& other) noexcept
    : fd_(std::move(other.fd_)),
      temporary_(std::exchange(other.temporary_, {})),
      expected_(std::move(other.expected_)),
      content_(std::move(other.content_)),
      written_bytes_(other.written_bytes_),
      names_itself_(other.names_itself_),
      finished_(other.finished_) {}

BlobWriter::~BlobWriter() {
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

Result<> BlobWriter::write(ByteSpan bytes) {
  if (bytes.size() > expected_.size_bytes - written_bytes_)
    return fail(ErrorCode::Malformed, "blob {}: more than its {} bytes came",
                expected_.digest.to_string(), expected_.size_bytes);
  TRY(with_context(content_.write(bytes), "writing {}", temporary_.string()));
  written_bytes_ += bytes.size();
  return {};
}

Result<std::span<std::byte>> BlobWriter::room() {
  return with_context(content_.room(), "writing {}", temporary_.string());
}

Result<> BlobWriter::finish() {
  WHERRY_ASSERT(!finished_);
  finished_ = true;
  if (names_itself_) expected_.size_bytes = written_bytes_;
  if (written_bytes_ != expected_.size_bytes)
    return fail(ErrorCode::Malformed, "blob {}: {} bytes came instead of {}",
                expected_.digest.to_string(), written_bytes_, expected_.size_bytes);
  Digest found = TRY(with_context(content_.finish(), "writing {}", temporary_.string()));
  if (names_itself_) expected_.digest = found;
  if (found != expected_.digest)
    return fail(ErrorCode::Malformed, "blob {}: its content has another digest, {}",
                expected_.digest.to_string(), found.to_string());
  return {};
}

Result<Bytes> BlobWriter::content(uint64_t size_bytes_max) const {
  WHERRY_ASSERT(finished_);
  if (written_bytes_ > size_bytes_max)
    return fail(ErrorCode::Invalid, "blob {}: {} bytes exceed the limit of {}",
                expected_.digest.to_string(), written_bytes_, size_bytes_max);
  Bytes bytes(written_bytes_);
  for (size_t done = 0; done < bytes.size();) {
    ssize_t count =
        ::pread(fd_.get(), bytes.data() + done, bytes.size() - done, static_cast<off_t>(done));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return std::unexpected(system_error(errno, "reading " + temporary_.string()));
    done += static_cast<size_t>(count);
  }
  return bytes;
}

Result<> BlobWriter::publish(const fs::path& destination) {
  WHERRY_ASSERT(finished_ && !temporary_.empty());
  if (::rename(temporary_.c_str(), destination.c_str()) != 0)
    return std::unexpected(system_error(errno, "writing " + destination.string()));
  temporary_.clear();
  return {};
}

}  // namespace wherry::oci
