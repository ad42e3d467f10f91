// JSON from outside, read without exceptions and with limits (nlohmann-json behind it).
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "support/result.h"

namespace wherry {

using Json = nlohmann::json;
// Keeps the keys' order as written: for documents whose bytes are hashed.
using OrderedJson = nlohmann::ordered_json;

struct JsonLimits {
  size_t size_bytes_max = 4 * 1024 * 1024;
  size_t depth_max = 64;  // nesting beyond any format we read; the parser recurses no deeper
};

// Errors: Malformed with the byte offset; Invalid when a limit is exceeded.
Result<Json> parse_json(std::string_view text, const JsonLimits& limits = {});

// Members of an object, by type: nullopt when absent or null; Malformed when of another type.
Result<std::optional<std::string>> json_string(const Json& object, const char* key);
Result<std::optional<uint64_t>> json_unsigned(const Json& object, const char* key);
// Borrowed from `object`; nullptr when absent or null; Malformed when of another type.
Result<const Json*> json_object(const Json& object, const char* key);
Result<const Json*> json_array(const Json& object, const char* key);

}  // namespace wherry
