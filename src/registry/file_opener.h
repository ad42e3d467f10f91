// Reads files for a process that is behind the sandbox: users and certificates are read anew at
// SIGHUP, and whoever replaces such a file renames another over it, as certbot and most editors do,
// which Landlock has never heard of. So a second process stays outside, opens them by their names,
// and hands descriptors over. All that it takes is the number of a file that was named at the
// start; it ends with the first.
#pragma once

#include <string>
#include <vector>

#include "support/file.h"

namespace wherry::registry {

// One thread at a time.
class FileOpener {
 public:
  // Before there are other threads, and before the sandbox. Without names there is no process.
  static Result<FileOpener> start(std::vector<fs::path> files);

  // What is in the file now. Errors: NotFound, Denied; Invalid for what is no regular file, or
  // larger; Unavailable where the other process is gone or does not answer.
  Result<std::string> read(size_t index, uint64_t size_bytes_max);

 private:
  FileOpener(Fd socket, std::vector<fs::path> files)
      : socket_(std::move(socket)), files_(std::move(files)) {}
  Result<Fd> open(size_t index);

  Fd socket_;
  std::vector<fs::path> files_;
  uint32_t requests_ = 0;
};

}  // namespace wherry::registry
