#include "serve/cgi_response.h"

#include <algorithm>
#include <array>
#include <optional>

#include "serve/limits.h"

namespace wherry::serve {

namespace {

std::string_view trim(std::string_view text) {
  size_t begin = std::min(text.find_first_not_of(" \t"), text.size());
  size_t end = text.find_last_not_of(" \t");
  return end == std::string_view::npos ? std::string_view() : text.substr(begin, end + 1 - begin);
}

bool has_control_character(std::string_view text) {
  return std::ranges::any_of(text,
                             [](unsigned char c) { return (c < ' ' && c != '\t') || c == 0x7f; });
}

Result<HttpField> parse_field(std::string_view line, size_t line_number) {
  size_t colon = line.find(':');
  if (colon == std::string_view::npos)
    return fail(ErrorCode::Malformed,
                "header line {} has no colon (header lines end with an empty line)", line_number);
  std::string_view name = line.substr(0, colon);
  std::string_view value = trim(line.substr(colon + 1));
  if (!is_token(name))
    return fail(ErrorCode::Malformed, "header line {} has no valid name", line_number);
  if (has_control_character(value))
    return fail(ErrorCode::Malformed, "header line {} has a control character", line_number);
  return HttpField{std::string(name), std::string(value)};
}

// RFC 3875 §6.3.3: three digits, and a phrase after a space.
Result<> read_status(std::string_view value, HttpResponse& response) {
  std::string_view digits = value.substr(0, value.find(' '));
  bool numeric = digits.size() == 3 &&
                 std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; });
  unsigned status = 0;
  if (numeric)
    for (char c : digits) status = status * 10 + static_cast<unsigned>(c - '0');
  if (status < 200 || status > 599)
    return fail(ErrorCode::Malformed, "the Status field is not 200 to 599 with an optional phrase");
  response.status = status;
  response.reason = trim(value.substr(digits.size()));
  return {};
}

bool is_of_the_connection(std::string_view name) {
  static constexpr std::array kDropped = {"Connection",
                                          "Keep-Alive",
                                          "Proxy-Connection",
                                          "Proxy-Authenticate",
                                          "Transfer-Encoding",
                                          "TE",
                                          "Trailer",
                                          "Upgrade",
                                          "Date",
                                          "Server"};
  return std::ranges::any_of(kDropped,
                             [&](const char* other) { return same_field_name(name, other); });
}

// Which of the fields that CGI gives a meaning were there.
struct Seen {
  bool status = false;
  bool content_type = false;
  bool location = false;
  bool content_length = false;
};

Result<> mark(bool& seen, std::string_view name) {
  if (seen) return fail(ErrorCode::Malformed, "there is more than one {} field", name);
  seen = true;
  return {};
}

Result<> take_field(HttpField field, HttpResponse& response, Seen& seen) {
  if (same_field_name(field.name, "Status")) {
    TRY(mark(seen.status, "Status"));
    return read_status(field.value, response);
  }
  if (same_field_name(field.name, "Content-Length")) {
    // What was printed is what is sent; the announced length matters only where no body is sent.
    TRY(mark(seen.content_length, "Content-Length"));
    bool numeric = !field.value.empty() && field.value.size() <= 18 &&
                   std::ranges::all_of(field.value, [](char c) { return c >= '0' && c <= '9'; });
    if (!numeric) return fail(ErrorCode::Malformed, "the Content-Length field is no number");
    response.announced_length = std::move(field.value);
    return {};
  }
  if (same_field_name(field.name, "Content-Type")) TRY(mark(seen.content_type, "Content-Type"));
  if (same_field_name(field.name, "Location")) TRY(mark(seen.location, "Location"));
  if (is_of_the_connection(field.name)) return {};
  if (response.fields.size() == limits::kResponseFields)
    return fail(ErrorCode::Malformed, "there are more than {} fields", limits::kResponseFields);
  response.fields.push_back(std::move(field));
  return {};
}

}  // namespace

Result<HttpResponse> parse_cgi_response(std::string output) {
  if (output.empty()) return fail(ErrorCode::Malformed, "the program printed nothing");
  HttpResponse response;
  Seen seen;
  std::string_view rest = output;
  for (size_t line_number = 1;; line_number++) {
    size_t end = rest.substr(0, limits::kResponseHeadBytes).find('\n');
    size_t head_bytes = output.size() - rest.size();
    if (end == std::string_view::npos || head_bytes + end >= limits::kResponseHeadBytes)
      return fail(ErrorCode::Malformed, "no empty line ends the header within {} bytes",
                  std::min(output.size(), limits::kResponseHeadBytes));
    std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty()) break;
    TRY(take_field(TRY(parse_field(line, line_number)), response, seen));
  }
  if (!seen.content_type && !seen.location && !seen.status)
    return fail(ErrorCode::Malformed, "there is none of Content-Type, Location and Status");
  if (seen.location && !seen.status) response.status = 302;
  output.erase(0, output.size() - rest.size());
  response.body = std::move(output);
  return response;
}

}  // namespace wherry::serve
