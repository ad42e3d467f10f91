#include "policy/file_rights.h"

#include "support/quotes.h"

namespace wherry::policy {

namespace {

struct Word {
  std::string_view text;
  FileRights right;
};

// In the order in which they are shown.
constexpr Word kWords[] = {{"read", FileRight::Read},
                           {"write", FileRight::Write},
                           {"create", FileRight::Create},
                           {"delete", FileRight::Delete}};

}  // namespace

Result<FileRights> parse_file_right(std::string_view word) {
  for (const Word& known : kWords)
    if (word == known.text) return known.right;
  return fail(ErrorCode::Invalid, "{} is no right (known: read, write, create, delete)",
              in_quotes(word));
}

std::vector<std::string_view> right_words(FileRights rights) {
  std::vector<std::string_view> words;
  for (const Word& word : kWords)
    if (rights.includes(word.right)) words.push_back(word.text);
  return words;
}

Result<FileRights> parse_rights_flag(std::string_view text) {
  if (text == "ro") return kReadOnly;
  if (text == "rw") return kReadWrite;
  FileRights rights;
  for (size_t begin = 0; begin <= text.size();) {
    size_t end = std::min(text.find('+', begin), text.size());
    rights = rights | TRY(parse_file_right(text.substr(begin, end - begin)));
    begin = end + 1;
  }
  return rights;
}

std::string rights_flag(FileRights rights) {
  if (rights == kReadOnly) return "ro";
  return rights == kReadWrite ? "rw" : fmt::format("{}", fmt::join(right_words(rights), "+"));
}

std::string to_string(FileRights rights) {
  if (rights == kReadOnly) return "read-only";
  return rights == kReadWrite ? "read-write"
                              : fmt::format("{}", fmt::join(right_words(rights), ", "));
}

std::string rights_toml(FileRights rights) {
  if (rights == kReadOnly || rights == kReadWrite) return fmt::format("\"{}\"", to_string(rights));
  return fmt::format("[\"{}\"]", fmt::join(right_words(rights), "\", \""));
}

}  // namespace wherry::policy
