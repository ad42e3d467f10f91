// One connection of http_server.cc: a small machine of reading, waiting for the answer, and
// writing. Asio and Beast are slow to compile: only http_server.cc and http_session.cc include
// this.
#pragma once

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <unordered_set>

#include "serve/http_server.h"

namespace wherry::serve {

namespace net = boost::asio;
namespace beast = boost::beast;
using tcp = net::ip::tcp;
using Clock = std::chrono::steady_clock;

class HttpSession;

// What the sessions of one I/O thread share. Used on that thread only, but for `io`.
struct SessionGroup {
  net::io_context io{1};  // one thread runs it, which spares Asio most of its locks
  std::unordered_set<std::shared_ptr<HttpSession>> sessions;
  bool stopping = false;
  HttpHandler* handler = nullptr;
  ByteBudget* budget = nullptr;
  std::string server_software;
  std::function<void()> on_session_end;
};

// Lives as long as it is in its group or an operation of its socket is pending.
class HttpSession : public std::enable_shared_from_this<HttpSession> {
 public:
  HttpSession(tcp::socket socket, SessionGroup& group);

  void start();
  // Ends it if a step has taken too long. `now` once for all sessions.
  void check_deadline(Clock::time_point now);
  // No further request after the one that is in progress.
  void stop();

 private:
  enum class Step { Idle, Head, Body, Answering, Writing, Lingering, Closed };
  using Parser = beast::http::request_parser<beast::http::string_body>;

  void begin_request();
  // Parses what is there, and reads more where that does not suffice.
  void parse();
  void read_more();
  void on_read(const boost::system::error_code& error, size_t count);
  bool accept_head();
  bool accept_expectation(const Parser::value_type& message);
  bool reserve_body();
  void on_request_complete();
  void answer(HttpResponse response);
  void refuse(unsigned status, std::string_view explanation = {});
  void refuse_malformed(const boost::system::error_code& error);
  void write_some();
  void on_written(const boost::system::error_code& error, size_t count);
  void linger();
  void close();
  void log_answer() const;

  tcp::socket socket_;
  SessionGroup& group_;
  std::string remote_address_;
  std::string local_address_;
  uint16_t local_port_ = 0;

  Step step_ = Step::Idle;
  Clock::time_point deadline_ = Clock::time_point::max();
  Clock::time_point step_end_ = Clock::time_point::max();  // of a whole body or response
  beast::flat_buffer buffer_;
  std::optional<Parser> parser_;
  HttpRequest request_;
  bool keep_alive_ = false;
  bool head_request_ = false;
  bool version_1_0_ = false;

  HttpResponse response_;
  std::string response_head_;
  std::array<net::const_buffer, 2> unsent_;
  std::string access_line_;  // "GET /path", for the log
  Clock::time_point request_start_;
};

}  // namespace wherry::serve
