#include "container/confined_child.h"

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

namespace wherry::container {

namespace {

// What a child leaves in a file without a name: [0][result], or [1 + error code][message].
constexpr size_t kMessageBytesMax = 64 << 10;
constexpr size_t kErrorCodes = static_cast<size_t>(ErrorCode::Unsupported) + 1;

Result<Bytes> confine_and_work(const ConfinedWork& work) {
  const sandbox::Openings openings = TRY(work.prepare());
  for (const sandbox::Shortcoming& found : TRY(sandbox::confine(openings, work.layers)))
    work.on_shortcoming(found);
  return work.work();
}

Result<> write_outcome(int file, const Result<Bytes>& outcome) {
  const auto tag = static_cast<std::byte>(outcome ? 0 : 1 + static_cast<int>(outcome.error().code));
  TRY(write_all(file, {&tag, 1}));
  return write_all(file, outcome ? ByteSpan(*outcome) : as_bytes(outcome.error().message));
}

Result<Bytes> read_outcome(int file, size_t result_bytes_max) {
  struct stat status;
  std::byte tag;
  if (::fstat(file, &status) != 0 || ::pread(file, &tag, 1, 0) != 1)
    return fail(ErrorCode::Io, "its process left nothing");
  const auto size = static_cast<size_t>(status.st_size) - 1;
  const auto code = static_cast<size_t>(tag);
  if (code > kErrorCodes || size > (code == 0 ? result_bytes_max : kMessageBytesMax))
    return fail(ErrorCode::Invalid, "its process left what is no result");
  Bytes bytes(size);
  for (size_t done = 0; done < size;) {
    const ssize_t got =
        ::pread(file, bytes.data() + done, size - done, static_cast<off_t>(1 + done));
    if (got <= 0) return std::unexpected(system_error(errno, "reading its result"));
    done += static_cast<size_t>(got);
  }
  if (code == 0) return bytes;
  return std::unexpected(Error{static_cast<ErrorCode>(code - 1), std::string(as_text(bytes))});
}

}  // namespace

Result<Bytes> run_confined(const ConfinedWork& work) {
  const Fd file(::memfd_create("wherry-result", MFD_CLOEXEC));
  if (!file.valid()) return std::unexpected(system_error(errno, "a file for its result"));
  const pid_t child = ::fork();
  if (child < 0) return std::unexpected(system_error(errno, "starting its process"));
  if (child == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::_exit(write_outcome(file.get(), confine_and_work(work)) ? 0 : 1);
  }
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
  if (WIFSIGNALED(status))
    return fail(ErrorCode::Io, "its process was ended by signal {}", WTERMSIG(status));
  return read_outcome(file.get(), work.result_bytes_max);
}

}  // namespace wherry::container
