// What is told when a program wants more than it was given of what nobody names by a path or an
// address: which resource, and what would give it more. The lines of the decision know (policy/
// decision.h): a flag, a key of wherry.toml, or a cap that only its writer can change.
#pragma once

#include <functional>

#include "container/application.h"

namespace wherry::container {

using Tell = std::function<void(const wasi::Denial&)>;

// `which`: as wasi::ProgramOptions::on_lack has it. Tells nothing where the program was given all
// there is: a stream that our own caller closed.
void tell_lack(const Application& application, wasi::Lack lack, uint32_t which, const Tell& tell);

// Growth of a memory or a table failed for the limit of both. Many programs have an answer to it.
void tell_lack_of_memory(const Application& application, const Tell& tell);

}  // namespace wherry::container
