#include "serve/http_message.h"

#include <fmt/format.h>

namespace wherry::serve {

HttpResponse make_plain_response(unsigned status, std::string_view explanation) {
  HttpResponse response;
  response.status = status;
  response.fields.push_back({"Content-Type", "text/plain; charset=utf-8"});
  response.body = fmt::format("{} {}\n", status, standard_reason(status));
  if (!explanation.empty()) response.body += fmt::format("{}\n", explanation);
  return response;
}

bool may_have_body(unsigned status, bool head_request) {
  return !head_request && status != 204 && status != 304;
}

// RFC 9110 §8.6: never for 204; for HEAD and 304 what GET would have had, where that is known.
static std::string content_length(const HttpResponse& response,
                                  const ResponseHeadOptions& options) {
  if (may_have_body(response.status, options.head_request))
    return fmt::to_string(response.body.size());
  if (response.status == 204 || response.status == 304) return {};
  if (!response.body.empty()) return fmt::to_string(response.body.size());
  return response.announced_length;
}

std::string format_response_head(const HttpResponse& response, const ResponseHeadOptions& options) {
  const std::string length = content_length(response, options);
  return http::format_response_head({.status = response.status,
                                     .reason = response.reason,
                                     .fields = response.fields,
                                     .content_length = length,
                                     .keep_alive = options.keep_alive,
                                     .version_1_0 = options.version_1_0,
                                     .now = options.now,
                                     .server = options.server});
}

}  // namespace wherry::serve
