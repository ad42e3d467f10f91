// Drives the reader of what a CGI program printed, and the writer of the HTTP head that is made of
// it: whatever a guest prints, the head stays one head.
#include <algorithm>
#include <cstdint>
#include <string>

#include "serve/cgi_response.h"
#include "support/result.h"

namespace wherry::serve {
namespace {

void check_head(const HttpResponse& response) {
  std::string head = format_response_head(response, {.keep_alive = true,
                                                     .head_request = false,
                                                     .version_1_0 = false,
                                                     .now = 0,
                                                     .server = "wherry"});
  // The only empty line ends it, and every line ends with CR LF.
  WHERRY_ASSERT(head.starts_with("HTTP/1.1 ") && head.find("\r\n\r\n") == head.size() - 4);
  WHERRY_ASSERT(head.find('\0') == std::string::npos);
  auto lines = std::ranges::count(head, '\n');
  WHERRY_ASSERT(lines == std::ranges::count(head, '\r'));
  // Status line, Date, Server, at most Content-Length, the empty line, and nothing but the guest's
  // fields.
  auto fields = static_cast<std::ptrdiff_t>(response.fields.size());
  WHERRY_ASSERT(lines == fields + 4 || lines == fields + 5);
}

void read(std::string output) {
  size_t size_bytes = output.size();
  auto response = parse_cgi_response(std::move(output));
  if (!response) {
    WHERRY_ASSERT(!response.error().message.empty());
    return;
  }
  WHERRY_ASSERT(response->status >= 200 && response->status <= 599);
  WHERRY_ASSERT(response->body.size() < size_bytes);
  check_head(*response);
}

}  // namespace
}  // namespace wherry::serve

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size_bytes) {
  wherry::serve::read({bytes, bytes + size_bytes});
  return 0;
}
