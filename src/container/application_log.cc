#include "container/application_log.h"

#include "support/log.h"

namespace wherry::container {

static void log_preparation(const Application& application) {
  const Preparation& preparation = application.preparation();
  if (!preparation.recompiled_because.empty())
    log::info("compiling again", {{"because", preparation.recompiled_because}});
  if (preparation.checks_bounds)
    log::info(
        "no address space for guards behind memories (ulimit -v): bounds are checked, which is "
        "slower");
  if (preparation.compiled)
    log::info("compiled", {{"module", application.name()}, {"ms", preparation.compile_ms}});
}

static void log_permissions(const Application& application) {
  for (const policy::Line& line : application.permission_lines()) {
    if (line.verdict == policy::Line::Verdict::Given) continue;
    const bool for_operator = policy::is_for_operator(line);
    for_operator ? log::warning(policy::to_string(line)) : log::info(policy::to_string(line));
  }
}

void log_loaded(const Application& application) {
  log_preparation(application);
  log_permissions(application);
}

void log_denial(const wasi::Denial& denial) {
  if (log::format() == log::Format::Json)
    log::warning("denied", {{"resource", denial.resource}, {"way_out", denial.way_out}});
  else
    log::warning("denied: " + denial.resource + " (" + denial.way_out + ")");
}

void finish_denials(DenialLog& denials, bool has_failed) {
  if (const size_t untold = denials.finish(has_failed))
    log::warning(fmt::format("{} more denials (-v shows all)", untold));
}

}  // namespace wherry::container
