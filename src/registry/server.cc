#include "registry/server.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <list>
#include <mutex>

#include "registry/connection.h"
#include "registry/limits.h"
#include "support/log.h"

namespace wherry::registry {

namespace {

struct AddressInfo {
  addrinfo* found = nullptr;
  ~AddressInfo() {
    if (found) ::freeaddrinfo(found);
  }
};

// "192.0.2.1", as the log and the count of wrong passwords have it.
std::string numeric_host(const sockaddr* address, socklen_t length) {
  char host[NI_MAXHOST] = "";
  ::getnameinfo(address, length, host, sizeof host, nullptr, 0, NI_NUMERICHOST);
  return host;
}

// Takes the signal that has come.
bool is_hangup(int signals) {
  signalfd_siginfo taken{};
  return ::read(signals, &taken, sizeof taken) == sizeof taken && taken.ssi_signo == SIGHUP;
}

}  // namespace

class Server::Impl {
 public:
  Impl(ServerOptions options, Handler handler)
      : options_(std::move(options)), handler_(std::move(handler)) {}

  Result<> listen();
  const std::string& url() const { return url_; }
  void run(const std::function<void()>& on_minute, const std::function<void()>& on_hangup);

 private:
  // One connection's; lives in connections_ until its thread ends.
  struct Session {
    Impl* server;
    Fd socket;  // until the thread has it
    std::string remote_address;
    Stream* stream = nullptr;  // while there is one; with the mutex
    std::atomic<bool> is_busy = false;
    std::list<Session>::iterator self = {};
  };

  Result<> bind_to(const addrinfo& address);
  Result<Fd> open_signals();
  void accept_one();
  bool start(Session& session);
  void serve(Session& session);
  void stop(int signals);
  void interrupt_sessions(bool busy_ones_too);

