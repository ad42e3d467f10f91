// How much a program may add to the files below a folder that was granted with a quota. What counts
// is the size of regular files, as this program makes them longer: by writing, by setting the size
// and by allocating. What it takes off again counts for it: by making a file shorter, or by
// removing a file's last name while no descriptor of its own has it open. It never has more than
// the quota left.
//
// Each change is measured with the file's size before and after it. Files of folders without a
// quota cost nothing.
#pragma once

#include <sys/types.h>

#include <map>
#include <mutex>
#include <optional>

#include "wasi/fd_table.h"
#include "wasi/path.h"

namespace wherry::wasi {

struct ProgramState;

class Quotas {
 public:
  // One change, of which there is only one at a time. Without a quota it does nothing.
  class Change {
   public:
    // To be called when the change has been made, or failed.
    void settle();
    // Where a write that was measured goes: another thread may move the file's own position
    // meanwhile. None without a quota.
    std::optional<uint64_t> offset() const { return offset_; }

   private:
    friend class Quotas;
    std::unique_lock<std::mutex> lock_;
    Quotas* quotas_ = nullptr;
    const policy::DirectoryGrant* grant_ = nullptr;
    std::optional<uint64_t> offset_ = {};
    int fd_ = -1;               // whose size changes; -1: of a removal
    uint64_t size_before_ = 0;  // of the file; of a removal, what it frees
  };

  // Before `file` is written up to `end`. Errors: dquot, which the host is told.
  ErrnoOr<Change> grow(const ProgramState& state, const Descriptor& file, uint64_t end);
  // The same for a write at `offset`, or at the file's own position; at its end where it appends.
  ErrnoOr<Change> write(const ProgramState& state, const Descriptor& file, uint64_t size_bytes,
                        std::optional<uint64_t> offset = {});
  // Before it begins to append, or stops: no write is measured and not made yet.
  Change change_flags(const Descriptor& file);
  // Before a name is removed.
  Change remove(ProgramState& state, const Descriptor& directory, const Parent& name);
  // Before a file is moved, and what has the new name is replaced.
  struct Place {
    const Descriptor& directory;
    const Parent& name;
  };
  Change replace(ProgramState& state, const Place& from, const Place& to);
  // Before a file gets another name: whether a removal frees anything depends on it.
  Change link(const Descriptor& from, const Descriptor& to);

 private:
  ErrnoOr<Change> grow(const ProgramState& state, const Descriptor& file, uint64_t end,
                       std::unique_lock<std::mutex> lock);
  // Only the lock: as long as it lives, nothing else is changed.
  Change hold(bool is_needed);
  // What frees the removal of a name that `change` has the lock for.
  void measure(ProgramState& state, const Place& place, Change& change);
  void add(const policy::DirectoryGrant* grant, uint64_t before, uint64_t after);

  std::mutex mutex_;
  std::map<const policy::DirectoryGrant*, uint64_t> used_bytes_;
};

}  // namespace wherry::wasi
