#include "support/json.h"

namespace wherry {

// The deepest nesting of brackets outside strings: checked before parsing, since the library has no
// limit.
static size_t nesting_depth(std::string_view text) {
  size_t depth = 0, deepest = 0;
  bool in_string = false;
  for (size_t i = 0; i < text.size(); i++) {
    char c = text[i];
    if (in_string) {
      if (c == '\\') i++;
      if (c == '"') in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      deepest = std::max(deepest, ++depth);
    } else if ((c == '}' || c == ']') && depth > 0) {
      depth--;
    }
  }
  return deepest;
}

Result<Json> parse_json(std::string_view text, const JsonLimits& limits) {
  if (text.size() > limits.size_bytes_max)
    return fail(ErrorCode::Invalid, "JSON of {} bytes exceeds the limit of {} bytes", text.size(),
                limits.size_bytes_max);
  if (nesting_depth(text) > limits.depth_max)
    return fail(ErrorCode::Invalid, "JSON is nested deeper than {} levels", limits.depth_max);
  try {
    return Json::parse(text);
  } catch (const Json::parse_error& error) {
    return fail(ErrorCode::Malformed, "not JSON: syntax error at byte {}", error.byte);
  } catch (const Json::exception& error) {
    return fail(ErrorCode::Malformed, "not JSON: {}", error.what());
  }
}

// Finds a member that is there and not null, and checks its type.
static Result<const Json*> find_member(const Json& object, const char* key,
                                       bool (Json::*is_type)() const noexcept,
                                       const char* type_name) {
  if (!object.is_object()) return fail(ErrorCode::Malformed, "expected an object with '{}'", key);
  auto member = object.find(key);
  if (member == object.end() || member->is_null()) return nullptr;
  if (!((*member).*is_type)()) return fail(ErrorCode::Malformed, "'{}' is not {}", key, type_name);
  return &*member;
}

Result<std::optional<std::string>> json_string(const Json& object, const char* key) {
  const Json* member = TRY(find_member(object, key, &Json::is_string, "a string"));
  if (!member) return std::nullopt;
  return member->get_ref<const std::string&>();
}

Result<std::optional<uint64_t>> json_unsigned(const Json& object, const char* key) {
  const Json* member =
      TRY(find_member(object, key, &Json::is_number_unsigned, "a whole number from 0 up"));
  if (!member) return std::nullopt;
  return member->get<uint64_t>();
}

Result<const Json*> json_object(const Json& object, const char* key) {
  return find_member(object, key, &Json::is_object, "an object");
}

Result<const Json*> json_array(const Json& object, const char* key) {
  return find_member(object, key, &Json::is_array, "an array");
}

}  // namespace wherry
