#include "oci/file_hash.h"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>

#include "support/bytes.h"

namespace wherry::oci {

// Fits the second-level cache, so that hashing does not read from memory what was just copied.
static constexpr size_t kPieceBytes = 256 * 1024;
// Smaller files are hashed by finish(): starting a thread would take longer.
static constexpr uint64_t kFollowedBytes = 1024 * 1024;

class FileHash::Follower {
 public:
  explicit Follower(int fd) : fd_(fd) {}
  ~Follower() {
    abandoned_ = true;
    end_thread();
  }

  void advance(uint64_t size_bytes) {
    {
      std::lock_guard lock(mutex_);
      available_ = size_bytes;
    }
    if (thread_.joinable())
      changed_.notify_one();
    else if (size_bytes >= kFollowedBytes)
      thread_ = std::thread([this] { follow(); });
  }

  Result<Digest> finish() {
    end_thread();
    hash_up_to(available_);
    if (error_) return std::unexpected(*error_);
    return hash_.finish();
  }

 private:
  void end_thread() {
    if (!thread_.joinable()) return;
    {
      std::lock_guard lock(mutex_);
      ending_ = true;
    }
    changed_.notify_one();
    thread_.join();
  }

  void follow() {
    std::unique_lock lock(mutex_);
    while (!ending_) {
      // A piece at a time would wake the thread for every packet.
      changed_.wait(lock, [this] { return ending_ || available_ - hashed_ >= kPieceBytes; });
      uint64_t available = available_;
      if (ending_) return;  // finish() hashes the rest; the destructor has no use for it
      lock.unlock();
      hash_up_to(available);
      lock.lock();
    }
  }

  void hash_up_to(uint64_t size_bytes) {
    if (piece_.empty()) piece_.resize(kPieceBytes);
    while (hashed_ < size_bytes && !error_ && !abandoned_) {
      size_t wanted = static_cast<size_t>(std::min<uint64_t>(kPieceBytes, size_bytes - hashed_));
      ssize_t count = ::pread(fd_, piece_.data(), wanted, static_cast<off_t>(hashed_));
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) {
        error_ = system_error(count < 0 ? errno : EIO, "reading a blob to check its digest");
        return;
      }
      hash_.update(ByteSpan(piece_).first(static_cast<size_t>(count)));
      hashed_ += static_cast<uint64_t>(count);
    }
  }

  int fd_;
  std::thread thread_;
  std::mutex mutex_;
  std::condition_variable changed_;
  uint64_t available_ = 0;  // guarded by mutex_
  bool ending_ = false;     // guarded by mutex_
  std::atomic<bool> abandoned_ = false;
  // The thread's while it runs.
  Sha256 hash_;
  Bytes piece_;
  uint64_t hashed_ = 0;
  std::optional<Error> error_ = {};
};

FileHash::FileHash(int fd) : follower_(std::make_unique<Follower>(fd)) {}
FileHash::~FileHash() = default;
FileHash::FileHash(FileHash&&) noexcept = default;

void FileHash::advance(uint64_t size_bytes) { follower_->advance(size_bytes); }
Result<Digest> FileHash::finish() { return follower_->finish(); }

}  // namespace wherry::oci
