#include "trust/passphrase.h"

#include <string.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include "support/file.h"
#include "support/terminal.h"
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

Result<Secret> ask(const PassphraseSource& source, std::string_view ending) {
  const std::string prompt = fmt::format("{}{}: ", source.prompt, ending);
  auto typed = ask_terminal({.prompt = prompt, .is_secret = true});
  if (!typed && typed.error().code == ErrorCode::NotFound)
    return fail(ErrorCode::NotFound,
                "{}: no terminal to ask on (give --passphrase-file FILE, '-' for standard input, "
                "or ${}{})",
                source.prompt, kVariable, source.way_out);
  return typed;
}

Result<Secret> ask_person(const PassphraseSource& source) {
  Secret first = TRY(ask(source, ""));
  if (source.is_new && TRY(ask(source, ", once more")) != first)
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
  if (!variable) return ask_person(source);
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
