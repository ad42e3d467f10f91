#include "serve/http_session.h"

#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/rfc7230.hpp>
#include <utility>

#include "serve/limits.h"
#include "support/log.h"

namespace wherry::serve {

namespace http = beast::http;
using boost::system::error_code;

namespace {

// Heads are short, and every idle connection holds this much; bodies come in larger pieces.
constexpr size_t kHeadReadBytes = 4 * 1024;
constexpr size_t kBodyReadBytes = 64 * 1024;
// A head, which the parser refuses to be longer, and one read behind it.
constexpr size_t kBufferBytes = limits::kRequestHeadBytes + 2 * kBodyReadBytes;

std::string_view view(beast::string_view text) { return {text.data(), text.size()}; }

}  // namespace

HttpSession::HttpSession(tcp::socket socket, SessionGroup& group)
    : socket_(std::move(socket)), group_(group), buffer_(kBufferBytes) {}

void HttpSession::start() {
  error_code error;
  socket_.set_option(tcp::no_delay(true), error);
  tcp::endpoint remote = socket_.remote_endpoint(error);
  if (error) return close();  // gone already
  tcp::endpoint local = socket_.local_endpoint(error);
  if (error) return close();
  remote_address_ = remote.address().to_string();
  local_address_ = local.address().to_string();
  local_port_ = local.port();
  begin_request();
}

void HttpSession::check_deadline(Clock::time_point now) {
  if (now < std::min(deadline_, step_end_)) return;
  // A head that began and did not end gets an answer; nothing else could be understood by now.
  if (step_ == Step::Head || step_ == Step::Body) {
    error_code ignored;
    socket_.cancel(ignored);
    return refuse(408);
  }
  close();
}

void HttpSession::stop() {
  if (step_ == Step::Idle) close();
}

void HttpSession::begin_request() {
  parser_.emplace();
  parser_->header_limit(limits::kRequestHeadBytes);
  parser_->body_limit(limits::kRequestBodyBytes);
  request_ = HttpRequest();
  keep_alive_ = head_request_ = version_1_0_ = false;
  step_ = Step::Idle;
  step_end_ = Clock::time_point::max();
  if (buffer_.size() > 0) return parse();
  if (group_.stopping) return close();
  deadline_ = Clock::now() + limits::kIdleTimeout;
  read_more();
}

void HttpSession::parse() {
  if (step_ == Step::Idle) {
    step_ = Step::Head;
    request_start_ = Clock::now();
    deadline_ = request_start_ + limits::kHeadTimeout;
  }
  while (buffer_.size() > 0 && !parser_->is_done()) {
    error_code error;
    size_t used = parser_->put(buffer_.data(), error);
    buffer_.consume(used);
    if (error == http::error::need_more) break;
    if (error) return refuse_malformed(error);
    if (step_ == Step::Head && parser_->is_header_done() && !accept_head()) return;
    if (used == 0) break;
  }
  if (parser_->is_done()) return on_request_complete();
  read_more();
}

void HttpSession::read_more() {
  auto done = [self = shared_from_this()](const error_code& error, size_t count) {
    self->on_read(error, count);
  };
  size_t room = step_ == Step::Body ? kBodyReadBytes : kHeadReadBytes;
  socket_.async_read_some(buffer_.prepare(room), std::move(done));
}

void HttpSession::on_read(const error_code& error, size_t count) {
  buffer_.commit(count);
  if (step_ == Step::Lingering) {
    buffer_.consume(buffer_.size());
    return error ? close() : read_more();
  }
  if (step_ == Step::Writing || step_ == Step::Closed) return;  // refused meanwhile: too slow
  if (error) return close();
  if (step_ == Step::Body) deadline_ = Clock::now() + limits::kIdleTimeout;
  parse();
}

// Takes the head over and decides whether the body is wanted. The fields are copied before the body
// is read, since the parser would put a chunked body's trailers among them.
bool HttpSession::accept_head() {
  const auto& message = parser_->get();
  request_.method = view(message.method_string());
  request_.target = view(message.target());
  request_.version_1_0 = message.version() < 11;
  for (const auto& field : message)
    request_.fields.push_back(
        {std::string(view(field.name_string())), std::string(view(field.value()))});
  head_request_ = message.method() == http::verb::head;
  version_1_0_ = request_.version_1_0;
  if (message.version() != 10 && message.version() != 11) return refuse(505), false;
  if (request_.target.size() > limits::kTargetBytes) return refuse(414), false;
  if (request_.fields.size() > limits::kRequestFields) return refuse(431), false;
  // RFC 9112 §6.1: a coding that we do not know, or one that HTTP/1.0 cannot have meant.
  bool coded = message.find(http::field::transfer_encoding) != message.end();
  if (coded && request_.version_1_0) return refuse(400), false;
  if (coded && !parser_->chunked())
    return refuse(501, "the only transfer coding is chunked"), false;
  if (!reserve_body() || !accept_expectation(message)) return false;
  keep_alive_ = message.keep_alive();
  step_ = Step::Body;
  Clock::time_point now = Clock::now();
  deadline_ = now + limits::kIdleTimeout;
  step_end_ = now + limits::kBodyTimeout;
  return true;
}

bool HttpSession::reserve_body() {
  size_t size_bytes = 0;
  if (parser_->chunked()) size_bytes = limits::kRequestBodyBytes;
  if (auto length = parser_->content_length()) size_bytes = *length;
  if (size_bytes == 0) return true;
  request_.body_share = BudgetShare(*group_.budget);
  if (request_.body_share.grow(size_bytes)) return true;
  refuse(503, "too much is held in memory");
  return false;
}

// RFC 9110 §10.1.1. The interim answer is small enough for any socket's buffer, so it is written at
// once.
bool HttpSession::accept_expectation(const Parser::value_type& message) {
  auto expectation = message.find(http::field::expect);
  if (expectation == message.end() || request_.version_1_0) return true;
  if (!same_field_name(view(expectation->value()), "100-continue")) return refuse(417), false;
  if (parser_->is_done() || buffer_.size() > 0) return true;  // it did not wait for us
  error_code error;
  net::write(socket_, net::buffer(std::string_view("HTTP/1.1 100 Continue\r\n\r\n")), error);
  return true;
}

void HttpSession::on_request_complete() {
  step_ = Step::Answering;
  deadline_ = step_end_ = Clock::time_point::max();  // the handler has its own
  request_.body = std::move(parser_->get().body());
  request_.remote_address = remote_address_;
  request_.local_address = local_address_;
  request_.local_port = local_port_;
  if (log::enabled(log::Level::Info))
    access_line_ = request_.method + " " + request_.target.substr(0, request_.target.find('?'));
  // Owns the session, and ends the connection if it is dropped unused.
  struct Answerer {
    std::shared_ptr<HttpSession> session;
    net::io_context& io;
    Answerer(std::shared_ptr<HttpSession> owner, net::io_context& io_context)
        : session(std::move(owner)), io(io_context) {}
    Answerer(Answerer&&) = default;
    ~Answerer() {
      if (session) net::post(io, [closed = std::move(session)] { closed->close(); });
    }
    void operator()(HttpResponse response) {
      net::post(io, [answered = std::move(session), answer = std::move(response)]() mutable {
        answered->answer(std::move(answer));
      });
    }
  };
  (*group_.handler)(std::move(request_), Answerer(shared_from_this(), group_.io));
}

void HttpSession::answer(HttpResponse response) {
  if (step_ == Step::Closed) return;
  step_ = Step::Writing;
  if (group_.stopping) keep_alive_ = false;
  response_ = std::move(response);
  response_head_ = format_response_head(response_, {.keep_alive = keep_alive_,
                                                    .head_request = head_request_,
                                                    .version_1_0 = version_1_0_,
                                                    .now = std::time(nullptr),
                                                    .server = group_.server_software});
  bool has_body = may_have_body(response_.status, head_request_);
  unsent_ = {net::buffer(response_head_),
             has_body ? net::buffer(response_.body) : net::const_buffer()};
  step_end_ = Clock::now() + limits::kResponseTimeout;
  write_some();
}

// Refusals end the connection: what follows on it might be the rest of what was refused.
void HttpSession::refuse(unsigned status, std::string_view explanation) {
  keep_alive_ = false;
  access_line_ = "refused";
  HttpResponse response = make_plain_response(status, explanation);
  if (status == 503) response.fields.push_back({"Retry-After", "1"});
  answer(std::move(response));
}

void HttpSession::refuse_malformed(const error_code& error) {
  if (error == http::error::body_limit)
    return refuse(413, fmt::format("the limit is {} bytes", limits::kRequestBodyBytes));
  if (error == http::error::bad_version) return refuse(505);
  if (error != http::error::header_limit) return refuse(400);
  // Without an end of line, all of it is the request line.
  std::string_view head(static_cast<const char*>(buffer_.data().data()), buffer_.data().size());
  bool in_target = head.find('\n') == std::string_view::npos && parser_->get().target().empty();
  refuse(in_target ? 414 : 431);
}

void HttpSession::write_some() {
  deadline_ = Clock::now() + limits::kWriteTimeout;
  socket_.async_write_some(unsent_,
                           [self = shared_from_this()](const error_code& error, size_t count) {
                             self->on_written(error, count);
                           });
}

void HttpSession::on_written(const error_code& error, size_t count) {
  if (step_ == Step::Closed) return;
  if (error) return close();
  for (net::const_buffer& piece : unsent_) {
    size_t sent = std::min(count, piece.size());
    piece += sent;
    count -= sent;
  }
  if (unsent_[0].size() + unsent_[1].size() > 0) return write_some();
  if (log::enabled(log::Level::Info)) log_answer();
  response_ = HttpResponse();
  if (keep_alive_) return begin_request();
  // A client that has sent all it wanted cannot lose the answer, and must not hold up our end.
  bool nothing_unread = parser_->is_done() && buffer_.size() == 0;
  group_.stopping&& nothing_unread ? close() : linger();
}

// Closed at once, with bytes of the client's unread, the system would reset the connection and the
// client might lose our answer (RFC 9112 §9.6).
void HttpSession::linger() {
  step_ = Step::Lingering;
  deadline_ = Clock::now() + limits::kLingerTimeout;
  step_end_ = deadline_;
  error_code error;
  socket_.shutdown(tcp::socket::shutdown_send, error);
  if (error) return close();
  buffer_.consume(buffer_.size());
  read_more();
}

void HttpSession::close() {
  if (step_ == Step::Closed) return;
  step_ = Step::Closed;
  deadline_ = step_end_ = Clock::time_point::max();
  error_code ignored;
  socket_.close(ignored);
  auto self = shared_from_this();
  group_.sessions.erase(self);
  group_.on_session_end();
}

void HttpSession::log_answer() const {
  auto elapsed =
      std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - request_start_);
  log::info("answered", {{"request", access_line_},
                         {"status", response_.status},
                         {"bytes", response_.body.size()},
                         {"us", elapsed.count()},
                         {"client", remote_address_}});
}

}  // namespace wherry::serve
