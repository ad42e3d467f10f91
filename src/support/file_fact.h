// What was found out about a file, kept for as long as the file stays as it was: in a symbolic link
// that points nowhere, because that is read and written with one system call each.
//
//   <link> -> "<device, hex>.<inode, hex>.<size>.<mtime, ns>.<ctime, ns> <what was found out>"
//
// A file is taken for unchanged while these are what they were; every write sets both times, and
// the second cannot be set by hand. As times advance in steps, only a file that was last changed a
// while ago is remembered. What escapes: bytes that are written through a mapping long after that
// mapping's first write, until the system notes it (30 s on disks).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "support/file.h"

namespace wherry {

class FileFact {
 public:
  // Looks at `file` as it is now. The folder of `link` must be the user's own, and nobody else's to
  // write.
  FileFact(const fs::path& file, fs::path link);

  // Nothing where the file is not there or is another one than that which was remembered.
  std::optional<std::string> recall() const;

  // Nothing is kept where the file has changed since the constructor, or just before it, or where
  // `text` is too long for a link (4 KiB). A failure costs the next start some time, and nothing
  // else.
  void remember(std::string_view text) const;

 private:
  fs::path file_;
  fs::path link_;
  std::string state_;  // empty: there is no such file
};

}  // namespace wherry
