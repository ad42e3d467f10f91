// What of the official suite is known to fail, and why: left_for_later.txt. A line names a script
// and a feature,
//
//   core/br_on_null        typed function references
//   core/ref_null:12-30    gc
//
// a script without lines stands for all of its commands, of which at least one must fail; with
// lines, every command in that range must. '#' begins a comment.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "support/file.h"
#include "support/result.h"

namespace wherry::spec {

class LeftForLater {
 public:
  struct Entry {
    std::string script;  // "core/br_on_null"
    uint64_t first_line;
    uint64_t last_line;  // inclusive
    std::string feature;

    bool is_whole_script() const { return first_line == 0; }
  };

  // Errors: of reading; Malformed with the line's number.
  static Result<LeftForLater> load(const fs::path& file);

  // The entry of a command, or nullptr.
  const Entry* find(std::string_view script, uint64_t line) const;
  // The entries that name a script.
  std::vector<const Entry*> entries_of(std::string_view script) const;

 private:
  std::vector<Entry> entries_;
};

}  // namespace wherry::spec
