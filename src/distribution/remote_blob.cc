#include "distribution/remote_blob.h"

#include <algorithm>
#include <condition_variable>
#include <cstring>
#include <mutex>
#include <optional>
#include <thread>

#include "distribution/blob_download.h"

namespace wherry::distribution {

// Enough that neither side waits for the other's every packet; times limits::kConnections.
static constexpr size_t kBufferedBytes = 2 * 1024 * 1024;

// The thread that fetches, and what it has fetched and nobody has read.
class RemoteBlob::Fetch {
 public:
  Fetch(RegistrySession& session, const oci::Reference& source, const oci::Descriptor& blob,
        const TransferOptions& options, uint64_t offset)
      : forward_(options.stop, [this] { end(); }) {
    TransferOptions own = options;
    own.stop = stop_.get_token();
    buffer_.resize(kBufferedBytes);
    thread_ = std::thread([this, &session, source, blob, own, offset] {
      BlobStream stream(session, source, blob, own);
      Result<> outcome = stream.read(offset, [this](ByteSpan bytes) { return put(bytes); });
      std::lock_guard lock(mutex_);
      outcome_ = std::move(outcome);
      changed_.notify_all();
    });
  }
  ~Fetch() {
    end();
    thread_.join();
  }

  // 0 at the end.
  Result<size_t> get(std::span<std::byte> into) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return filled_ > 0 || outcome_; });
    if (filled_ == 0) {
      if (!*outcome_) return std::unexpected(outcome_->error());
      return 0;
    }
    size_t count = std::min({into.size(), filled_, kBufferedBytes - begin_});
    std::memcpy(into.data(), buffer_.data() + begin_, count);
    begin_ = (begin_ + count) % kBufferedBytes;
    filled_ -= count;
    changed_.notify_all();
    return count;
  }

 private:
  void end() {
    stop_.request_stop();
    std::lock_guard lock(mutex_);
    changed_.notify_all();
  }

  Result<> put(ByteSpan bytes) {
    std::unique_lock lock(mutex_);
    while (!bytes.empty()) {
      changed_.wait(lock, [this] { return filled_ < kBufferedBytes || stop_.stop_requested(); });
      if (stop_.stop_requested()) return stopped();
      size_t at = (begin_ + filled_) % kBufferedBytes;
      size_t count = std::min({bytes.size(), kBufferedBytes - filled_, kBufferedBytes - at});
      std::memcpy(buffer_.data() + at, bytes.data(), count);
      bytes = bytes.subspan(count);
      filled_ += count;
      changed_.notify_all();
    }
    return {};
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  Bytes buffer_;      // a ring; filled_ bytes from begin_ on are there
  size_t begin_ = 0;  // guarded by mutex_, as are the next two
  size_t filled_ = 0;
  std::optional<Result<>> outcome_ = {};
  std::stop_source stop_;
  std::thread thread_;
  std::stop_callback<std::function<void()>> forward_;
};

RemoteBlob::RemoteBlob(RegistrySession& session, const oci::Reference& source,
                       const oci::Descriptor& blob, const TransferOptions& options)
    : session_(session), source_(source), blob_(blob), options_(options) {}
RemoteBlob::~RemoteBlob() = default;

Result<size_t> RemoteBlob::read(uint64_t offset, std::span<std::byte> into) {
  if (!fetch_ || offset != position_) {
    fetch_.reset();
    fetch_ = std::make_unique<Fetch>(session_, source_, blob_, options_, offset);
    position_ = offset;
  }
  Result<size_t> count = fetch_->get(into);
  if (!count) {
    fetch_.reset();
    return count;
  }
  if (*count == 0)
    return fail(ErrorCode::Malformed, "blob {}: {} bytes came instead of {}",
                blob_.digest.to_string(), position_, blob_.size_bytes);
  TRY(check(offset, into.first(*count)));
  position_ += *count;
  return count;
}

// What is sent a second time is not hashed again: the registry that receives it checks the digest
// as well, and an upload that begins anew is hashed anew.
Result<> RemoteBlob::check(uint64_t offset, ByteSpan bytes) {
  if (is_checked_) return {};
  if (offset == 0 && hashed_bytes_ > 0) {
    hash_ = Sha256();
    hashed_bytes_ = 0;
  }
  uint64_t known =
      std::min<uint64_t>(hashed_bytes_ - std::min(hashed_bytes_, offset), bytes.size());
  hash_.update(bytes.subspan(static_cast<size_t>(known)));
  hashed_bytes_ = std::max(hashed_bytes_, offset + bytes.size());
  if (hashed_bytes_ < blob_.size_bytes) return {};
  Digest found = hash_.finish();
  if (found != blob_.digest)
    return fail(ErrorCode::Malformed, "blob {}: its content has another digest, {}",
                blob_.digest.to_string(), found.to_string());
  is_checked_ = true;
  return {};
}

Result<Bytes> fetch_blob(RegistrySession& session, const oci::Reference& source,
                         const oci::Descriptor& blob, uint64_t size_bytes_max) {
  if (blob.size_bytes > size_bytes_max)
    return fail(ErrorCode::Invalid, "{}: {} bytes exceed the limit of {}", blob.digest.to_string(),
                blob.size_bytes, size_bytes_max);
  BlobStream stream(session, source, blob, {});
  Bytes bytes;
  TRY(stream.read(0, [&](ByteSpan more) -> Result<> {
    if (more.size() > blob.size_bytes - bytes.size())
      return fail(ErrorCode::Malformed, "{} is longer than its {} bytes", blob.digest.to_string(),
                  blob.size_bytes);
    bytes.insert(bytes.end(), more.begin(), more.end());
    return {};
  }));
  if (sha256(bytes) != blob.digest)
    return fail(ErrorCode::Malformed, "what came for {} has another digest",
                blob.digest.to_string());
  return bytes;
}

}  // namespace wherry::distribution
