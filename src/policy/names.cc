#include "policy/names.h"

#include "policy/limits.h"

namespace wherry::policy {

static bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }
static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
static bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }

// `path` without a leading '/'.
static Result<> check_components(std::string_view path) {
  for (char c : path)
    if (is_control(c)) return fail(ErrorCode::Invalid, "has a control character");
  for (size_t begin = 0; begin <= path.size();) {
    size_t end = std::min(path.find('/', begin), path.size());
    std::string_view component = path.substr(begin, end - begin);
    if (component.empty())
      return fail(ErrorCode::Invalid, "has an empty part (write single slashes, none at the end)");
    if (component == "." || component == "..")
      return fail(ErrorCode::Invalid, "has a '{}' (write the path without)", component);
    begin = end + 1;
  }
  return {};
}

static Result<> check_path_length(std::string_view path) {
  if (path.empty()) return fail(ErrorCode::Invalid, "is empty");
  if (path.size() > limits::kPathBytes)
    return fail(ErrorCode::Invalid, "is longer than {} bytes", limits::kPathBytes);
  return {};
}

Result<> check_guest_path(std::string_view path) {
  TRY(check_path_length(path));
  if (path.front() != '/') return fail(ErrorCode::Invalid, "is not absolute (begin it with '/')");
  if (path == "/") return {};
  if (path.find(':') != std::string_view::npos)
    return fail(ErrorCode::Invalid, "has a ':', which no grant can name (--dir HOST:GUEST)");
  return check_components(path.substr(1));
}

Result<> check_relative_path(std::string_view path) {
  TRY(check_path_length(path));
  if (path.front() == '/') return fail(ErrorCode::Invalid, "is absolute (name it from the folder)");
  return check_components(path);
}

Result<> check_environment_name(std::string_view name) {
  bool good = !name.empty() && !is_digit(name.front());
  for (char c : name) good = good && (is_lower(c) || is_upper(c) || is_digit(c) || c == '_');
  if (!good)
    return fail(ErrorCode::Invalid,
                "is no name of an environment variable (letters, digits and '_', no digit first)");
  if (name.size() > limits::kEnvironmentNameBytes)
    return fail(ErrorCode::Invalid, "is longer than {} bytes", limits::kEnvironmentNameBytes);
  return {};
}

Result<> check_application_name(std::string_view name) {
  bool after_separator = true;  // also at the start
  bool good = !name.empty();
  for (char c : name) {
    bool separator = c == '.' || c == '_' || c == '-';
    good = good && (separator ? !after_separator : is_lower(c) || is_digit(c));
    after_separator = separator;
  }
  if (!good || after_separator)
    return fail(
        ErrorCode::Invalid,
        "is no name (lower-case letters and digits, with single '.', '_' or '-' between them)");
  if (name.size() > limits::kNameChars)
    return fail(ErrorCode::Invalid, "is longer than {} characters", limits::kNameChars);
  return {};
}

}  // namespace wherry::policy
