#include "support/log.h"

#include <unistd.h>

#include <nlohmann/json.hpp>

namespace wherry::log {

static Level g_level = Level::Warning;  // set once, before threads start

static Format g_format = Format::Text;  // likewise

void set_format(Format format) { g_format = format; }
Format format() { return g_format; }

void set_level(Level level) { g_level = level; }
bool enabled(Level level) { return level >= g_level; }

static bool needs_quotes(std::string_view value) {
  if (value.empty()) return true;
  for (char c : value)
    if ((c >= 0 && c <= ' ') || c == '"' || c == '\\' || c == '=' || c == 0x7f) return true;
  return false;
}

static void append_value(std::string& line, std::string_view value) {
  if (!needs_quotes(value)) {
    line += value;
    return;
  }
  line += '"';
  for (char c : value) {
    if (c == '"' || c == '\\') {
      line += '\\';
      line += c;
    } else if (c == '\n') {
      line += "\\n";
    } else if ((c >= 0 && c < ' ') || c == 0x7f) {
      line += fmt::format("\\x{:02x}", c);
    } else {
      line += c;
    }
  }
  line += '"';
}

std::string format_line(Level level, std::string_view message, Fields fields) {
  std::string line = "wherry: ";
  if (level == Level::Warning) line += "warning: ";
  if (level == Level::Error) line += "error: ";
  line += message;
  for (const Field& field : fields) {
    line += ' ';
    line += field.key;
    line += '=';
    append_value(line, field.value);
  }
  return line;
}

std::string format_json(Level level, std::string_view message, Fields fields) {
  constexpr const char* kNames[] = {"debug", "info", "warning", "error"};
  nlohmann::ordered_json json = {{"level", kNames[static_cast<size_t>(level)]},
                                 {"message", message}};
  for (const Field& field : fields) json[std::string(field.key)] = field.value;
  return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

static void print(Level level, std::string_view message, Fields fields) {
  if (!enabled(level)) return;
  std::string line = g_format == Format::Json ? format_json(level, message, fields)
                                              : format_line(level, message, fields);
  line += '\n';
  // One write, so that lines of several threads and processes do not mix. A log that cannot be
  // written has nowhere to say so.
  [[maybe_unused]] ssize_t written = ::write(STDERR_FILENO, line.data(), line.size());
}

void debug(std::string_view message, Fields fields) { print(Level::Debug, message, fields); }
void info(std::string_view message, Fields fields) { print(Level::Info, message, fields); }
void warning(std::string_view message, Fields fields) { print(Level::Warning, message, fields); }
void error(std::string_view message, Fields fields) { print(Level::Error, message, fields); }

}  // namespace wherry::log
