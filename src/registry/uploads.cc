#include "registry/uploads.h"

#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>

#include "registry/limits.h"

namespace wherry::registry {

namespace {

constexpr auto kClaimWait = std::chrono::seconds(5);
// The disk begins with what came while more comes; else all of it would wait for the last sync.
constexpr uint64_t kWriteBackBytes = 8 << 20;

std::unexpected<Refusal> unknown_upload() {
  return refuse(404, code::kBlobUploadUnknown,
                "no such upload (it was finished, cancelled, or left alone for too long)");
}

std::string hex_digits(ByteSpan bytes) {
  std::string text;
  for (std::byte byte : bytes) text += fmt::format("{:02x}", std::to_integer<unsigned>(byte));
  return text;
}

// The repository is part of it: an upload belongs to the one that it was begun in.
std::string file_name_of(const RepositoryName& repository, const std::string& id) {
  return id + "-" + sha256(as_bytes(repository.text())).hex().substr(0, 16);
}

}  // namespace

Result<std::unique_ptr<Uploads>> Uploads::open(Storage& storage, uint64_t blob_bytes_max) {
  std::unique_ptr<Uploads> uploads(new Uploads(storage, blob_bytes_max));
  if (!storage.is_read_only()) TRY(uploads->remove_expired());
  return uploads;
}

Answer<std::string> Uploads::begin(const RepositoryName& repository) {
  std::byte random[16];
  if (::getrandom(random, sizeof random, 0) != sizeof random)
    return std::unexpected(Refusal(system_error(errno, "getrandom")));
  std::string id = hex_digits(random);
  const std::string file_name = file_name_of(repository, id);
  const std::lock_guard lock(mutex_);
  TRY(make_room());
  Fd file(::open(path(file_name).c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644));
  if (!file.valid())
    return std::unexpected(Refusal(disk_error(errno, "creating " + path(file_name).string())));
  open_count_++;
  entries_[file_name].hash = std::make_unique<Sha256>();
  return id;
}

Answer<> Uploads::make_room() {
  if (open_count_ < limits::kUploads) return {};
  std::string longest_idle;
  std::chrono::seconds longest = limits::kUploadIdleTime;
  for (const std::string& name : TRY(list_folder(storage_.uploads_folder()))) {
    const auto entry = entries_.find(name);
    const auto idle = age_of(path(name));
    if (!idle || *idle < longest || (entry != entries_.end() && entry->second.is_held)) continue;
    longest = *idle;
    longest_idle = name;
  }
  if (longest_idle.empty())
    return std::unexpected(Refusal(429, code::kTooManyRequests,
                                   fmt::format("{} uploads are open", limits::kUploads),
                                   {{"Retry-After", "60"}}));
  TRY(remove_idle(longest_idle));
  return {};
}

// With the mutex held; nobody holds the upload.
Result<> Uploads::remove_idle(const std::string& file_name) {
  struct stat status{};
  if (::stat(path(file_name).c_str(), &status) != 0) return {};
  if (!TRY(remove_file(path(file_name)))) return {};
  storage_.give_space_back(static_cast<uint64_t>(status.st_size));
  entries_.erase(file_name);
  open_count_--;
  return {};
}

Result<> Uploads::remove_expired() {
  const std::lock_guard lock(mutex_);
  const std::vector<std::string> names = TRY(list_folder(storage_.uploads_folder()));
  open_count_ = names.size();
  for (const std::string& name : names) {
    const auto entry = entries_.find(name);
    if (entry != entries_.end() && entry->second.is_held) continue;
    const auto idle = age_of(path(name));
    if (idle && *idle >= limits::kUploadLifetime) TRY(remove_idle(name));
  }
  return {};
}

Answer<uint64_t> Uploads::size_bytes(const RepositoryName& repository,
                                     const std::string& id) const {
  if (!is_upload_id(id)) return unknown_upload();
  struct stat status{};
  if (::stat(path(file_name_of(repository, id)).c_str(), &status) != 0) return unknown_upload();
  return static_cast<uint64_t>(status.st_size);
}

Answer<std::unique_ptr<Upload>> Uploads::claim(const RepositoryName& repository,
                                               const std::string& id,
                                               std::function<void()> interrupt) {
  if (!is_upload_id(id)) return unknown_upload();
  const std::string file_name = file_name_of(repository, id);
  std::unique_lock lock(mutex_);
  auto is_free = [&] {
    const auto entry = entries_.find(file_name);
    return entry == entries_.end() || !entry->second.is_held;
  };
  if (!is_free()) entries_[file_name].interrupt();
  if (!released_.wait_for(lock, kClaimWait, is_free))
    return refuse(409, code::kBlobUploadInvalid, "another request is going on with this upload");
  std::unique_ptr<Upload> upload(new Upload(*this, file_name));
  Answer<> opened = open_claimed(*upload);
  if (!opened) {
    upload->is_gone_ = true;  // nothing to release
    return std::unexpected(opened.error());
  }
  Entry& entry = entries_[file_name];
  entry.is_held = true;
  entry.interrupt = std::move(interrupt);
  if (entry.hash && entry.hashed_bytes == upload->size_bytes_)
    upload->hash_ = std::move(entry.hash);
  entry.hash.reset();
  return upload;
}

Answer<> Uploads::open_claimed(Upload& upload) {
  std::optional<Content> content = TRY(open_content(path(upload.file_name_), O_RDWR));
  if (!content) return unknown_upload();
  upload.file_ = std::move(content->file);
  upload.size_bytes_ = upload.written_back_ = content->size_bytes;
  return {};
}

void Uploads::release(Upload& upload) {
  const std::lock_guard lock(mutex_);
  const auto entry = entries_.find(upload.file_name_);
  if (upload.is_gone_) {
    if (entry != entries_.end()) entries_.erase(entry);
  } else if (upload.hash_) {
    entry->second = {.hash = std::move(upload.hash_), .hashed_bytes = upload.size_bytes_};
  } else {
    entries_.erase(entry);
  }
  released_.notify_all();
}

Upload::~Upload() {
  if (file_.valid()) uploads_.release(*this);
}

Answer<> Upload::append(ByteSpan bytes) {
  if (bytes.size() > uploads_.blob_bytes_max_ ||
      size_bytes_ > uploads_.blob_bytes_max_ - bytes.size())
    return refuse(413, code::kSizeInvalid, "a blob has at most {} bytes here (--blob-max)",
                  uploads_.blob_bytes_max_);
  TRY(uploads_.storage_.take_space(bytes.size()));
  if (Result<> written = write_at(file_.get(), bytes, size_bytes_); !written) {
    uploads_.storage_.give_space_back(bytes.size());
    // A part of it may be there: the file's size says how far the upload has come.
    [[maybe_unused]] const int cut = ::ftruncate(file_.get(), static_cast<off_t>(size_bytes_));
    return std::unexpected(Refusal(written.error()));
  }
  if (hash_) hash_->update(bytes);
  size_bytes_ += bytes.size();
  if (size_bytes_ - written_back_ >= kWriteBackBytes) {
    // Only to begin early: whether it is on the disk, fsync says at the end.
    ::sync_file_range(file_.get(), static_cast<off_t>(written_back_),
                      static_cast<off_t>(size_bytes_ - written_back_), SYNC_FILE_RANGE_WRITE);
    written_back_ = size_bytes_;
  }
  return {};
}

Answer<> Upload::truncate(uint64_t size_bytes) {
  if (size_bytes == size_bytes_) return {};
  if (::ftruncate(file_.get(), static_cast<off_t>(size_bytes)) != 0)
    return std::unexpected(Refusal(disk_error(errno, "truncating an upload")));
  uploads_.storage_.give_space_back(size_bytes_ - size_bytes);
  size_bytes_ = written_back_ = size_bytes;
  hash_.reset();
  return {};
}

Answer<Digest> Upload::compute_digest() {
  if (hash_) return hash_->finish();
  Sha256 hash;
  Bytes buffer(limits::kTransferBufferBytes);
  for (uint64_t done = 0; done < size_bytes_;) {
    const ssize_t count =
        ::pread(file_.get(), buffer.data(), buffer.size(), static_cast<off_t>(done));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return std::unexpected(Refusal(disk_error(errno, "reading an upload")));
    hash.update(ByteSpan(buffer).first(static_cast<size_t>(count)));
    done += static_cast<uint64_t>(count);
  }
  return hash.finish();
}

Answer<> Upload::finish(const Digest& digest, Repository& names) {
  const Digest actual = TRY(compute_digest());
  hash_.reset();
  if (actual != digest) {
    TRY(remove());
    return refuse(400, code::kDigestInvalid,
                  "the {} bytes of the upload are {}, not the digest that was announced",
                  size_bytes_, actual.to_string());
  }
  if (::fchmod(file_.get(), 0444) != 0 || ::fsync(file_.get()) != 0)
    return std::unexpected(Refusal(disk_error(errno, "syncing an upload")));
  const std::lock_guard naming(uploads_.storage_.locks().of_content(digest));
  TRY(uploads_.storage_.adopt_content(digest, uploads_.path(file_name_), size_bytes_));
  mark_gone();
  TRY(names.add_blob(digest));
  return {};
}

Answer<> Upload::remove() {
  TRY(remove_file(uploads_.path(file_name_)));
  uploads_.storage_.give_space_back(size_bytes_);
  mark_gone();
  return {};
}

void Upload::mark_gone() {
  const std::lock_guard lock(uploads_.mutex_);
  is_gone_ = true;
  uploads_.open_count_--;
}

}  // namespace wherry::registry
