// Our log, on standard error: a fixed message, values as fields.
// Only cli, serve and kube log; libraries return errors. Guest output is data, never our log.
#pragma once

#include <fmt/format.h>

#include <initializer_list>
#include <string>
#include <string_view>

namespace wherry::log {

enum class Level { Debug, Info, Warning, Error };

struct Field {
  template <class T>
  Field(std::string_view field_key, const T& field_value)
      : key(field_key), value(fmt::format("{}", field_value)) {}

  std::string_view key;
  std::string value;
};

using Fields = std::initializer_list<Field>;

// The lowest level that is printed; Warning at the start, Info after -v, Debug after -vv.
// Set once, before threads start.
void set_level(Level level);
bool enabled(Level level);

enum class Format { Text, Json };
// Text at the start. Set once, before threads start.
void set_format(Format format);
Format format();

void debug(std::string_view message, Fields fields = {});
void info(std::string_view message, Fields fields = {});
void warning(std::string_view message, Fields fields = {});
void error(std::string_view message, Fields fields = {});

// One line as it is written, without the end of line: `wherry: warning: message key=value key="a
// b"`. Control characters and quotes in values are escaped: a line of log is always one line.
std::string format_line(Level level, std::string_view message, Fields fields);
// The same for programs: {"level":"warning","message":"…","key":"value"}, values as strings. Bytes
// that are no UTF-8 are replaced.
std::string format_json(Level level, std::string_view message, Fields fields);

}  // namespace wherry::log
