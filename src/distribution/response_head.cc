#include "distribution/response_head.h"

#include <algorithm>
#include <cctype>
#include <charconv>

namespace wherry::distribution {

static std::string_view trim(std::string_view text) {
  size_t begin = std::min(text.find_first_not_of(" \t\r\n"), text.size());
  size_t end = text.find_last_not_of(" \t\r\n");
  return end == text.npos ? std::string_view() : text.substr(begin, end + 1 - begin);
}

static char to_lower(unsigned char c) { return static_cast<char>(std::tolower(c)); }

void add_header_line(HttpResponse& response, std::string_view line) {
  size_t colon = line.find(':');
  if (colon == line.npos) return;
  std::string name(line.substr(0, colon));
  std::ranges::transform(name, name.begin(), to_lower);
  std::string& value = response.headers[name];
  if (!value.empty()) value += ", ";
  value += trim(line.substr(colon + 1));
}

template <typename Number>
static std::optional<Number> parse_whole(std::string_view text) {
  Number number = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// "HTTP/1.1 200 OK"
static std::optional<int> parse_status_line(std::string_view line) {
  if (!line.starts_with("HTTP/1.") || line.size() < 12 || line[8] != ' ') return std::nullopt;
  if (line.size() > 12 && line[12] != ' ') return std::nullopt;
  auto status = parse_whole<uint16_t>(line.substr(9, 3));
  if (!status || *status < 200 || *status > 599) return std::nullopt;
  if (*status == 204 || *status == 304)
    return std::nullopt;  // no body, whatever its length is said
  return *status;
}

// RFC 9112 §9.3
static bool keeps_open(std::string_view status_line, const HttpResponse& response) {
  std::string connection = response.header("connection");
  std::ranges::transform(connection, connection.begin(), to_lower);
  return status_line.starts_with("HTTP/1.1") && connection.find("close") == connection.npos;
}

std::optional<PlainHead> parse_plain_head(std::string_view text, Asked asked) {
  const size_t end = text.find("\r\n\r\n");
  if (end == text.npos) return std::nullopt;
  PlainHead head{.response = {}, .head_bytes = end + 4};
  const std::string_view status_line = text.substr(0, text.find("\r\n"));
  text = text.substr(0, end + 2);
  bool is_first = true;
  while (!text.empty()) {
    const size_t length = text.find("\r\n");
    const std::string_view line = text.substr(0, length);
    text.remove_prefix(length + 2);
    if (is_first) {
      const std::optional<int> status = parse_status_line(line);
      if (!status) return std::nullopt;
      head.response.status = *status;
    } else {
      if (line.find(':') == line.npos || line.starts_with(' ') || line.starts_with('\t'))
        return std::nullopt;
      add_header_line(head.response, line);
    }
    is_first = false;
  }
  head.keeps_open = keeps_open(status_line, head.response);
  if (asked == Asked::Head) return head;
  for (const char* coding : {"transfer-encoding", "content-encoding"})
    if (head.response.headers.contains(coding)) return std::nullopt;
  const auto body_bytes = parse_whole<uint64_t>(head.response.header("content-length"));
  if (!body_bytes) return std::nullopt;
  head.body_bytes = *body_bytes;
  return head;
}

}  // namespace wherry::distribution
