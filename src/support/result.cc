#include "support/result.h"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace wherry {

const char* error_code_name(ErrorCode code) {
  switch (code) {
    case ErrorCode::Malformed:
      return "malformed";
    case ErrorCode::Invalid:
      return "invalid";
    case ErrorCode::NotFound:
      return "not-found";
    case ErrorCode::Denied:
      return "denied";
    case ErrorCode::Unavailable:
      return "unavailable";
    case ErrorCode::Io:
      return "io";
    case ErrorCode::Unsupported:
      return "unsupported";
  }
  return "unknown";
}

static ErrorCode code_of_errno(int error_number) {
  switch (error_number) {
    case ENOENT:
    case ENOTDIR:
      return ErrorCode::NotFound;
    case EACCES:
    case EPERM:
    case EROFS:
      return ErrorCode::Denied;
    case EADDRINUSE:
    case ECONNREFUSED:
    case EAGAIN:
    case ETIMEDOUT:
      return ErrorCode::Unavailable;
    default:
      return ErrorCode::Io;
  }
}

Error system_error(int error_number, std::string message) {
  char buffer[128];
  std::string reason = ::strerror_r(error_number, buffer, sizeof buffer);
  if (!reason.empty())
    reason[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(reason[0])));
  return {code_of_errno(error_number), std::move(message) + ": " + reason};
}

void assertion_failed(const char* condition, const char* file, int line) {
  std::fprintf(stderr, "wherry: bug: assertion failed: %s (%s:%d)\n", condition, file, line);
  std::abort();
}

}  // namespace wherry
