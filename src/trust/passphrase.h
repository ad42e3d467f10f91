// Where a passphrase comes from, never from the command line, which everyone on the machine can
// read: a file or standard input, $COSIGN_PASSWORD, or the terminal, without echo; in this order.
#pragma once

#include <string>

#include "support/result.h"
#include "support/secret.h"

namespace wherry::trust {

struct PassphraseSource {
  std::string file = {};  // empty: none; "-": standard input
  // What the terminal asks, "passphrase of key release".
  std::string prompt = {};
  bool is_new = false;  // asked twice on a terminal; must not be empty
  // What else could be done where there is no terminal, "or --no-passphrase".
  std::string way_out = {};
};

// Without the end of its line. $COSIGN_PASSWORD is taken out of the environment. Errors: NotFound
// where there is no terminal either, with the ways to give one; Invalid where it is empty and new,
// too long, or typed differently the second time; those of the file.
Result<Secret> read_passphrase(const PassphraseSource& source);

}  // namespace wherry::trust
