#include "container/denial_log.h"

namespace wherry::container {

// Different ways out that are remembered: a program may make up paths without end.
static constexpr size_t kWaysOutMax = 256;

void DenialLog::add(const wasi::Denial& denial) {
  std::lock_guard lock(mutex_);
  if (options_.is_verbose) return tell_(denial);
  if (ways_out_.size() >= kWaysOutMax || !ways_out_.insert(denial.way_out).second) return;
  if (denial.is_look && kept_.size() < options_.told_max)
    kept_.push_back(denial);
  else if (denial.is_look || told_ >= options_.told_max)
    ++untold_;
  else
    ++told_, tell_(denial);
}

size_t DenialLog::finish(bool has_failed) {
  std::lock_guard lock(mutex_);
  if (!has_failed) return 0;
  for (const wasi::Denial& denial : kept_) tell_(denial);
  kept_.clear();
  return std::exchange(untold_, 0);
}

}  // namespace wherry::container
