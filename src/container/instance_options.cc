#include "container/instance_options.h"

#include <chrono>

namespace wherry::container {

runtime::InstanceOptions instance_options(const policy::Limits& limits) {
  runtime::InstanceOptions options;
  auto set = [](auto& limit, std::optional<uint64_t> value) {
    if (value) limit = *value;
  };
  set(options.limits.memory_bytes_max, limits.memory_bytes_max);
  set(options.limits.table_entries_max, limits.table_entries_max);
  set(options.limits.stack_bytes, limits.stack_bytes_max);
  using std::chrono::milliseconds;
  if (limits.timeout_ms) options.limits.time = milliseconds(*limits.timeout_ms);
  options.limits.fuel = limits.fuel;
  if (limits.cpu_time_ms) options.limits.cpu_time = milliseconds(*limits.cpu_time_ms);
  return options;
}

}  // namespace wherry::container
