#include "registry/connection.h"

#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/rfc7230.hpp>
#include <ctime>

#include "registry/limits.h"
#include "registry/ranges.h"

namespace wherry::registry {

namespace beast = boost::beast;
using boost::system::error_code;
using Parser = beast::http::request_parser<beast::http::buffer_body>;

namespace {

constexpr size_t kHeadReadBytes = 4 * 1024;
constexpr size_t kChunkReadBytes = 16 * 1024;

std::string_view view(beast::string_view text) { return {text.data(), text.size()}; }

// Bytes that were read and not used yet: the end of a head may hold the begin of a body.
class Input {
 public:
  explicit Input(Stream& stream) : stream_(stream) {}

  // Reads more behind what is there: 0 at the end.
  Result<size_t> fill(size_t count_max, Clock::time_point deadline) {
    const size_t before = bytes_.size();
    bytes_.resize(before + count_max);
    Result<size_t> count = stream_.read(std::span(bytes_).subspan(before), deadline);
    bytes_.resize(before + count.value_or(0));
    return count;
  }
  boost::asio::const_buffer buffer() const { return {bytes_.data(), bytes_.size()}; }
  std::string_view text() const { return as_text(bytes_); }
  bool empty() const { return bytes_.empty(); }
  void consume(size_t count) {
    bytes_.erase(bytes_.begin(), bytes_.begin() + static_cast<ptrdiff_t>(count));
  }
  // Moves what is there into `buffer`.
  size_t take(std::span<std::byte> buffer) {
    const size_t count = std::min(buffer.size(), bytes_.size());
    std::copy_n(bytes_.begin(), count, buffer.begin());
    consume(count);
    return count;
  }
  void release() {
    if (bytes_.empty()) Bytes().swap(bytes_);
  }

 private:
  Stream& stream_;
  Bytes bytes_;
};

// A body with a length is passed on as it comes, without the parser in between; of a chunked one
// the parser takes the framing off.
class StreamedBody final : public RequestBody {
 public:
  StreamedBody(Stream& stream, Input& input, Parser& parser, bool expects_continue)
      : stream_(stream), input_(input), parser_(parser), expects_continue_(expects_continue) {
    if (parser.chunked()) return;
    const auto length = parser.content_length();
    announced_ = length ? *length : 0;
    left_bytes_ = *announced_;
  }

  std::optional<uint64_t> announced_bytes() const override { return announced_; }
  bool is_done() const { return announced_ ? left_bytes_ == 0 : parser_.is_done(); }
  // What is left is worth reading, to keep the connection.
  bool is_short() const {
    return !expects_continue_ && announced_ && left_bytes_ <= limits::kDrainBytes;
  }
  bool has_failed() const { return has_failed_; }

  Answer<size_t> read(std::span<std::byte> buffer) override {
    if (is_done()) return 0;
    if (Result<> ready = continue_if_expected(); !ready) return broken(ready.error());
    return announced_ ? read_plain(buffer) : read_chunked(buffer);
  }

 private:
  // RFC 9110 §10.1.1: only now is it known that the body is wanted.
  Result<> continue_if_expected() {
    if (!std::exchange(expects_continue_, false) || !input_.empty()) return {};
    return stream_.write(as_bytes("HTTP/1.1 100 Continue\r\n\r\n"), pace_);
  }

  Answer<size_t> read_plain(std::span<std::byte> buffer) {
    buffer = buffer.first(std::min<uint64_t>(buffer.size(), left_bytes_));
    size_t count = input_.take(buffer);
    if (count == 0) {
      Result<size_t> received = stream_.read(buffer, pace_.deadline());
      if (!received) return broken(received.error());
      if (*received == 0) return broken({ErrorCode::Io, "the client left"});
      count = *received;
    }
    left_bytes_ -= count;
    pace_.count(count);
    return count;
  }

