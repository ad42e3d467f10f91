#include "trust/passphrase.h"

#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>

#include "support/file.h"
#include "trust/limits.h"

namespace wherry::trust {

namespace {

constexpr const char* kVariable = "COSIGN_PASSWORD";

// Up to the end of the first line.
Result<Secret> read_line(int fd, std::string_view what) {
  Secret line;
  line.reserve(limits::kPassphraseBytes);  // never moved, so that no copy is left behind
  std::byte next;
  for (;;) {
    const ssize_t got = read(fd, &next, 1);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return std::unexpected(system_error(errno, fmt::format("reading {}", what)));
    if (got == 0 || next == std::byte{'\n'}) break;
    if (line.size() == limits::kPassphraseBytes)
      return fail(ErrorCode::Invalid, "{} is longer than {} bytes", what, limits::kPassphraseBytes);
    line.push_back(next);
  }
  if (!line.empty() && line.back() == std::byte{'\r'}) line.pop_back();
  return line;
}

// The terminal without echo. Signals that would leave it so wait until it is as before.
class QuietTerminal {
 public:
  explicit QuietTerminal(int fd) : fd_(fd) {
    sigset_t stops;
    sigemptyset(&stops);
    for (int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP}) sigaddset(&stops, signal);
    sigprocmask(SIG_BLOCK, &stops, &mask_);
    is_quiet_ = tcgetattr(fd, &before_) == 0;
    termios quiet = before_;
    quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    is_quiet_ = is_quiet_ && tcsetattr(fd, TCSAFLUSH, &quiet) == 0;
  }
  ~QuietTerminal() {
    if (is_quiet_) tcsetattr(fd_, TCSAFLUSH, &before_);
    sigprocmask(SIG_SETMASK, &mask_, nullptr);
  }
  QuietTerminal(const QuietTerminal&) = delete;
  QuietTerminal& operator=(const QuietTerminal&) = delete;
  bool is_quiet() const { return is_quiet_; }

 private:
  int fd_;
  bool is_quiet_ = false;
  termios before_{};
  sigset_t mask_{};
};

Result<Secret> ask(int terminal, const std::string& prompt) {
  TRY(write_all(terminal, as_bytes(prompt + ": ")));
  QuietTerminal quiet(terminal);
  if (!quiet.is_quiet()) return fail(ErrorCode::Io, "the terminal's echo cannot be switched off");
  Result<Secret> line = read_line(terminal, "the passphrase");
  TRY(write_all(terminal, as_bytes("\n")));
  return line;
}

Result<Secret> ask_terminal(const PassphraseSource& source) {
  const Fd terminal(open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY));
  if (!terminal.valid())
    return fail(ErrorCode::NotFound,
                "{}: no terminal to ask on (give --passphrase-file FILE, '-' for standard input, "
                "or ${})",
                source.prompt, kVariable);
  Secret first = TRY(ask(terminal.get(), source.prompt));
  if (source.is_new && TRY(ask(terminal.get(), source.prompt + ", once more")) != first)
    return fail(ErrorCode::Invalid, "the two passphrases differ");
  return first;
}

Result<Secret> read_any(const PassphraseSource& source) {
  if (source.file == "-") return read_line(STDIN_FILENO, "the passphrase");
  if (!source.file.empty()) {
    const Fd file = TRY(with_context(open_file(source.file), "passphrase file"));
    return read_line(file.get(), source.file);
  }
  char* variable = std::getenv(kVariable);
  if (!variable) return ask_terminal(source);
  Secret passphrase = make_secret(variable);
  explicit_bzero(variable, passphrase.size());
  unsetenv(kVariable);
  return passphrase;
}

}  // namespace

Result<Secret> read_passphrase(const PassphraseSource& source) {
  Secret passphrase = TRY(read_any(source));
  if (passphrase.size() > limits::kPassphraseBytes)
    return fail(ErrorCode::Invalid, "the passphrase is longer than {} bytes",
                limits::kPassphraseBytes);
  if (source.is_new && passphrase.empty())
    return fail(ErrorCode::Invalid, "the passphrase is empty (a key needs one)");
  return passphrase;
}

}  // namespace wherry::trust
