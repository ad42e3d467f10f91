#include "oci/hashing_writer.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <mutex>
#include <optional>
#include <thread>

#include "support/file.h"

namespace wherry::oci {

// Four huge pages; for each of four blobs at once they are little memory.
static constexpr size_t kHugePageBytes = 2 * 1024 * 1024;
static constexpr size_t kRingBytes = 4 * kHugePageBytes;
// One after the other, direct writes of so much reach what a disk can do.
static constexpr size_t kWriteBytes = 2 * 1024 * 1024;
// Of memory, length and place, as O_DIRECT wants it of disks with the largest sectors.
static constexpr size_t kAlignment = 4096;
// Little enough that hashing, which takes longest, begins soon after the first bytes and ends soon
// after the last; enough that threads do not wake each other for every packet.
static constexpr size_t kHashBytesMin = 1024 * 1024;
static constexpr size_t kHashBytesMax = 2 * 1024 * 1024;
static constexpr size_t kRoomBytesMin = 512 * 1024;
// Less is hashed and written by finish(): starting threads would take longer.
static constexpr uint64_t kThreadsFromBytes = 1024 * 1024;

class HashingWriter::Pipeline {
 public:
  Pipeline(int fd, uint64_t expected_bytes)
      : fd_(fd), is_large_(expected_bytes >= kHugePageBytes) {}
  ~Pipeline() {
    fail_with({ErrorCode::Io, "given up"});
    end_threads();
  }

  // Of much content the threads are there before the first byte.
  void begin() {
    if (is_large_ && map_ring()) start_threads();
  }
  Result<> write(ByteSpan bytes);
  Result<std::span<std::byte>> room_for_more();
  Result<Digest> finish();

 private:
  // One of the two that take the bytes on.
  struct Taker {
    void (Pipeline::*take)(uint64_t offset, ByteSpan bytes);
    size_t bytes_min, bytes_max;  // that it takes at a time, until the end
    uint64_t position = 0;        // up to which it has taken them; guarded by mutex_
    std::condition_variable awake = {};
    std::thread thread = {};
  };

  Result<> map_ring();
  ByteSpan content(uint64_t begin, uint64_t end, size_t size_bytes_max) const;
  size_t room() const {
    return kRingBytes - (received_ - std::min(hash_.position, disk_.position));
  }
  Result<> wait_for_room();
  void hand_over();
  void follow(Taker& taker);
  void start_threads();
  void end_threads();
  void fail_with(Error error);

  void hash(uint64_t, ByteSpan bytes) { sha256_.update(bytes); }
  void write_block(uint64_t offset, ByteSpan bytes);
  Result<> write_at(uint64_t offset, ByteSpan bytes);
  void set_direct(bool is_direct);
  void sync();

  int fd_;
  bool is_large_;  // as far as is known
  Mapping mapping_;
  std::byte* ring_ =
      nullptr;  // in the mapping; the byte at `n` of the content is at `n` modulo its size
  // What has been put there, up to where there is room for more, and what the takers know of.
  uint64_t filled_ = 0, room_end_ = 0, handed_over_ = 0;
  Sha256 sha256_;           // the hashing thread's, while it runs
  bool is_direct_ = false;  // the writing thread's, while it runs

