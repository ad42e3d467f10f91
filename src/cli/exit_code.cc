#include "cli/exit_code.h"

#include "support/log.h"

namespace wherry::cli {

int run_exit_code(ErrorCode code) {
  switch (code) {
    case ErrorCode::NotFound:
      return kRunNotFound;
    case ErrorCode::Malformed:
    case ErrorCode::Invalid:
    case ErrorCode::Unsupported:
    case ErrorCode::Denied:
      return kRunNotExecutable;
    case ErrorCode::Unavailable:
    case ErrorCode::Io:
      return kRunFailure;
  }
  return kRunFailure;
}

int report(const Error& error) {
  log::error(error.message);
  return kFailure;
}

}  // namespace wherry::cli
