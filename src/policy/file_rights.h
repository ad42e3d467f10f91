// What may be done below a granted folder: a set of four rights, each of which can be given alone.
//
//   read    open files for reading, list folders, look at sizes and times, read links
//   write   change files that exist: their bytes, sizes and times
//   create  make new files, folders and links; who makes a file may fill it while it is open
//   delete  remove files and folders, and move them away; to replace a file by a move is to delete
//
// So "create" alone is a letter box, and "read, create" an archive where nothing is ever lost.
// Two sets have names of their own: read-only (read) and read-write (all four).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "support/result.h"

namespace wherry::policy {

class FileRights {
 public:
  // None: nothing may be done. A request or a grant of it is refused when it is parsed.
  constexpr FileRights() = default;

  constexpr bool includes(FileRights others) const {
    return (bits_ & others.bits_) == others.bits_;
  }
  constexpr bool empty() const { return bits_ == 0; }
  constexpr FileRights operator|(FileRights other) const { return FileRights(bits_ | other.bits_); }
  constexpr FileRights operator&(FileRights other) const { return FileRights(bits_ & other.bits_); }
  constexpr FileRights operator-(FileRights other) const {
    return FileRights(bits_ & ~other.bits_);
  }
  constexpr bool operator==(const FileRights&) const = default;

 private:
  constexpr explicit FileRights(int bits) : bits_(static_cast<uint8_t>(bits)) {}
  friend struct FileRight;
  uint8_t bits_ = 0;
};

struct FileRight {
  static constexpr FileRights Read{1};
  static constexpr FileRights Write{2};
  static constexpr FileRights Create{4};
  static constexpr FileRights Delete{8};
};

constexpr FileRights kReadOnly = FileRight::Read;
constexpr FileRights kReadWrite =
    FileRight::Read | FileRight::Write | FileRight::Create | FileRight::Delete;

// "read", "write", "create" or "delete" as the set of that right. Errors: Invalid names the word
// and the four, for behind the name of what it was written for.
Result<FileRights> parse_file_right(std::string_view word);

// The words of the rights in a set, always in one order.
std::vector<std::string_view> right_words(FileRights rights);

// As it is written behind --dir: "ro", "rw", or words with '+' between them ("read+create").
// Errors: Invalid, as parse_file_right.
Result<FileRights> parse_rights_flag(std::string_view text);
std::string rights_flag(FileRights rights);

// For people: "read-only", "read-write", or "read, create".
std::string to_string(FileRights rights);

// As wherry.toml has it: "\"read-only\"", or "[\"read\", \"create\"]".
std::string rights_toml(FileRights rights);

}  // namespace wherry::policy
