// args_* and environ_*: an array of pointers, and the strings behind one another, each with its
// NUL.
#include "wasi/denial.h"
#include "wasi/functions.h"
#include "wasi/use.h"

namespace wherry::wasi {
namespace {

// The environment's strings are "NAME=VALUE" and are never put together on our side.
struct Pieces {
  std::string_view name;
  std::string_view separator;
  std::string_view value;

  uint64_t size_bytes() const { return name.size() + separator.size() + value.size() + 1; }
};

Pieces pieces_of(const std::string& argument) { return {argument, "", ""}; }
Pieces pieces_of(const policy::EnvironmentGrant& variable) {
  return {variable.name, "=", variable.value};
}

template <class List>
uint64_t size_bytes_of(const List& list) {
  uint64_t size_bytes = 0;
  for (const auto& item : list) size_bytes += pieces_of(item).size_bytes();
  return size_bytes;
}

template <class List>
Result<> check_list(const List& list, std::string_view what) {
  if (list.size() > limits::kStringsMax)
    return fail(ErrorCode::Invalid, "{} {} exceed the limit of {}", list.size(), what,
                limits::kStringsMax);
  if (const uint64_t size_bytes = size_bytes_of(list); size_bytes > limits::kStringBytesMax)
    return fail(ErrorCode::Invalid, "{} bytes of {} exceed the limit of {}", size_bytes, what,
                limits::kStringBytesMax);
  return {};
}

// check_strings() has bounded both.
template <class List>
ErrnoOr<> write_sizes(Memory& memory, const List& list, uint32_t count_result,
                      uint32_t size_result) {
  TRY(memory.write(count_result, static_cast<uint32_t>(list.size())));
  return memory.write(size_result, static_cast<uint32_t>(size_bytes_of(list)));
}

template <class List>
ErrnoOr<> write_strings(Memory& memory, const List& list, uint32_t pointers, uint32_t buffer) {
  uint64_t pointer = pointers;
  uint64_t text = buffer;
  for (const auto& item : list) {
    Pieces pieces = pieces_of(item);
    std::byte* target = TRY(memory.slice(text, pieces.size_bytes())).data();
    for (std::string_view piece : {pieces.name, pieces.separator, pieces.value}) {
      if (!piece.empty()) std::memcpy(target, piece.data(), piece.size());
      target += piece.size();
    }
    *target = std::byte{0};
    TRY(memory.write(pointer, static_cast<uint32_t>(text)));
    pointer += sizeof(uint32_t);
    text += pieces.size_bytes();
  }
  return {};
}

}  // namespace

Result<> check_strings(const ProgramOptions& options) {
  TRY(check_list(options.arguments, "arguments"));
  return check_list(options.environment, "environment variables");
}

ErrnoOr<> args_get(ProgramState& state, Memory& memory, uint32_t pointers, uint32_t buffer) {
  tell_use(state, Use::Kind::Arguments);
  return write_strings(memory, state.options.arguments, pointers, buffer);
}

ErrnoOr<> args_sizes_get(ProgramState& state, Memory& memory, uint32_t count_result,
                         uint32_t size_result) {
  return write_sizes(memory, state.options.arguments, count_result, size_result);
}

ErrnoOr<> environ_get(ProgramState& state, Memory& memory, uint32_t pointers, uint32_t buffer) {
  tell_use(state, Use::Kind::Environment);
  return write_strings(memory, state.options.environment, pointers, buffer);
}

ErrnoOr<> environ_sizes_get(ProgramState& state, Memory& memory, uint32_t count_result,
                            uint32_t size_result) {
  tell_lack(state, Lack::Variables);
  return write_sizes(memory, state.options.environment, count_result, size_result);
}

}  // namespace wherry::wasi
