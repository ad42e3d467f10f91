#include "registry/file_opener.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "support/bytes.h"

namespace wherry::registry {

namespace {

// A file may be on a server that is down; who waits here accepts no connections.
constexpr timeval kTimeout{.tv_sec = 5, .tv_usec = 0};

struct OpenRequest {
  uint32_t number;  // of the request, to tell a late answer from the one that is wanted
  uint32_t file;
};

struct OpenAnswer {
  uint32_t number;
  int error;
};

// A message with, or without, a descriptor beside it (unix(7), SCM_RIGHTS; cmsg(3)).
struct Parcel {
  explicit Parcel(OpenAnswer& answer) : content{.iov_base = &answer, .iov_len = sizeof answer} {
    message.msg_iov = &content;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
  }
  iovec content;
  msghdr message{};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
};

void send_answer(int socket, OpenAnswer answer, int file) {
  Parcel parcel(answer);
  if (file >= 0) {
    cmsghdr* header = CMSG_FIRSTHDR(&parcel.message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof file);
    std::memcpy(CMSG_DATA(header), &file, sizeof file);
  } else {
    parcel.message.msg_controllen = 0;
  }
  ::sendmsg(socket, &parcel.message, MSG_NOSIGNAL);
}

// The other process: until the first one's end of the socket is closed, whatever ended it.
[[noreturn]] void open_on_request(int socket, const std::vector<fs::path>& files) {
  // Sent to the group, as by Ctrl-C, they are the first process's to act upon.
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) ::signal(number, SIG_IGN);
  ::dup2(socket, STDIN_FILENO);
  ::syscall(SYS_close_range, STDIN_FILENO + 1, ~0u, 0);
  OpenRequest request;
  for (;;) {
    const ssize_t count = ::recv(STDIN_FILENO, &request, sizeof request, 0);
    if (count < 0 && errno == EINTR) continue;
    if (count != sizeof request || request.file >= files.size()) ::_exit(0);
    // Of a FIFO, opening would wait for a writer.
    const Fd file(
        ::open(files[request.file].c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
    send_answer(STDIN_FILENO, {.number = request.number, .error = file.valid() ? 0 : errno},
                file.get());
  }
}

Fd received_file(msghdr& message) {
  const cmsghdr* header = CMSG_FIRSTHDR(&message);
  if (!header || header->cmsg_type != SCM_RIGHTS) return {};
  int file = -1;
  std::memcpy(&file, CMSG_DATA(header), sizeof file);
  return Fd(file);
}

}  // namespace

Result<FileOpener> FileOpener::start(std::vector<fs::path> files) {
  if (std::ranges::all_of(files, [](const fs::path& file) { return file.empty(); }))
    return FileOpener(Fd(), std::move(files));
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
    return std::unexpected(system_error(errno, "socketpair"));
  Fd own(ends[0]), other(ends[1]);
  ::setsockopt(own.get(), SOL_SOCKET, SO_RCVTIMEO, &kTimeout, sizeof kTimeout);
  const pid_t process = ::fork();
  if (process < 0) return std::unexpected(system_error(errno, "fork"));
  if (process == 0) open_on_request(other.get(), files);
  return FileOpener(std::move(own), std::move(files));
}

Result<Fd> FileOpener::open(size_t index) {
  const OpenRequest request{.number = ++requests_, .file = static_cast<uint32_t>(index)};
  OpenAnswer answer{};
  Fd file;
  if (::send(socket_.get(), &request, sizeof request, MSG_NOSIGNAL) == sizeof request) {
    do {
      Parcel parcel(answer);
      const ssize_t count = ::recvmsg(socket_.get(), &parcel.message, MSG_CMSG_CLOEXEC);
      if (count < 0 && errno == EINTR) continue;
      if (count != sizeof answer) break;
      file = received_file(parcel.message);
    } while (answer.number != request.number);
  }
  const std::string name = files_[index].string();
  if (answer.number != request.number)
    return fail(ErrorCode::Unavailable, "{} cannot be opened from behind the sandbox (restart)",
                name);
  if (!file.valid()) return std::unexpected(system_error(answer.error, name));
  return file;
}

Result<std::string> FileOpener::read(size_t index, uint64_t size_bytes_max) {
  const Fd file = TRY(open(index));
  const std::string name = files_[index].string();
  struct stat status{};
  if (::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode))
    return fail(ErrorCode::Invalid, "{} is not a regular file", name);
  std::string text;
  Bytes buffer(64 * 1024);
  for (;;) {
    const ssize_t count = ::read(file.get(), buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return std::unexpected(system_error(errno, "reading " + name));
    if (count == 0) return text;
    text += as_text(ByteSpan(buffer).first(static_cast<size_t>(count)));
    if (text.size() > size_bytes_max)
      return fail(ErrorCode::Invalid, "{} has more than {} bytes", name, size_bytes_max);
  }
}

}  // namespace wherry::registry
