#include "wasi/denial.h"

#include <fmt/format.h>

namespace wherry::wasi {
namespace {

bool is_below(std::string_view path, std::string_view directory) {
  if (directory == "/") return true;
  return path.starts_with(directory) &&
         (path.size() == directory.size() || path[directory.size()] == '/');
}

std::string describe(std::string_view path, const Attempt& attempt) {
  const char* purpose = policy::kReadOnly.includes(attempt.access) ? "reading" : "writing";
  return fmt::format("{} {} for {}", attempt.verb, path, purpose);
}

}  // namespace

std::string join_guest_path(std::string_view directory, std::string_view path) {
  std::string joined;
  std::string text =
      path.starts_with('/') ? std::string(path) : fmt::format("{}/{}", directory, path);
  for (size_t begin = 0; begin < text.size();) {
    size_t end = std::min(text.find('/', begin), text.size());
    std::string_view component = std::string_view(text).substr(begin, end - begin);
    if (component == "..")
      joined.erase(std::min(joined.find_last_of('/'), joined.size()));
    else if (!component.empty() && component != ".")
      joined.append("/").append(component);
    begin = end + 1;
  }
  return joined.empty() ? "/" : joined;
}

void tell_escape(const ProgramState& state, const Descriptor& directory, std::string_view path,
                 const Attempt& attempt) {
  if (!state.options.on_denial) return;
  std::string full = join_guest_path(directory.guest_path, path);
  std::string_view granted = directory.grant ? directory.grant->guest : std::string_view();
  if (directory.grant && is_below(full, granted)) {
    state.options.on_denial(
        {describe(full, attempt) + fmt::format(", which leads out of {}", granted),
         "grant the folder that it leads to with --dir, and open it there"});
    return;
  }
  size_t slash = full.find_last_of('/');
  std::string_view folder =
      slash == 0 ? std::string_view(full) : std::string_view(full).substr(0, slash);
  const bool is_look = policy::kReadOnly.includes(attempt.access);
  state.options.on_denial(
      {describe(full, attempt),
       fmt::format("grant it with --dir HOST:{}:{}", folder, policy::rights_flag(attempt.access)),
       is_look});
}

std::unexpected<Errno> refuse_access(const ProgramState& state, const Descriptor& descriptor,
                                     std::string_view path, const Attempt& attempt) {
  const policy::DirectoryGrant& grant = *descriptor.grant;
  if (state.options.on_denial)
    state.options.on_denial(
        {describe(join_guest_path(descriptor.guest_path, path), attempt),
         fmt::format("grant it with --dir {}:{}:{}", grant.host.string(), grant.guest,
                     policy::rights_flag(grant.access | attempt.access))});
  const bool changes = !policy::kReadOnly.includes(attempt.access);
  return refuse(changes && grant.access == policy::kReadOnly ? Errno::rofs : Errno::acces);
}

ErrnoOr<> check_room(ProgramState& state) {
  if (!state.descriptors.is_full()) return {};
  tell_lack(state, Lack::Descriptor);
  return refuse(Errno::mfile);
}

}  // namespace wherry::wasi
