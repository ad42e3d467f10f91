#include "spec/known_failures.h"

#include <charconv>
#include <limits>

namespace wherry::spec {

namespace {

constexpr uint64_t kFileBytesMax = 1024 * 1024;

bool parse_line_number(std::string_view text, uint64_t& number) {
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() && number > 0;
}

// "core/x", "core/x:12" or "core/x:12-30".
bool parse_place(std::string_view text, KnownFailures::Entry& entry) {
  size_t colon = text.find(':');
  entry.script = text.substr(0, colon);
  entry.first_line = 0;
  entry.last_line = std::numeric_limits<uint64_t>::max();
  if (colon == text.npos) return true;
  text.remove_prefix(colon + 1);
  size_t dash = text.find('-');
  if (!parse_line_number(text.substr(0, dash), entry.first_line)) return false;
  if (dash == text.npos)
    entry.last_line = entry.first_line;
  else if (!parse_line_number(text.substr(dash + 1), entry.last_line))
    return false;
  return entry.first_line <= entry.last_line;
}

}  // namespace

Result<KnownFailures> KnownFailures::load(const fs::path& file) {
  Bytes bytes = TRY(read_file(file, {.size_bytes_max = kFileBytesMax}));
  std::string_view text = as_text(bytes);
  KnownFailures left;
  for (size_t number = 1; !text.empty(); ++number) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    line = line.substr(0, line.find('#'));
    size_t begin = line.find_first_not_of(' ');
    if (begin == line.npos) continue;
    line.remove_prefix(begin);
    size_t place_end = line.find(' ');
    size_t reason = place_end == line.npos ? line.npos : line.find_first_not_of(' ', place_end);
    Entry entry;
    if (reason == line.npos || !parse_place(line.substr(0, place_end), entry))
      return fail(ErrorCode::Malformed, "{}:{}: not \"SCRIPT[:LINE[-LINE]] REASON\"", file.string(),
                  number);
    entry.reason = line.substr(reason);
    left.entries_.push_back(std::move(entry));
  }
  return left;
}

const KnownFailures::Entry* KnownFailures::find(std::string_view script, uint64_t line) const {
  for (const Entry& entry : entries_)
    if (entry.script == script && line >= entry.first_line && line <= entry.last_line)
      return &entry;
  return nullptr;
}

std::vector<const KnownFailures::Entry*> KnownFailures::entries_of(std::string_view script) const {
  std::vector<const Entry*> entries;
  for (const Entry& entry : entries_)
    if (entry.script == script) entries.push_back(&entry);
  return entries;
}

}  // namespace wherry::spec
