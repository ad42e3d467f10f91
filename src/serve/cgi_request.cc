#include "serve/cgi_request.h"

#include <algorithm>
#include <array>

namespace wherry::serve {

namespace {

// RFC 9112 §3.2, taken apart. Borrows from the request.
struct Target {
  std::string_view authority;  // of an absolute target only
  std::string_view path;
  std::string_view query;
};

Result<Target> parse_target(std::string_view target) {
  Target parts;
  if (target.size() > 7 && same_field_name(target.substr(0, 7), "http://")) {
    target.remove_prefix(7);
    size_t end = std::min(target.find_first_of("/?"), target.size());
    parts.authority = target.substr(0, end);
    target.remove_prefix(end);
    if (parts.authority.empty()) return fail(ErrorCode::Invalid, "the target has no host");
    if (target.empty() || target.front() == '?') {
      parts.path = "/";
      if (!target.empty()) parts.query = target.substr(1);
      return parts;
    }
  }
  if (!target.starts_with('/')) return fail(ErrorCode::Invalid, "the target is no path");
  size_t question = target.find('?');
  parts.path = target.substr(0, question);
  if (question != std::string_view::npos) parts.query = target.substr(question + 1);
  return parts;
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

Result<std::string> decode_path(std::string_view path) {
  std::string decoded;
  decoded.reserve(path.size());
  for (size_t i = 0; i < path.size(); i++) {
    if (path[i] != '%') {
      decoded += path[i];
      continue;
    }
    int high = i + 2 < path.size() ? hex_value(path[i + 1]) : -1;
    int low = i + 2 < path.size() ? hex_value(path[i + 2]) : -1;
    if (high < 0 || low < 0) return fail(ErrorCode::Invalid, "the path has a bad percent code");
    decoded += static_cast<char>(high * 16 + low);
    i += 2;
  }
  if (decoded.find('\0') != std::string::npos)
    return fail(ErrorCode::Invalid, "the path has a NUL byte");
  return decoded;
}

bool is_host_character(char c) {
  if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) return true;
  return c != '\0' && std::string_view("-._~!$&'()*+,;=%:[]").find(c) != std::string_view::npos;
}

// RFC 9112 §3.2: exactly one Host, but for HTTP/1.0; an absolute target's own host comes before it.
Result<std::string_view> find_authority(const HttpRequest& request, const Target& target) {
  const HttpField* host = nullptr;
  for (const HttpField& field : request.fields) {
    if (!same_field_name(field.name, "Host")) continue;
    if (host) return fail(ErrorCode::Invalid, "there is more than one Host field");
    host = &field;
  }
  if (!host && !request.version_1_0) return fail(ErrorCode::Invalid, "there is no Host field");
  std::string_view authority = target.authority;
  if (authority.empty() && host) authority = host->value;
  if (!std::ranges::all_of(authority, is_host_character))
    return fail(ErrorCode::Invalid, "the host is not valid");
  return authority;
}

// Without ":port"; an IPv6 address keeps its brackets (RFC 3875 §4.1.14).
std::string_view host_of(std::string_view authority) {
  size_t search_from =
      authority.starts_with('[') ? std::min(authority.find(']'), authority.size()) : 0;
  return authority.substr(0, authority.find(':', search_from));
}

bool is_passed_on(std::string_view name) {
  static constexpr std::array kLeftOut = {"Proxy",
                                          "Connection",
                                          "Keep-Alive",
                                          "Proxy-Connection",
                                          "Transfer-Encoding",
                                          "TE",
                                          "Trailer",
                                          "Upgrade",
                                          "Content-Length",
                                          "Content-Type",
                                          "Expect",
                                          "Proxy-Authorization",
                                          "HTTP2-Settings"};
  for (const char* other : kLeftOut)
    if (same_field_name(name, other)) return false;
  return std::ranges::all_of(name, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-';
  });
}

std::string variable_name(std::string_view field_name) {
  std::string name = "HTTP_";
  for (char c : field_name) {
    if (c == '-') c = '_';
    name += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  }
  return name;
}

void append_field_variables(const HttpRequest& request,
                            std::vector<policy::EnvironmentGrant>& environment) {
  size_t first = environment.size();
  for (const HttpField& field : request.fields) {
    if (!is_passed_on(field.name)) continue;
    std::string name = variable_name(field.name);
    auto begin = environment.begin() + static_cast<std::ptrdiff_t>(first);
    auto same = std::ranges::find(begin, environment.end(), name, &policy::EnvironmentGrant::name);
    if (same == environment.end())
      environment.push_back({std::move(name), field.value});
    else
      same->value += (name == "HTTP_COOKIE" ? "; " : ", ") + field.value;
  }
}

std::string content_type(const HttpRequest& request) {
  for (const HttpField& field : request.fields)
    if (same_field_name(field.name, "Content-Type")) return field.value;
  return {};
}

std::vector<std::string> split_query(std::string_view query) {
  std::vector<std::string> parts;
  while (!query.empty()) {
    size_t end = std::min(query.find('&'), query.size());
    parts.emplace_back(query.substr(0, end));
    query.remove_prefix(std::min(end + 1, query.size()));
  }
  return parts;
}

}  // namespace

Result<CgiRequest> make_cgi_request(const HttpRequest& request, std::string_view server_software) {
  Target target = TRY(parse_target(request.target));
  std::string_view authority = TRY(find_authority(request, target));
  std::string path_info = TRY(decode_path(target.path));
  std::string server_name(host_of(authority));
  if (server_name.empty()) server_name = request.local_address;
  std::string url_authority(authority);
  if (authority.empty()) url_authority = fmt::format("{}:{}", server_name, request.local_port);
  std::string query_mark = target.query.empty() ? "" : "?";

  CgiRequest cgi;
  cgi.program_name = target.path;
  cgi.arguments = split_query(target.query);
  cgi.environment = {
      {"GATEWAY_INTERFACE", "CGI/1.1"},
      {"REQUEST_METHOD", request.method},
      {"SCRIPT_NAME", ""},
      {"PATH_INFO", std::move(path_info)},
      {"QUERY_STRING", std::string(target.query)},
      {"SERVER_PROTOCOL", request.version_1_0 ? "HTTP/1.0" : "HTTP/1.1"},
      {"SERVER_NAME", std::move(server_name)},
      {"SERVER_PORT", fmt::to_string(request.local_port)},
      {"SERVER_SOFTWARE", std::string(server_software)},
      {"REMOTE_ADDR", request.remote_address},
      {"REMOTE_HOST", request.remote_address},
      {"X_FULL_URL",
       fmt::format("http://{}{}{}{}", url_authority, target.path, query_mark, target.query)},
      {"X_RAW_PATH_INFO", std::string(target.path)},
  };
  // RFC 3875 §4.1.2 and §4.1.3: with a body only; a type only where the client told one.
  if (!request.body.empty())
    cgi.environment.push_back({"CONTENT_LENGTH", fmt::to_string(request.body.size())});
  if (std::string type = content_type(request); !type.empty())
    cgi.environment.push_back({"CONTENT_TYPE", std::move(type)});
  append_field_variables(request, cgi.environment);
  return cgi;
}

}  // namespace wherry::serve
