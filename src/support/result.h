// Errors as values: Result<T>, fail(), with_context() and TRY.
// An Error is for the operator: its message names the thing, the reason and the way out, in lower
// case without a full stop. Everything of support/ lives in namespace wherry itself, so that the
// other folders write Result and fail without a prefix.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <expected>
#include <string>
#include <type_traits>
#include <utility>

namespace wherry {

// What the caller can do about it.
enum class ErrorCode : uint8_t {
  Malformed,    // the bytes are not what they claim to be
  Invalid,      // well-formed, but against the rules (a wrong flag, an invalid module)
  NotFound,     // no such file, image, export
  Denied,       // no permission, by the system or by policy
  Unavailable,  // try again later: busy, down, out of reach
  Io,           // the system refused: disk full, broken pipe
  Unsupported,  // understood, and not offered
};

// The lower-case word for a code, for logs and tests: "not-found".
const char* error_code_name(ErrorCode code);

struct Error {
  ErrorCode code;
  std::string message;
};

template <class T = void>
using Result = std::expected<T, Error>;

template <class... Args>
std::unexpected<Error> fail(ErrorCode code, fmt::format_string<Args...> format, Args&&... args) {
  return std::unexpected(Error{code, fmt::format(format, std::forward<Args>(args)...)});
}

// An Error for a failed system call; `error_number` is errno. ENOENT is NotFound, EACCES and EPERM
// are Denied, EADDRINUSE and the like Unavailable, everything else Io. The reason is put behind the
// message.
Error system_error(int error_number, std::string message);

// Puts what we were doing in front of an error: "reading /x: no such file".
template <class T, class... Args>
Result<T> with_context(Result<T> result, fmt::format_string<Args...> format, Args&&... args) {
  if (!result)
    result.error().message.insert(0, fmt::format(format, std::forward<Args>(args)...) + ": ");
  return result;
}

namespace detail {
template <class T, class E>
T take_value(std::expected<T, E>&& result) {
  if constexpr (!std::is_void_v<T>) return *std::move(result);
}
}  // namespace detail

[[noreturn]] void assertion_failed(const char* condition, const char* file, int line);

}  // namespace wherry

// The value of a Result, or an early return of its error. A statement expression, which both of our
// compilers have; the alternative, a macro that declares a variable, cannot stand inside an
// expression.
#define TRY(...) WHERRY_TRY_AS(WHERRY_TRY_NAME(__COUNTER__), __VA_ARGS__)
// A fresh name each time, so that a TRY may stand inside another one's expression.
#define WHERRY_TRY_NAME(count) WHERRY_TRY_CONCAT(try_result_, count)
#define WHERRY_TRY_CONCAT(a, b) a##b
#define WHERRY_TRY_AS(name, ...)                                \
  __extension__({                                               \
    auto name = (__VA_ARGS__);                                  \
    if (!name) return std::unexpected(std::move(name).error()); \
    ::wherry::detail::take_value(std::move(name));              \
  })

// On in release as well. For our own bugs only: no bytes from outside may reach it.
#define WHERRY_ASSERT(condition) \
  ((condition) ? void(0) : ::wherry::assertion_failed(#condition, __FILE__, __LINE__))
