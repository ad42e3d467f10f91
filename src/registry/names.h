// Names of repositories and tags, as types: what has been parsed holds only characters of the
// distribution specification's grammar, so that it may be part of a path, a URL or a log line.
#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>

namespace wherry::registry {

// "team/demo": components of lower-case letters and digits, with single '.', '_', "__" or dashes
// between, so that none is ".." or begins with '_' or '.'.
class RepositoryName {
 public:
  static std::optional<RepositoryName> parse(std::string_view text);
  const std::string& text() const { return text_; }
  auto operator<=>(const RepositoryName&) const = default;

 private:
  explicit RepositoryName(std::string_view text) : text_(text) {}
  std::string text_;
};

// One component of such a name.
bool is_repository_component(std::string_view text);

// "1.0", "latest": a letter, digit or '_', then at most 127 of those, '.' and '-'.
class Tag {
 public:
  static std::optional<Tag> parse(std::string_view text);
  const std::string& text() const { return text_; }
  auto operator<=>(const Tag&) const = default;

 private:
  explicit Tag(std::string_view text) : text_(text) {}
  std::string text_;
};

// An upload's name, made by us: 32 lower-case hex digits.
bool is_upload_id(std::string_view text);

}  // namespace wherry::registry
