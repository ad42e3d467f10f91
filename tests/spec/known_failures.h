// What of the official suite is known to fail, and why: known_failures.txt. A line names a script
// and a reason,
//
//   core/br_on_null        what br_on_null lacks
//   core/ref_null:12-30    what these lines need
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

class KnownFailures {
 public:
  struct Entry {
    std::string script;  // "core/br_on_null"
    uint64_t first_line;
    uint64_t last_line;  // inclusive
    std::string reason;

    bool is_whole_script() const { return first_line == 0; }
  };

  // Errors: of reading; Malformed with the line's number.
  static Result<KnownFailures> load(const fs::path& file);

  // The entry of a command, or nullptr.
  const Entry* find(std::string_view script, uint64_t line) const;
  // The entries that name a script.
  std::vector<const Entry*> entries_of(std::string_view script) const;

 private:
  std::vector<Entry> entries_;
};

}  // namespace wherry::spec
