#include "registry/control.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>

#include "support/log.h"

namespace wherry::registry {

namespace {

constexpr const char* kSocket = "control";
constexpr uint32_t kVersion = 1;
constexpr timeval kRequestTimeout{.tv_sec = 5, .tv_usec = 0};

struct PruneRequest {
  uint32_t version = kVersion;
  uint16_t untagged = 0;
  uint16_t dry_run = 0;
  int64_t age_min_s = 0;
};

struct PruneAnswer {
  uint32_t version = kVersion;
  uint32_t has_failed = 0;
  Pruned pruned;
  char reason[512] = "";
};

// A message is sent whole or not at all (unix(7), SOCK_SEQPACKET).
template <class Message>
bool send_message(int connection, const Message& message) {
  return ::send(connection, &message, sizeof message, MSG_NOSIGNAL) == sizeof message;
}

template <class Message>
bool receive_message(int connection, Message& message) {
  ssize_t count = 0;
  do count = ::recv(connection, &message, sizeof message, 0);
  while (count < 0 && errno == EINTR);
  return count == sizeof message && message.version == kVersion;
}

// A socket's address holds 107 bytes, and folders have longer names: the kernel's name of the open
// folder is short.
struct SocketAddress {
  Fd folder;
  sockaddr_un address{};
  const sockaddr* generic() const { return reinterpret_cast<const sockaddr*>(&address); }
};

Result<SocketAddress> socket_address(const fs::path& folder) {
  SocketAddress socket{.folder = Fd(::open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC))};
  if (!socket.folder.valid()) return std::unexpected(system_error(errno, folder.string()));
  socket.address.sun_family = AF_UNIX;
  const std::string path = fmt::format("/proc/self/fd/{}/{}", socket.folder.get(), kSocket);
  std::memcpy(socket.address.sun_path, path.c_str(), path.size() + 1);
  return socket;
}

Result<Fd> make_socket() {
  Fd socket(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
  if (!socket.valid()) return std::unexpected(system_error(errno, "socket"));
  return socket;
}

PruneAnswer prune_answer(Storage& storage, const PruneRequest& request, std::stop_token stop) {
  const Result<Pruned> pruned = prune(storage,
                                      {.untagged = request.untagged != 0,
                                       .dry_run = request.dry_run != 0,
                                       .age_min = std::chrono::seconds(request.age_min_s)},
                                      std::move(stop));
  PruneAnswer answer;
  if (pruned) {
    answer.pruned = *pruned;
    log::info("pruned", {{"blobs", pruned->blobs},
                         {"bytes", pruned->size_bytes},
                         {"manifests", pruned->manifests},
                         {"dry_run", request.dry_run != 0}});
    return answer;
  }
  answer.has_failed = 1;
  pruned.error().message.copy(answer.reason, sizeof answer.reason - 1);
  log::error("cannot prune", {{"reason", pruned.error().message}});
  return answer;
}

}  // namespace

Result<std::unique_ptr<Control>> Control::open(const fs::path& folder) {
  const fs::path path = folder / kSocket;
  ::unlink(path.c_str());  // a killed server's: the folder's lock says that there is none now
  Fd listener = TRY(make_socket());
  const SocketAddress socket = TRY(socket_address(folder));
  // From the first moment its owner's alone: whoever can write to a socket can connect to it.
  const mode_t before = ::umask(0177);
  const int bound = ::bind(listener.get(), socket.generic(), sizeof socket.address);
  const int error = errno;
  ::umask(before);
  if (bound != 0 || ::listen(listener.get(), 8) != 0)
    return std::unexpected(system_error(bound != 0 ? error : errno, path.string()));
  return std::unique_ptr<Control>(new Control(std::move(listener), path));
}

Control::~Control() {
  thread_.request_stop();
  ::shutdown(listener_.get(), SHUT_RDWR);  // wakes accept
  if (thread_.joinable()) thread_.join();
  ::unlink(path_.c_str());
}

Result<> Control::start(Storage& storage) {
  try {
    thread_ = std::jthread([this, &storage](std::stop_token stop) {
      while (!stop.stop_requested()) {
        const Fd connection(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
        if (connection.valid()) answer(storage, connection.get(), stop);
        // No descriptors left, most likely: trying again at once would only burn time.
        if (!connection.valid() && !stop.stop_requested())
          std::this_thread::sleep_for(std::chrono::milliseconds(100));
      }
    });
  } catch (const std::system_error& error) {
    return std::unexpected(system_error(error.code().value(), "starting a thread"));
  }
  return {};
}

void Control::answer(Storage& storage, int connection, std::stop_token stop) {
  ::setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &kRequestTimeout, sizeof kRequestTimeout);
  PruneRequest request;
  if (receive_message(connection, request))
    send_message(connection, prune_answer(storage, request, std::move(stop)));
}

Result<Pruned> ask_server_to_prune(const fs::path& folder, const PruneOptions& options) {
  const Fd connection = TRY(make_socket());
  const SocketAddress socket = TRY(socket_address(folder));
  if (::connect(connection.get(), socket.generic(), sizeof socket.address) != 0) {
    if (errno == ENOENT || errno == ECONNREFUSED)
      return fail(ErrorCode::NotFound,
                  "{} is in use by a wherry registry that does not prune (it only reads, or is "
                  "another prune): stop it first",
                  folder.string());
    return std::unexpected(
        system_error(errno, "asking the registry of " + folder.string() + " to prune it"));
  }
  PruneAnswer answer;
  if (!send_message(connection.get(), PruneRequest{.untagged = options.untagged,
                                                   .dry_run = options.dry_run,
                                                   .age_min_s = options.age_min.count()}) ||
      !receive_message(connection.get(), answer))
    return fail(ErrorCode::Unavailable,
                "the registry of {} gave no answer (it was ended, or is of another version)",
                folder.string());
  if (answer.has_failed == 0) return answer.pruned;
  return fail(ErrorCode::Io, "{}", std::string_view(answer.reason));
}

}  // namespace wherry::registry
