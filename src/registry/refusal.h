// Answers that are errors: what the client did that cannot be, with the distribution
// specification's code for it (1.1, "Error Codes"), or that we failed.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "http/message.h"
#include "support/result.h"

namespace wherry::registry {

// As a client reads them; kUnknown is docker's for a failure of the server.
namespace code {
inline constexpr std::string_view kBlobUnknown = "BLOB_UNKNOWN";
inline constexpr std::string_view kBlobUploadInvalid = "BLOB_UPLOAD_INVALID";
inline constexpr std::string_view kBlobUploadUnknown = "BLOB_UPLOAD_UNKNOWN";
inline constexpr std::string_view kDigestInvalid = "DIGEST_INVALID";
inline constexpr std::string_view kManifestBlobUnknown = "MANIFEST_BLOB_UNKNOWN";
inline constexpr std::string_view kManifestInvalid = "MANIFEST_INVALID";
inline constexpr std::string_view kManifestUnknown = "MANIFEST_UNKNOWN";
inline constexpr std::string_view kNameInvalid = "NAME_INVALID";
inline constexpr std::string_view kNameUnknown = "NAME_UNKNOWN";
inline constexpr std::string_view kSizeInvalid = "SIZE_INVALID";
inline constexpr std::string_view kUnauthorized = "UNAUTHORIZED";
inline constexpr std::string_view kDenied = "DENIED";
inline constexpr std::string_view kUnsupported = "UNSUPPORTED";
inline constexpr std::string_view kTooManyRequests = "TOOMANYREQUESTS";
inline constexpr std::string_view kUnknown = "UNKNOWN";
}  // namespace code

struct Refusal {
  unsigned status;
  std::string_view code;  // one of those above
  std::string message;    // for the client: safe for anybody to read
  std::vector<http::Field> fields = {};
  std::string reason = {};  // for our log alone

  Refusal(unsigned refusal_status, std::string_view refusal_code, std::string refusal_message,
          std::vector<http::Field> refusal_fields = {})
      : status(refusal_status),
        code(refusal_code),
        message(std::move(refusal_message)),
        fields(std::move(refusal_fields)) {}
  // A failure of ours (of the disk, most likely): the log gets the reason, the client status 500.
  // Unavailable is a lack of space: 507. Implicit, so that TRY passes errors of lower layers on.
  Refusal(Error error);
};

template <class T = void>
using Answer = std::expected<T, Refusal>;

template <class... Args>
std::unexpected<Refusal> refuse(unsigned status, std::string_view code,
                                fmt::format_string<Args...> format, Args&&... args) {
  return std::unexpected(Refusal(status, code, fmt::format(format, std::forward<Args>(args)...)));
}

// {"errors":[{"code":"…","message":"…"}]}
std::string error_document(const Refusal& refusal);

}  // namespace wherry::registry
