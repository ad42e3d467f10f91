#include "wasi/quota.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "policy/size.h"
#include "wasi/program_state.h"

namespace wherry::wasi {

namespace {

bool has_quota(const Descriptor& descriptor) {
  return descriptor.grant && descriptor.grant->quota_bytes;
}

// Of a regular file; nothing else has a size that counts.
std::optional<uint64_t> size_of(int fd) {
  struct stat status;
  if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
  return static_cast<uint64_t>(status.st_size);
}

std::optional<struct stat> status_of(const Parent& name) {
  struct stat status;
  if (fstatat(name.fd, name.name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) return std::nullopt;
  return status;
}

bool is_open(ProgramState& state, const struct stat& file) {
  return std::ranges::any_of(state.descriptors.entries(), [&](const auto& entry) {
    struct stat status;
    return entry && entry->kind == Descriptor::Kind::File &&
           fstat(entry->host_fd(), &status) == 0 && status.st_dev == file.st_dev &&
           status.st_ino == file.st_ino;
  });
}

}  // namespace

void Quotas::add(const policy::DirectoryGrant* grant, uint64_t before, uint64_t after) {
  uint64_t& used = used_bytes_[grant];
  used = after >= before ? used + (after - before) : used - std::min(used, before - after);
}

void Quotas::Change::settle() {
  if (!grant_) return;
  if (fd_ < 0)
    quotas_->add(grant_, size_before_, 0);
  else if (auto size_after = size_of(fd_))
    quotas_->add(grant_, size_before_, *size_after);
}

ErrnoOr<Quotas::Change> Quotas::grow(const ProgramState& state, const Descriptor& file,
                                     uint64_t end) {
  if (!has_quota(file)) return Change();
  return grow(state, file, end, std::unique_lock(mutex_));
}

ErrnoOr<Quotas::Change> Quotas::grow(const ProgramState& state, const Descriptor& file,
                                     uint64_t end, std::unique_lock<std::mutex> lock) {
  Change change;
  auto size = size_of(file.host_fd());
  if (!size) return change;
  const policy::DirectoryGrant& grant = *file.grant;
  const uint64_t growth = end > *size ? end - *size : 0;
  const uint64_t left = *grant.quota_bytes - std::min(used_bytes_[&grant], *grant.quota_bytes);
  if (growth > left) {
    if (state.options.on_denial)
      state.options.on_denial(
          {fmt::format("write beyond the quota of {} for {}", policy::size_text(*grant.quota_bytes),
                       grant.guest),
           fmt::format("grant more with --dir {}:{}:{},quota=SIZE", grant.host.string(),
                       grant.guest, policy::rights_flag(grant.access))});
    return refuse(Errno::dquot);
  }
  change.lock_ = std::move(lock);
  change.quotas_ = this;
  change.grant_ = &grant;
  change.fd_ = file.host_fd();
  change.size_before_ = *size;
  return change;
}

ErrnoOr<Quotas::Change> Quotas::write(const ProgramState& state, const Descriptor& file,
                                      uint64_t size_bytes, std::optional<uint64_t> offset) {
  if (!has_quota(file)) return Change();
  std::unique_lock lock(mutex_);
  const int flags = fcntl(file.host_fd(), F_GETFL);
  // Linux appends whatever the offset is (pwrite(2), "BUGS").
  if (flags >= 0 && (flags & O_APPEND)) offset = size_of(file.host_fd());
  if (!offset) offset = std::max<off_t>(lseek(file.host_fd(), 0, SEEK_CUR), 0);
  Change change = TRY(grow(state, file, *offset + size_bytes, std::move(lock)));
  if (change.grant_) change.offset_ = offset;
  return change;
}

Quotas::Change Quotas::change_flags(const Descriptor& file) { return hold(has_quota(file)); }

Quotas::Change Quotas::hold(bool is_needed) {
  Change change;
  if (is_needed) change.lock_ = std::unique_lock(mutex_);
  return change;
}

void Quotas::measure(ProgramState& state, const Place& place, Change& change) {
  const auto file = status_of(place.name);
  if (!file || !S_ISREG(file->st_mode) || file->st_nlink != 1 || is_open(state, *file)) return;
  change.quotas_ = this;
  change.grant_ = place.directory.grant;
  change.size_before_ = static_cast<uint64_t>(file->st_size);
}

Quotas::Change Quotas::remove(ProgramState& state, const Descriptor& directory,
                              const Parent& name) {
  Change change = hold(has_quota(directory));
  if (has_quota(directory)) measure(state, {directory, name}, change);
  return change;
}

Quotas::Change Quotas::replace(ProgramState& state, const Place& from, const Place& to) {
  Change change = hold(has_quota(from.directory) || has_quota(to.directory));
  if (!has_quota(to.directory)) return change;
  // Who is moved onto itself, by whatever name, replaces nothing.
  const auto moved = status_of(from.name), replaced = status_of(to.name);
  const bool is_same =
      moved && replaced && moved->st_dev == replaced->st_dev && moved->st_ino == replaced->st_ino;
  if (!is_same) measure(state, to, change);
  return change;
}

Quotas::Change Quotas::link(const Descriptor& from, const Descriptor& to) {
  return hold(has_quota(from) || has_quota(to));
}

}  // namespace wherry::wasi
