#include "container/lack_log.h"

#include <algorithm>

namespace wherry::container {

namespace {

using policy::Limits;

const policy::Line* find_line(const Application& application, std::string_view resource) {
  const auto& lines = application.permission_lines();
  auto line = std::ranges::find(lines, resource, &policy::Line::resource);
  return line == lines.end() ? nullptr : &*line;
}

void tell_stream(const Application& application, uint32_t which, const Tell& tell) {
  const policy::Streams& given = application.effective().stdio;
  const bool is_given[] = {given.input, given.output, given.error};
  constexpr const char* kUses[] = {"read stdin", "write to stdout", "write to stderr"};
  if (is_given[which]) return;
  if (const policy::Line* line = find_line(application, policy::kStdioResource))
    tell({kUses[which], line->way_out});
}

// That it reads its variables says nothing of each: what it misses shows when it fails.
void tell_variables(const Application& application, const Tell& tell) {
  for (const policy::Line& line : application.permission_lines())
    if (line.verdict == policy::Line::Verdict::NotGranted &&
        line.resource.starts_with(policy::kVariableResource))
      tell({line.resource, line.way_out, true});
}

// `format` has room for the limit's text.
void tell_limit(const Application& application, std::optional<uint64_t> Limits::* value,
                const char* format, bool is_look, const Tell& tell) {
  auto kind = std::ranges::find(policy::limit_kinds(), value, &policy::LimitKind::value);
  const policy::Line* line = find_line(application, fmt::format("limit {}", kind->key));
  if (!line) return;
  const bool is_most = application.effective().limits.*value == kind->max;
  const std::string way_out =
      !line->way_out.empty() ? line->way_out
      : is_most              ? "no program can have more"
                : fmt::format("raise it with {} {}", kind->flag, policy::type_name(kind->unit));
  tell({fmt::format(fmt::runtime(format), line->effective), way_out, is_look});
}

}  // namespace

void tell_lack(const Application& application, wasi::Lack lack, uint32_t which, const Tell& tell) {
  switch (lack) {
    case wasi::Lack::StandardStream:
      return tell_stream(application, which, tell);
    case wasi::Lack::Variables:
      return tell_variables(application, tell);
    case wasi::Lack::Descriptor:
      return tell_limit(application, &Limits::open_files_max, "more than {} open descriptors",
                        false, tell);
    case wasi::Lack::Thread:
      return tell_limit(application, &Limits::threads_max, "more than {} threads at once", false,
                        tell);
  }
}

void tell_lack_of_memory(const Application& application, const Tell& tell) {
  tell_limit(application, &Limits::memory_bytes_max, "more than {} of memory", true, tell);
}

}  // namespace wherry::container