  const ServerOptions options_;
  const Handler handler_;
  Fd listener_;
  Fd signals_;
  std::string url_;
  std::atomic<bool> ends_soon_ = false;
  std::mutex mutex_;  // of the connections
  std::condition_variable ended_;
  std::list<Session> connections_;
};

Result<> Server::Impl::listen() {
  signals_ = TRY(open_signals());
  const std::string port = std::to_string(options_.listen.port);
  addrinfo hints{};
  hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE;
  hints.ai_socktype = SOCK_STREAM;
  AddressInfo address;
  const int error =
      ::getaddrinfo(options_.listen.host.c_str(), port.c_str(), &hints, &address.found);
  if (error != 0)
    return fail(ErrorCode::Invalid, "{}: {}", options_.listen.host, ::gai_strerror(error));
  TRY(bind_to(*address.found));
  sockaddr_storage bound{};
  socklen_t length = sizeof bound;
  // sockaddr_storage holds any of the addresses' forms.
  auto* generic = reinterpret_cast<sockaddr*>(&bound);
  if (::getsockname(listener_.get(), generic, &length) != 0)
    return std::unexpected(system_error(errno, "getsockname"));
  char taken[NI_MAXSERV] = "";
  ::getnameinfo(generic, length, nullptr, 0, taken, sizeof taken, NI_NUMERICSERV);
  url_ = fmt::format(
      "{}://{}:{}", options_.tls ? "https" : "http",
      options_.listen.is_v6() ? "[" + options_.listen.host + "]" : options_.listen.host, taken);
  return {};
}

Result<> Server::Impl::bind_to(const addrinfo& address) {
  listener_ = Fd(::socket(address.ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const int on = 1;
  if (listener_.valid() &&
      ::setsockopt(listener_.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
      ::bind(listener_.get(), address.ai_addr, address.ai_addrlen) == 0 &&
      ::listen(listener_.get(), SOMAXCONN) == 0)
    return {};
  if (errno == EADDRINUSE)
    return fail(ErrorCode::Unavailable,
                "{}:{} is in use by another program (choose another with --listen, or port 0 for "
                "any that is free)",
                options_.listen.host, options_.listen.port);
  const int number = errno;
  const Error error = system_error(
      number, fmt::format("listening on {}:{}", options_.listen.host, options_.listen.port));
  if (number == EADDRNOTAVAIL)
    return fail(error.code,
                "{}: this machine has no such address (0.0.0.0 and [::] are all of its own)",
                error.message);
  if (number == EACCES)
    return fail(error.code,
                "{} (ports below 1024 are root's: take another, or give wherry-registryd "
                "cap_net_bind_service)",
                error.message);
  return std::unexpected(error);
}

Result<Fd> Server::Impl::open_signals() {
  sigset_t signals;
  ::sigemptyset(&signals);
  ::sigaddset(&signals, SIGTERM);
  ::sigaddset(&signals, SIGINT);
  ::sigaddset(&signals, SIGHUP);
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  Fd fd(::signalfd(-1, &signals, SFD_CLOEXEC));
  if (!fd.valid()) return std::unexpected(system_error(errno, "signalfd"));
  return fd;
}

void Server::Impl::run(const std::function<void()>& on_minute,
                       const std::function<void()>& on_hangup) {
  auto next_minute = Clock::now() + std::chrono::minutes(1);
  for (;;) {
    pollfd ready[] = {{.fd = signals_.get(), .events = POLLIN, .revents = 0},
                      {.fd = listener_.get(), .events = POLLIN, .revents = 0}};
    ::poll(ready, 2, 60'000);
    if (ready[0].revents != 0 && !is_hangup(signals_.get())) break;
    if (ready[0].revents != 0) on_hangup();
    if (ready[1].revents != 0) accept_one();
    if (Clock::now() < next_minute) continue;
    on_minute();
    next_minute = Clock::now() + std::chrono::minutes(1);
  }
  stop(signals_.get());
}

void Server::Impl::accept_one() {
  sockaddr_storage address{};
  socklen_t length = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  Fd socket(::accept4(listener_.get(), generic, &length, SOCK_CLOEXEC | SOCK_NONBLOCK));
  if (!socket.valid()) {
    if (errno == EAGAIN || errno == ECONNABORTED || errno == EINTR) return;
    // No descriptors or memory left, most likely: trying again at once would only burn time.
    log::warning("cannot accept a connection", {{"reason", system_error(errno, "accept").message}});
    ::poll(nullptr, 0, 100);
    return;
  }
  const int on = 1;
  ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  const std::lock_guard lock(mutex_);
  if (connections_.size() >= limits::kConnections) {
    static constexpr std::string_view kBusy =
        "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\nConnection: "
        "close\r\n\r\n";
    // A client of TLS cannot read it, and is closed all the same.
    ::send(socket.get(), kBusy.data(), kBusy.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    return;
  }
  Session& session = connections_.emplace_back();
  session.server = this;
  session.socket = std::move(socket);
  session.remote_address = numeric_host(generic, length);
  session.self = std::prev(connections_.end());
  if (!start(session)) connections_.pop_back();
}

// With a small stack: what std::thread reserves for 256 of them would meet a limit of addresses.
bool Server::Impl::start(Session& session) {
  pthread_attr_t attributes;
  ::pthread_attr_init(&attributes);
  ::pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  ::pthread_attr_setstacksize(&attributes, limits::kConnectionStackBytes);
  pthread_t thread;
  const int error = ::pthread_create(
      &thread, &attributes,
      [](void* argument) -> void* {
        auto* own = static_cast<Session*>(argument);
        own->server->serve(*own);
        return nullptr;
      },
      &session);
  ::pthread_attr_destroy(&attributes);
  if (error != 0)
    log::warning("cannot serve a connection",
                 {{"reason", system_error(error, "starting a thread").message}});
  return error == 0;
}

void Server::Impl::serve(Session& session) {
  Result<std::unique_ptr<Stream>> stream = options_.tls
                                               ? options_.tls->accept(std::move(session.socket))
                                               : make_plain_stream(std::move(session.socket));
  if (stream) {
    {
      const std::lock_guard lock(mutex_);
      session.stream = stream->get();
    }
    serve_connection(**stream, handler_,
                     {.server_software = options_.server_software,
                      .remote_address = session.remote_address,
                      .ends_soon = &ends_soon_,
                      .is_busy = &session.is_busy});
  } else {
    log::info("no connection",
              {{"client", session.remote_address}, {"reason", stream.error().message}});
  }
  const std::lock_guard lock(mutex_);
  connections_.erase(session.self);
  // With the mutex: who waits for the end may destroy all this right behind it.
  ended_.notify_all();
}

void Server::Impl::interrupt_sessions(bool busy_ones_too) {
  const std::lock_guard lock(mutex_);
  for (Session& session : connections_)
    if (session.stream && (busy_ones_too || !session.is_busy)) session.stream->interrupt();
}

void Server::Impl::stop(int signals) {
  log::info("stopping");
  listener_.reset();
  ends_soon_ = true;
  const auto end = Clock::now() + limits::kGrace;
  bool interrupts_all = false;
  for (;;) {
    interrupt_sessions(interrupts_all);
    std::unique_lock lock(mutex_);
    if (ended_.wait_for(lock, std::chrono::milliseconds(100), [&] { return connections_.empty(); }))
      return;
    pollfd again{.fd = signals, .events = POLLIN, .revents = 0};
    interrupts_all = ::poll(&again, 1, 0) > 0 || Clock::now() >= end;
  }
}

Result<std::unique_ptr<Server>> Server::create(ServerOptions options, Handler handler) {
  auto impl = std::make_unique<Impl>(std::move(options), std::move(handler));
  TRY(impl->listen());
  return std::unique_ptr<Server>(new Server(std::move(impl)));
}

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Server::~Server() = default;
const std::string& Server::url() const { return impl_->url(); }
void Server::run(const std::function<void()>& on_minute, const std::function<void()>& on_hangup) {
  impl_->run(on_minute, on_hangup);
}

}  // namespace wherry::registry
