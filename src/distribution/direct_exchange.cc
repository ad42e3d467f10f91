#include "distribution/direct_exchange.h"

#include <algorithm>
#include <vector>

#include "distribution/registry_protocol.h"
#include "distribution/response_head.h"

namespace wherry::distribution {

// Where the request brings no room of its own.
static constexpr size_t kSmallPieceBytes = 64 * 1024;

std::optional<std::string> request_text(const HttpRequest& request) {
  const std::string_view origin = url_origin(request.url);
  const std::string_view target = std::string_view(request.url).substr(origin.size());
  const auto is_visible = [](char c) { return c > ' ' && c < 0x7f && c != '#'; };
  if ((request.method != "GET" && request.method != "HEAD") || origin.empty() ||
      url_has_user(request.url) || !target.starts_with('/') ||
      !std::ranges::all_of(target, is_visible))
    return std::nullopt;
  std::string text =
      fmt::format("{} {} HTTP/1.1\r\nHost: {}\r\nUser-Agent: {}\r\nAccept: */*\r\n", request.method,
                  target, origin.substr(origin.find("//") + 2), kUserAgent);
  for (const std::string& line : request.headers) text += line + "\r\n";
  if (!request.authorization.empty()) text += "Authorization: " + request.authorization + "\r\n";
  return text + "\r\n";
}

namespace {

// What has come of an answer until its head was whole.
struct Beginning {
  PlainHead head;
  std::string body;
};

}  // namespace

static Result<std::optional<Beginning>> receive_head(Connection& connection, Asked asked) {
  std::string text(limits::kHeaderBytes, '\0');
  size_t come_bytes = 0;
  while (come_bytes < text.size()) {
    const std::span<char> rest = std::span(text).subspan(come_bytes);
    const size_t searched_bytes = come_bytes - std::min<size_t>(come_bytes, 3);
    come_bytes += TRY(connection.receive(std::as_writable_bytes(rest)));
    const std::string_view come = std::string_view(text).substr(0, come_bytes);
    if (come.find("\r\n\r\n", searched_bytes) == come.npos) continue;
    std::optional<PlainHead> head = parse_plain_head(come, asked);
    if (!head) return std::nullopt;
    std::string body(come.substr(head->head_bytes));
    if (body.size() > head->body_bytes) {
      head->keeps_open = false;  // it sends what nobody asked for
      body.resize(static_cast<size_t>(head->body_bytes));
    }
    return Beginning{std::move(*head), std::move(body)};
  }
  return std::nullopt;
}

static Result<> receive_body(Connection& connection, const Beginning& beginning,
                             const HttpRequest& request) {
  const HttpResponse& response = beginning.head.response;
  if (!beginning.body.empty()) TRY(request.sink(response, as_bytes(beginning.body)));
  uint64_t left_bytes = beginning.head.body_bytes - beginning.body.size();
  std::vector<std::byte> own(request.room ? 0 : std::min<uint64_t>(left_bytes, kSmallPieceBytes));
  while (left_bytes > 0) {
    std::span<std::byte> room = request.room ? TRY(request.room()) : std::span(own);
    room = room.first(static_cast<size_t>(std::min<uint64_t>(left_bytes, room.size())));
    const size_t count =
        TRY(connection.receive(room.first(std::min(room.size(), kPieceBytes)), left_bytes));
    TRY(request.sink(response, room.first(count)));
    left_bytes -= count;
  }
  return {};
}

// A body that is not for the sink: a manifest, an error document.
static Result<std::string> receive_document(Connection& connection, Beginning beginning,
                                            const HttpRequest& request) {
  if (beginning.head.body_bytes > request.answer_bytes_max)
    return fail(ErrorCode::Malformed, "the answer exceeds {} bytes", request.answer_bytes_max);
  std::string body = std::move(beginning.body);
  size_t come_bytes = body.size();
  body.resize(static_cast<size_t>(beginning.head.body_bytes));
  while (come_bytes < body.size())
    come_bytes +=
        TRY(connection.receive(std::as_writable_bytes(std::span(body).subspan(come_bytes))));
  return body;
}

Result<std::optional<DirectAnswer>> exchange_directly(const HttpRequest& request,
                                                      const std::string& text,
                                                      Connection& connection) {
  TRY(connection.send(text));
  const Asked asked = request.method == "HEAD" ? Asked::Head : Asked::Body;
  std::optional<Beginning> beginning = TRY(receive_head(connection, asked));
  if (!beginning) return std::nullopt;
  DirectAnswer answer{.response = beginning->head.response,
                      .keeps_open = beginning->head.keeps_open};
  const int status = answer.response.status;
  if (request.sink && (status == 200 || status == 206))
    TRY(receive_body(connection, *beginning, request));
  else
    answer.response.body = TRY(receive_document(connection, *std::move(beginning), request));
  return answer;
}

}  // namespace wherry::distribution