  Answer<size_t> read_chunked(std::span<std::byte> buffer) {
    auto& body = parser_.get().body();
    body.data = buffer.data();
    body.size = buffer.size();
    while (!parser_.is_done() && body.size == buffer.size()) {
      error_code error;
      const size_t used = input_.empty() ? 0 : parser_.put(input_.buffer(), error);
      input_.consume(used);
      if (error == beast::http::error::need_buffer) break;
      if (error && error != beast::http::error::need_more)
        return broken({ErrorCode::Malformed, error.message()});
      if (used > 0) continue;
      Result<size_t> received = input_.fill(kChunkReadBytes, pace_.deadline());
      if (!received) return broken(received.error());
      if (*received == 0) return broken({ErrorCode::Io, "the client left"});
      pace_.count(*received);
    }
    return buffer.size() - body.size;
  }

  std::unexpected<Refusal> broken(const Error& error) {
    has_failed_ = true;
    if (error.code == ErrorCode::Unavailable)
      return refuse(408, code::kBlobUploadInvalid, "the body came too slowly");
    if (error.code == ErrorCode::Malformed)
      return refuse(400, code::kBlobUploadInvalid, "the body is not chunked as RFC 9112 says");
    return refuse(400, code::kBlobUploadInvalid, "the body broke off");
  }

  Stream& stream_;
  Input& input_;
  Parser& parser_;
  bool expects_continue_;
  std::optional<uint64_t> announced_ = {};
  uint64_t left_bytes_ = 0;
  bool has_failed_ = false;
  Pace pace_;
};

class Connection {
 public:
  Connection(Stream& stream, const Handler& handler, const ConnectionOptions& options)
      : stream_(stream), handler_(handler), options_(options), input_(stream) {}

  void run() {
    while (!*options_.ends_soon) {
      Parser parser;
      parser.header_limit(limits::kRequestHeadBytes);
      parser.body_limit(boost::none);  // the handler's matter
      if (!read_head(parser)) return;
      *options_.is_busy = true;
      const bool goes_on = answer(parser);
      *options_.is_busy = false;
      if (!goes_on) return linger();
      input_.release();
    }
  }

 private:
  // False where the connection is over: the client left, or was refused.
  bool read_head(Parser& parser) {
    auto deadline = Clock::now() + limits::kIdleTimeout;
    bool has_begun = false;
    for (;;) {
      if (!input_.empty()) {
        if (!std::exchange(has_begun, true)) deadline = Clock::now() + limits::kHeadTimeout;
        error_code error;
        input_.consume(parser.put(input_.buffer(), error));
        if (error && error != beast::http::error::need_more) return refuse_head(parser, error);
        if (parser.is_header_done()) return accept_head(parser);
      }
      const Result<size_t> count = input_.fill(kHeadReadBytes, deadline);
      if (!count && count.error().code == ErrorCode::Unavailable && has_begun)
        return refuse_connection(408, "the request's head came too slowly");
      if (!count || *count == 0) return false;
    }
  }

  bool refuse_head(const Parser& parser, const error_code& error) {
    if (error == beast::http::error::bad_version)
      return refuse_connection(505, "HTTP/1.1 is spoken here");
    if (error != beast::http::error::header_limit)
      return refuse_connection(400, "the request is not HTTP/1.1");
    // Without an end of line, all of it is the request line.
    const bool in_target = !input_.text().contains('\n') && parser.get().target().empty();
    return refuse_connection(in_target ? 414 : 431, "the request's head is too large");
  }

