// How `wherry registry prune` reaches the server that has a folder: through a socket in it, which
// its owner alone may open. One request goes over a connection, and one answer comes back when all
// is done. Both ends are of one version, so messages are structures as they lie in memory.
#pragma once

#include <memory>
#include <thread>

#include "registry/prune.h"

namespace wherry::registry {

// The server's end. One request at a time; others wait.
class Control {
 public:
  // Errors: the folder's file system has no sockets, most likely.
  static Result<std::unique_ptr<Control>> open(const fs::path& folder);
  // Ends what is in progress, and takes the socket away.
  ~Control();

  // Answers from now on, in a thread of its own. Borrows the storage. At most once.
  Result<> start(Storage& storage);

 private:
  Control(Fd listener, fs::path path) : listener_(std::move(listener)), path_(std::move(path)) {}
  void answer(Storage& storage, int connection, std::stop_token stop);

  Fd listener_;
  fs::path path_;
  std::jthread thread_;
};

// Has the server that has this folder prune it. Errors: the server's; NotFound where none answers,
// Denied where the folder is somebody else's.
Result<Pruned> ask_server_to_prune(const fs::path& folder, const PruneOptions& options);

}  // namespace wherry::registry
