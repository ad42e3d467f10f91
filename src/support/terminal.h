// Questions to the person at the terminal, whatever standard input and output are connected to.
#pragma once

#include <string_view>

#include "support/result.h"
#include "support/secret.h"

namespace wherry {

struct Question {
  std::string_view prompt;  // "password: "
  bool is_secret = false;   // not shown while it is typed
};

// One line, without its end. What a signal interrupts leaves the terminal as it was. Errors:
// NotFound where there is no terminal; Invalid for an endless line; Io.
Result<Secret> ask_terminal(const Question& question);

}  // namespace wherry
