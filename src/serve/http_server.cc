#include "serve/http_server.h"

#include <atomic>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <csignal>
#include <thread>
#include <vector>

#include "serve/http_session.h"
#include "serve/limits.h"
#include "support/log.h"

namespace wherry::serve {

using boost::system::error_code;

class HttpServer::Impl {
 public:
  Impl(HttpServerOptions options, HttpHandler handler, ByteBudget& budget);

  Result<> listen();
  const std::string& url() const { return url_; }
  void run(std::function<void()> on_grace_over);

 private:
  void accept();
  void on_accepted(const error_code& error, tcp::socket socket, SessionGroup& group);
  void sweep(SessionGroup& group, net::steady_timer& timer);
  void wait_for_signal();
  void begin_stop();
  void end_grace();
  void session_ended();
  void finish();

  const HttpServerOptions options_;
  HttpHandler handler_;
  std::function<void()> on_grace_over_;
  std::vector<std::unique_ptr<SessionGroup>> groups_;
  tcp::acceptor acceptor_;  // on the first group's thread, as all below
  net::signal_set signals_;
  net::steady_timer retry_timer_;
  net::steady_timer stop_timer_;
  std::vector<std::unique_ptr<net::steady_timer>> sweep_timers_;  // each group's own
  std::string url_;
  size_t next_group_ = 0;
  bool grace_over_ = false;
  std::atomic<bool> stopping_ = false;
  std::atomic<size_t> connections_ = 0;
};

static std::vector<std::unique_ptr<SessionGroup>> make_groups(unsigned count) {
  std::vector<std::unique_ptr<SessionGroup>> groups;
  for (unsigned i = 0; i < count; i++) groups.push_back(std::make_unique<SessionGroup>());
  return groups;
}

HttpServer::Impl::Impl(HttpServerOptions options, HttpHandler handler, ByteBudget& budget)
    : options_(std::move(options)),
      handler_(std::move(handler)),
      groups_(make_groups(options_.io_threads)),
      acceptor_(groups_.front()->io),
      signals_(groups_.front()->io, SIGTERM, SIGINT),
      retry_timer_(groups_.front()->io),
      stop_timer_(groups_.front()->io) {
  for (auto& group : groups_) {
    group->handler = &handler_;
    group->budget = &budget;
    group->server_software = options_.server_software;
    group->on_session_end = [this] { session_ended(); };
    sweep_timers_.push_back(std::make_unique<net::steady_timer>(group->io));
  }
}

Result<> HttpServer::Impl::listen() {
  error_code error;
  tcp::endpoint endpoint(net::ip::make_address(options_.listen.host), options_.listen.port);
  std::string host =
      endpoint.address().is_v6() ? "[" + options_.listen.host + "]" : options_.listen.host;
  acceptor_.open(endpoint.protocol(), error);
  if (!error) acceptor_.set_option(net::socket_base::reuse_address(true), error);
  if (!error) acceptor_.bind(endpoint, error);
  if (!error) acceptor_.listen(net::socket_base::max_listen_connections, error);
  if (!error) endpoint = acceptor_.local_endpoint(error);
  if (error == net::error::address_in_use)
    return fail(ErrorCode::Unavailable,
                "{}:{} is in use by another program (choose another with --listen, or port 0 for "
                "any that is free)",
                host, options_.listen.port);
  if (error)
    return std::unexpected(
        system_error(error.value(), fmt::format("listening on {}:{}", host, options_.listen.port)));
  url_ = fmt::format("http://{}:{}", host, endpoint.port());
  return {};
}

void HttpServer::Impl::run(std::function<void()> on_grace_over) {
  on_grace_over_ = std::move(on_grace_over);
  wait_for_signal();
  for (size_t i = 0; i < groups_.size(); i++) sweep(*groups_[i], *sweep_timers_[i]);
  accept();
  std::vector<std::thread> threads;
  for (size_t i = 1; i < groups_.size(); i++)
    threads.emplace_back([&io = groups_[i]->io] {
      auto guard = net::make_work_guard(io);
      io.run();
    });
  groups_.front()->io.run();
  for (std::thread& thread : threads) thread.join();
}

void HttpServer::Impl::accept() {
  SessionGroup& group = *groups_[next_group_++ % groups_.size()];
  // The socket is the group's; the handler runs where the acceptor is.
  acceptor_.async_accept(group.io, [this, &group](const error_code& error, tcp::socket socket) {
    on_accepted(error, std::move(socket), group);
  });
}

void HttpServer::Impl::on_accepted(const error_code& error, tcp::socket socket,
                                   SessionGroup& group) {
  if (error == net::error::operation_aborted || stopping_) return;
  if (error) {
    // No descriptors or memory left, most likely: trying again at once would only burn time.
    log::warning("cannot accept a connection", {{"reason", error.message()}});
    retry_timer_.expires_after(std::chrono::milliseconds(100));
    retry_timer_.async_wait([this](const error_code& cancelled) {
      if (!cancelled && !stopping_) accept();
    });
    return;
  }
  if (connections_ >= limits::kConnections) {
    static constexpr std::string_view kBusy =
        "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\nConnection: "
        "close\r\n\r\n";
    error_code ignored;
    socket.non_blocking(true, ignored);
    socket.write_some(net::buffer(kBusy), ignored);
    return accept();
  }
  connections_++;
  net::post(group.io, [&group, moved = std::move(socket)]() mutable {
    auto session = std::make_shared<HttpSession>(std::move(moved), group);
    group.sessions.insert(session);
    session->start();
  });
  accept();
}

void HttpServer::Impl::sweep(SessionGroup& group, net::steady_timer& timer) {
  timer.expires_after(std::chrono::seconds(1));
  timer.async_wait([this, &group, &timer](const error_code& cancelled) {
    if (cancelled) return;
    auto now = Clock::now();
    // A session that is ended leaves the set.
    std::vector<std::shared_ptr<HttpSession>> sessions(group.sessions.begin(),
                                                       group.sessions.end());
    for (const auto& session : sessions) session->check_deadline(now);
    sweep(group, timer);
  });
}

void HttpServer::Impl::wait_for_signal() {
  signals_.async_wait([this](const error_code& cancelled, int) {
    if (cancelled) return;
    stopping_ ? end_grace() : begin_stop();
    wait_for_signal();
  });
}

void HttpServer::Impl::begin_stop() {
  log::info("stopping", {{"connections", connections_.load()}});
  stopping_ = true;
  error_code ignored;
  acceptor_.close(ignored);
  // Counted as one more connection, so that the end is not seen before all groups know.
  connections_ += groups_.size();
  for (auto& group : groups_)
    net::post(group->io, [this, &group = *group] {
      group.stopping = true;
      std::vector<std::shared_ptr<HttpSession>> sessions(group.sessions.begin(),
                                                         group.sessions.end());
      for (const auto& session : sessions) session->stop();
      session_ended();
    });
  stop_timer_.expires_after(options_.grace);
  stop_timer_.async_wait([this](const error_code& cancelled) {
    if (!cancelled) end_grace();
  });
}

void HttpServer::Impl::end_grace() {
  if (grace_over_) return finish();
  grace_over_ = true;
  on_grace_over_();
  stop_timer_.expires_after(limits::kStopTimeout);
  stop_timer_.async_wait([this](const error_code& cancelled) {
    if (!cancelled) finish();
  });
}

void HttpServer::Impl::session_ended() {
  if (connections_.fetch_sub(1) == 1 && stopping_) finish();
}

void HttpServer::Impl::finish() {
  for (auto& group : groups_) group->io.stop();
}

Result<std::unique_ptr<HttpServer>> HttpServer::create(HttpServerOptions options,
                                                       HttpHandler handler, ByteBudget& budget) {
  auto impl = std::make_unique<Impl>(std::move(options), std::move(handler), budget);
  TRY(impl->listen());
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(impl)));
}

HttpServer::HttpServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
HttpServer::~HttpServer() = default;
const std::string& HttpServer::url() const { return impl_->url(); }
void HttpServer::run(std::function<void()> on_grace_over) { impl_->run(std::move(on_grace_over)); }

}  // namespace wherry::serve
