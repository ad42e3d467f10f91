#include "oci/hashing_writer.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <condition_variable>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <optional>
#include <thread>

namespace wherry::oci {

// One after the other, such writes reach what a disk can do; and four of them, for each of four
// blobs at once, are little memory.
static constexpr size_t kBlockBytes = 1024 * 1024;
static constexpr size_t kBlocks = 4;
// Of memory, length and place, as O_DIRECT wants it of disks with the largest sectors.
static constexpr size_t kAlignment = 4096;

class HashingWriter::Pipeline {
 public:
  explicit Pipeline(int fd) : fd_(fd) {}
  ~Pipeline() { end_threads(true); }

  Result<> write(ByteSpan bytes);
  Result<Digest> finish();

 private:
  struct Free {
    void operator()(std::byte* block) const { std::free(block); }
  };
  using Block = std::unique_ptr<std::byte, Free>;

  Block& block(uint64_t index) { return blocks_[index % kBlocks]; }
  ByteSpan content(uint64_t index) { return {block(index).get(), kBlockBytes}; }
  Result<> hand_over();
  void start_threads();
  void end_threads(bool at_once);
  void follow(uint64_t& done, void (Pipeline::*step)(uint64_t index));
  void hash_block(uint64_t index) { hash_.update(content(index)); }
  void write_block(uint64_t index);
  Result<> write_at(uint64_t offset, ByteSpan bytes);
  void set_direct(bool is_direct);

  int fd_;
  std::array<Block, kBlocks> blocks_;
  size_t filled_bytes_ = 0;  // of the block that is being filled, which is number handed_over_
  Sha256 hash_;              // the thread's that hashes, while it runs
  bool is_direct_ = false;   // the thread's that writes, while it runs
  std::thread hashing_, writing_;

  std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  uint64_t handed_over_ = 0;  // blocks, from the first on
  uint64_t hashed_ = 0;
  uint64_t written_ = 0;
  bool is_ending_ = false;
  std::optional<Error> error_ = {};
};

Result<> HashingWriter::Pipeline::write(ByteSpan bytes) {
  while (!bytes.empty()) {
    if (filled_bytes_ == kBlockBytes) TRY(hand_over());
    Block& current = block(handed_over_);
    if (!current)
      current.reset(static_cast<std::byte*>(std::aligned_alloc(kAlignment, kBlockBytes)));
    if (!current) return fail(ErrorCode::Io, "no memory to write with");
    size_t count = std::min(bytes.size(), kBlockBytes - filled_bytes_);
    std::memcpy(current.get() + filled_bytes_, bytes.data(), count);
    filled_bytes_ += count;
    bytes = bytes.subspan(count);
  }
  return {};
}

// Gives the full block to both threads, and waits until the next is free.
Result<> HashingWriter::Pipeline::hand_over() {
  if (!writing_.joinable()) start_threads();
  std::unique_lock lock(mutex_);
  handed_over_++;
  filled_bytes_ = 0;
  changed_.notify_all();
  changed_.wait(lock,
                [this] { return error_ || handed_over_ - std::min(hashed_, written_) < kBlocks; });
  if (error_) return std::unexpected(*error_);
  return {};
}

void HashingWriter::Pipeline::start_threads() {
  set_direct(true);
  hashing_ = std::thread([this] { follow(hashed_, &Pipeline::hash_block); });
  writing_ = std::thread([this] { follow(written_, &Pipeline::write_block); });
}

void HashingWriter::Pipeline::end_threads(bool at_once) {
  {
    std::lock_guard lock(mutex_);
    is_ending_ = true;
    if (at_once && !error_) error_ = Error{ErrorCode::Io, "given up"};
  }
  changed_.notify_all();
  if (hashing_.joinable()) hashing_.join();
  if (writing_.joinable()) writing_.join();
}

// A thread's life: every block that is handed over, in order; after an error none.
void HashingWriter::Pipeline::follow(uint64_t& done, void (Pipeline::*step)(uint64_t index)) {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [&] { return is_ending_ || error_ || done < handed_over_; });
    if (error_ || done == handed_over_) return;
    lock.unlock();
    (this->*step)(done);
    lock.lock();
    done++;
    changed_.notify_all();
  }
}

void HashingWriter::Pipeline::write_block(uint64_t index) {
  const uint64_t offset = index * kBlockBytes;
  Result<> written = write_at(offset, content(index));
  // On its way to the disk while more comes; where that cannot be, fsync does all of it.
  if (written && !is_direct_)
    ::sync_file_range(fd_, static_cast<off_t>(offset), kBlockBytes, SYNC_FILE_RANGE_WRITE);
  if (written) return;
  std::lock_guard lock(mutex_);
  if (!error_) error_ = std::move(written).error();
}

Result<> HashingWriter::Pipeline::write_at(uint64_t offset, ByteSpan bytes) {
  while (!bytes.empty()) {
    ssize_t count = ::pwrite(fd_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    const int error_number = errno;
    // What is left of a short write need not be aligned; and some file systems find out only now
    // that they cannot.
    const bool was_direct = is_direct_;
    if (was_direct && count < static_cast<ssize_t>(bytes.size())) set_direct(false);
    if (count < 0 && was_direct && error_number == EINVAL) continue;
    if (count < 0) return std::unexpected(system_error(error_number, "write"));
    offset += static_cast<uint64_t>(count);
    bytes = bytes.subspan(static_cast<size_t>(count));
  }
  return {};
}

void HashingWriter::Pipeline::set_direct(bool is_direct) {
  const int flags = ::fcntl(fd_, F_GETFL);
  const int wanted = is_direct ? flags | O_DIRECT : flags & ~O_DIRECT;
  is_direct_ = flags >= 0 && ::fcntl(fd_, F_SETFL, wanted) == 0 && is_direct;
}

Result<Digest> HashingWriter::Pipeline::finish() {
  end_threads(false);
  if (error_) return std::unexpected(*error_);
  if (is_direct_) set_direct(false);
  if (filled_bytes_ > 0) {
    const ByteSpan rest = content(handed_over_).first(filled_bytes_);
    TRY(write_at(handed_over_ * kBlockBytes, rest));
    hash_.update(rest);
  }
  blocks_ = {};  // writers may be kept until many are finished
  return hash_.finish();
}

HashingWriter::HashingWriter(int fd) : pipeline_(std::make_unique<Pipeline>(fd)) {}
HashingWriter::~HashingWriter() = default;
HashingWriter::HashingWriter(HashingWriter&&) noexcept = default;

Result<> HashingWriter::write(ByteSpan bytes) { return pipeline_->write(bytes); }
Result<Digest> HashingWriter::finish() { return pipeline_->finish(); }

}  // namespace wherry::oci
