// What keeps requests and prune (prune.h) out of each other's way while both work in one folder.
//
// A content is there before it has a name, and prune removes contents without one. So whoever gives
// a content a name holds its mutex from when it is found or made until the name is there, and prune
// holds it while it removes the content. A name that comes to a repository which prune has been
// through already would be missed: while prune runs, names that come are noted here.
//
// Who holds both takes the repository's mutex first.
#pragma once

#include <array>
#include <mutex>
#include <set>

#include "registry/names.h"
#include "support/digest.h"

namespace wherry::registry {

// Thread-safe.
class NameLocks {
 public:
  // Held while several names of a repository change, or are looked at to change one.
  std::mutex& of_repository(const RepositoryName& name);
  // Held from when a content is found or made until it has its name.
  std::mutex& of_content(const Digest& digest);

  // With the content's mutex held, when the name is there.
  void note(const Digest& digest);

  // Notes names while it lives. One at a time.
  class Watch {
   public:
    explicit Watch(NameLocks& locks);
    ~Watch();
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;
    // Whether that content was given a name since.
    bool has_seen(const Digest& digest) const;

   private:
    NameLocks& locks_;
  };

 private:
  // Few enough to be an array, enough that requests seldom meet: names share them by hash.
  std::array<std::mutex, 64> repositories_;
  std::array<std::mutex, 64> contents_;
  std::mutex mutex_;  // of what follows
  bool is_watched_ = false;
  std::set<Digest> noted_;
};

}  // namespace wherry::registry