  std::mutex mutex_;  // guards what follows
  std::condition_variable has_room_;
  uint64_t received_ = 0;  // what was handed over
  bool is_ending_ = false;
  std::optional<Error> error_ = {};
  Taker hash_{&Pipeline::hash, kHashBytesMin, kHashBytesMax};
  Taker disk_{&Pipeline::write_block, kWriteBytes, kWriteBytes};
};

// --- who brings the bytes

Result<> HashingWriter::Pipeline::map_ring() {
  const size_t size_bytes = kRingBytes + kHugePageBytes;  // so that a whole ring of them is aligned
  void* base =
      ::mmap(nullptr, size_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (base == MAP_FAILED) return fail(ErrorCode::Io, "no memory to write with");
  mapping_ = Mapping(static_cast<std::byte*>(base), size_bytes);
  const auto address = reinterpret_cast<uintptr_t>(base);
  ring_ = mapping_.base() + (kHugePageBytes - address % kHugePageBytes) % kHugePageBytes;
  // A whole one for a few bytes would only have to be cleared.
  if (is_large_) ::madvise(ring_, kRingBytes, MADV_HUGEPAGE);
  return {};
}

Result<std::span<std::byte>> HashingWriter::Pipeline::room_for_more() {
  if (!ring_) TRY(map_ring());
  if (filled_ == room_end_) TRY(wait_for_room());
  const size_t begin = filled_ % kRingBytes;
  const size_t count = std::min<uint64_t>(room_end_ - filled_, kRingBytes - begin);
  return std::span(ring_ + begin, count);
}

Result<> HashingWriter::Pipeline::write(ByteSpan bytes) {
  while (!bytes.empty()) {
    const std::span<std::byte> room = TRY(room_for_more());
    const size_t count = std::min(bytes.size(), room.size());
    // Some of what lies there may be passed over: then the rest overlaps its place.
    if (bytes.data() != room.data()) std::memmove(room.data(), bytes.data(), count);
    bytes = bytes.subspan(count);
    filled_ += count;
    if (filled_ - handed_over_ >= kHashBytesMin) hand_over();
  }
  return {};
}

Result<> HashingWriter::Pipeline::wait_for_room() {
  hand_over();
  std::unique_lock lock(mutex_);
  has_room_.wait(lock, [this] { return error_ || room() >= kRoomBytesMin; });
  if (error_) return std::unexpected(*error_);
  room_end_ = received_ + room();
  return {};
}

void HashingWriter::Pipeline::hand_over() {
  handed_over_ = filled_;
  {
    std::lock_guard lock(mutex_);
    received_ = filled_;
    for (Taker* taker : {&hash_, &disk_})
      if (received_ - taker->position >= taker->bytes_min) taker->awake.notify_one();
  }
  if (filled_ >= kThreadsFromBytes && !disk_.thread.joinable()) start_threads();
}

// --- the threads

void HashingWriter::Pipeline::start_threads() {
  set_direct(true);
  hash_.thread = std::thread([this] {
    // To clear the pages takes 6 ms: time that there is until the first byte comes.
    if (is_large_) ::madvise(ring_, kRingBytes, MADV_POPULATE_WRITE);
    follow(hash_);
  });
  disk_.thread = std::thread([this] {
    follow(disk_);
    sync();
  });
}

void HashingWriter::Pipeline::end_threads() {
  {
    std::lock_guard lock(mutex_);
    is_ending_ = true;
  }
  for (Taker* taker : {&hash_, &disk_}) {
    taker->awake.notify_one();
    if (taker->thread.joinable()) taker->thread.join();
  }
}

// Content from `begin` on, as much as lies in one piece.
ByteSpan HashingWriter::Pipeline::content(uint64_t begin, uint64_t end,
                                          size_t size_bytes_max) const {
  const size_t place = begin % kRingBytes;
  const uint64_t size_bytes = std::min<uint64_t>({end - begin, size_bytes_max, kRingBytes - place});
  return {ring_ + place, static_cast<size_t>(size_bytes)};
}

// Takes what comes, in order, to the end of it; after an error nothing more.
void HashingWriter::Pipeline::follow(Taker& taker) {
  std::unique_lock lock(mutex_);
  while (true) {
    taker.awake.wait(lock, [&] {
      return is_ending_ || error_ || received_ - taker.position >= taker.bytes_min;
    });
    if (error_ || taker.position == received_) return;
    const ByteSpan bytes = content(taker.position, received_, taker.bytes_max);
    lock.unlock();
    (this->*taker.take)(taker.position, bytes);
    lock.lock();
    taker.position += bytes.size();
    if (room() >= kRoomBytesMin) has_room_.notify_one();
  }
}

void HashingWriter::Pipeline::fail_with(Error error) {
  {
    std::lock_guard lock(mutex_);
    if (!error_) error_ = std::move(error);
  }
  hash_.awake.notify_one();
  disk_.awake.notify_one();
  has_room_.notify_one();
}

// --- the disk

void HashingWriter::Pipeline::write_block(uint64_t offset, ByteSpan bytes) {
  const size_t aligned = is_direct_ ? bytes.size() / kAlignment * kAlignment : 0;
  Result<> written = write_at(offset, bytes.first(aligned));
  if (written && aligned < bytes.size()) {
    if (is_direct_) set_direct(false);  // the content's end
    written = write_at(offset + aligned, bytes.subspan(aligned));
    // On its way to the disk while more comes, as far as that can be.
    if (written)
      ::sync_file_range(fd_, static_cast<off_t>(offset), static_cast<off_t>(bytes.size()),
                        SYNC_FILE_RANGE_WRITE);
  }
  if (!written) fail_with(std::move(written).error());
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

void HashingWriter::Pipeline::sync() {
  {
    std::lock_guard lock(mutex_);
    if (error_) return;
  }
  if (::fsync(fd_) != 0) fail_with(system_error(errno, "fsync"));
}

Result<Digest> HashingWriter::Pipeline::finish() {
  hand_over();
  const bool has_threads = disk_.thread.joinable();
  end_threads();
  if (!has_threads) {
    follow(hash_);
    follow(disk_);
    sync();
  }
  if (error_) return std::unexpected(*error_);
  if (is_direct_) set_direct(false);
  mapping_.reset();  // writers may be kept until many are finished
  return sha256_.finish();
}

HashingWriter::HashingWriter(int fd, uint64_t expected_bytes)
    : pipeline_(std::make_unique<Pipeline>(fd, expected_bytes)) {
  pipeline_->begin();
}
HashingWriter::~HashingWriter() = default;
HashingWriter::HashingWriter(HashingWriter&&) noexcept = default;

Result<> HashingWriter::write(ByteSpan bytes) { return pipeline_->write(bytes); }
Result<std::span<std::byte>> HashingWriter::room() { return pipeline_->room_for_more(); }
Result<Digest> HashingWriter::finish() { return pipeline_->finish(); }

}  // namespace wherry::oci
