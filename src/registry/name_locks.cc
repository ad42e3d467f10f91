#include "registry/name_locks.h"

#include <functional>

#include "support/result.h"

namespace wherry::registry {

std::mutex& NameLocks::of_repository(const RepositoryName& name) {
  return repositories_[std::hash<std::string>()(name.text()) % repositories_.size()];
}

std::mutex& NameLocks::of_content(const Digest& digest) {
  return contents_[digest.bytes[0] % contents_.size()];
}

void NameLocks::note(const Digest& digest) {
  const std::lock_guard lock(mutex_);
  if (is_watched_) noted_.insert(digest);
}

NameLocks::Watch::Watch(NameLocks& locks) : locks_(locks) {
  const std::lock_guard lock(locks_.mutex_);
  WHERRY_ASSERT(!locks_.is_watched_);
  locks_.is_watched_ = true;
}

NameLocks::Watch::~Watch() {
  const std::lock_guard lock(locks_.mutex_);
  locks_.is_watched_ = false;
  locks_.noted_.clear();
}

bool NameLocks::Watch::has_seen(const Digest& digest) const {
  const std::lock_guard lock(locks_.mutex_);
  return locks_.noted_.contains(digest);
}

}  // namespace wherry::registry
