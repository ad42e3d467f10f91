// A folder of source: what files it has, and a look into them. Nothing outside of the folder is
// ever named or read through it: paths with '..' are refused, and symbolic links that lead out as
// well. Trust: the folder may hold anything (pipes, loops of links, a million files), and none of
// it blocks or exhausts us. It is expected not to change while it is read; where it does, the build
// fails or takes the one or the other state, and no more.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "support/file.h"
#include "support/result.h"

namespace wherry::builder {

struct SourceFile {
  std::string path;        // relative to the folder, with '/'
  bool leads_out = false;  // a symbolic link to outside, or to nowhere: not to be read
};

class SourceTree {
 public:
  // `folder` as the user names it, for messages. Errors: NotFound, Denied, Invalid (it is no
  // folder).
  static Result<SourceTree> open(const fs::path& folder);

  // Absolute, without symbolic links.
  const fs::path& folder() const { return folder_; }
  // As it was given to open(), or "." for an empty path.
  const fs::path& shown() const { return shown_; }

  // All regular files, sorted by path (as bytes, so in the same order everywhere). Hidden ones and
  // hidden folders are left out, since tools keep their own things there; linked folders are not
  // followed. Errors: Denied, Io for a folder that cannot be read; Invalid when a limit is exceeded
  // (builder/limits.h).
  Result<std::vector<SourceFile>> files() const;

  // Checks a file that the user names: relative, regular, not leading out.
  // Errors: Invalid, NotFound, Denied name the file.
  Result<> check_file(std::string_view path) const;

  // Where a path that the user names is, without symbolic links. Errors: Invalid when it is not
  // relative or leads out; NotFound, Denied.
  Result<fs::path> resolve(std::string_view path) const;

  // The first bytes of a file that files() or check_file() let pass.
  Result<std::string> read_beginning(std::string_view path) const;

 private:
  SourceTree(fs::path folder, fs::path shown)
      : folder_(std::move(folder)), shown_(std::move(shown)) {}

  Result<> add_folder(const fs::path& relative, size_t depth, std::vector<SourceFile>& found) const;
  Result<> add_entry(const fs::directory_entry& entry, const fs::path& relative, size_t depth,
                     std::vector<SourceFile>& found) const;
  bool is_inside(const fs::path& canonical) const;

  fs::path folder_;
  fs::path shown_;
};

}  // namespace wherry::builder