  bool accept_head(const Parser& parser) {
    const auto& message = parser.get();
    if (message.version() != 10 && message.version() != 11)
      return refuse_connection(505, "HTTP/1.1 is spoken here");
    const auto fields = std::distance(message.begin(), message.end());
    if (static_cast<size_t>(fields) > limits::kRequestFields)
      return refuse_connection(431, "the request has too many fields");
    // RFC 9112 §6.1: a coding that we do not know, or one that HTTP/1.0 cannot have meant.
    const bool coded = message.find(beast::http::field::transfer_encoding) != message.end();
    if (coded && (message.version() == 10 || parser.content_length()))
      return refuse_connection(400, "the body has two lengths");
    if (coded && !parser.chunked())
      return refuse_connection(501, "the only transfer coding is chunked");
    const auto expectation = message.find(beast::http::field::expect);
    if (expectation != message.end() &&
        !http::same_field_name(view(expectation->value()), "100-continue"))
      return refuse_connection(417, "the only expectation is 100-continue");
    return true;
  }

  // Whether a next request may follow.
  bool answer(Parser& parser) {
    const auto& message = parser.get();
    const bool expects_continue =
        message.version() == 11 && message.find(beast::http::field::expect) != message.end();
    StreamedBody body(stream_, input_, parser, expects_continue);
    Request request{.method = std::string(view(message.method_string())),
                    .target = std::string(view(message.target())),
                    .fields = {},
                    .remote_address = options_.remote_address,
                    .body = &body,
                    .interrupt = [this] { stream_.interrupt(); }};
    for (const auto& field : message)
      request.fields.push_back(
          {std::string(view(field.name_string())), std::string(view(field.value()))});
    const bool wants_more = message.keep_alive();
    const bool is_old = message.version() == 10;
    const Response response = handler_(request);
    const bool goes_on = wants_more && !*options_.ends_soon && !body.has_failed() && drain(body);
    return write(response, request.method == "HEAD", goes_on, is_old) && goes_on;
  }

  // The rest of a body that was not wanted, where that is little.
  static bool drain(StreamedBody& body) {
    if (body.is_done()) return true;
    if (!body.is_short()) return false;
    std::vector<std::byte> buffer(4096);
    while (const Answer<size_t> count = body.read(buffer))
      if (*count == 0) return true;
    return false;
  }

  bool write(const Response& response, bool is_head_request, bool keep_alive, bool is_old) {
    const bool is_bodiless = response.status == 204 || response.status == 304;
    const std::string length = is_bodiless ? "" : fmt::to_string(response.body_bytes());
    std::string head = http::format_response_head({.status = response.status,
                                                   .fields = response.fields,
                                                   .content_length = length,
                                                   .keep_alive = keep_alive,
                                                   .version_1_0 = is_old,
                                                   .now = std::time(nullptr),
                                                   .server = options_.server_software});
    const bool has_body = !is_head_request && !is_bodiless;
    if (has_body && !response.file) head += response.body;  // short: one packet with the head
    Pace pace;
    if (!stream_.write(as_bytes(head), pace)) return false;
    if (!has_body || !response.file) return true;
    return stream_
        .send_file(response.file->file.get(), response.file->offset, response.file->size_bytes)
        .has_value();
  }

  bool refuse_connection(unsigned status, std::string_view why) {
    const Refusal refusal(status, code::kUnsupported, std::string(why));
    write({.status = status,
           .fields = {{"Content-Type", "application/json"}},
           .body = error_document(refusal)},
          false, false, false);
    linger();
    return false;
  }

  // Closed at once, with bytes of the client's unread, the system would reset the connection and
  // the client might lose our answer (RFC 9112 §9.6).
  void linger() {
    stream_.finish_writing();
    const auto deadline = Clock::now() + limits::kLingerTimeout;
    std::vector<std::byte> buffer(limits::kTransferBufferBytes);
    while (const Result<size_t> count = stream_.read(buffer, deadline))
      if (*count == 0 || Clock::now() > deadline) return;
  }

  Stream& stream_;
  const Handler& handler_;
  const ConnectionOptions& options_;
  Input input_;
};

}  // namespace

void serve_connection(Stream& stream, const Handler& handler, const ConnectionOptions& options) {
  Connection(stream, handler, options).run();
}

}  // namespace wherry::registry
