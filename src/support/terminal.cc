#include "support/terminal.h"

#include <fcntl.h>
#include <signal.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "support/file.h"
#include "support/limits.h"

namespace wherry {

namespace {

constexpr std::array kSignals = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP};
volatile sig_atomic_t caught_signal = 0;  // set by a handler, which can reach nothing else

// Switches echo off, and takes note of signals, which would leave it off, until it is on again.
class SilentTerminal {
 public:
  explicit SilentTerminal(int fd) : fd_(fd) {
    caught_signal = 0;
    struct sigaction note{};
    note.sa_handler = [](int number) {
      caught_signal = number;
    };  // without SA_RESTART: ends read()
    for (size_t i = 0; i < kSignals.size(); i++) ::sigaction(kSignals[i], &note, &former_[i]);
    is_set_ = ::tcgetattr(fd, &settings_) == 0;
    if (!is_set_) return;
    termios silent = settings_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    silent.c_lflag |= ECHONL;
    is_set_ = ::tcsetattr(fd, TCSAFLUSH, &silent) == 0;
  }
  SilentTerminal(const SilentTerminal&) = delete;
  SilentTerminal& operator=(const SilentTerminal&) = delete;
  ~SilentTerminal() {
    if (is_set_) ::tcsetattr(fd_, TCSAFLUSH, &settings_);
    for (size_t i = 0; i < kSignals.size(); i++) ::sigaction(kSignals[i], &former_[i], nullptr);
    if (caught_signal != 0) ::raise(caught_signal);
  }

  bool is_set() const { return is_set_; }

 private:
  int fd_;
  bool is_set_ = false;
  termios settings_{};
  std::array<struct sigaction, kSignals.size()> former_{};
};

}  // namespace

static Result<Secret> read_line(int fd) {
  Secret line;
  for (char c = 0;;) {
    ssize_t count = ::read(fd, &c, 1);
    if (count < 0 && errno == EINTR && caught_signal == 0) continue;
    if (count < 0) return std::unexpected(system_error(errno, "reading from the terminal"));
    if (count == 0 || c == '\n') return line;
    if (line.size() == limits::kTypedBytes)
      return fail(ErrorCode::Invalid, "what was typed exceeds {} bytes", limits::kTypedBytes);
    line.push_back(static_cast<std::byte>(c));
  }
}

Result<Secret> ask_terminal(const Question& question) {
  Fd terminal(::open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY));
  if (!terminal.valid()) return fail(ErrorCode::NotFound, "there is no terminal to ask at");
  TRY(write_all(terminal.get(), as_bytes(question.prompt)));
  if (!question.is_secret) return read_line(terminal.get());
  SilentTerminal silent(terminal.get());
  if (!silent.is_set()) return fail(ErrorCode::Io, "the terminal would show what is typed");
  return read_line(terminal.get());
}

}  // namespace wherry
