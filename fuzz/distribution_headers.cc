// Heads and URLs of a registry's answers: header fields, ranges, pauses, parameters. Any bytes give
// a value that is what they say, or none.
#include <algorithm>
#include <cstdint>

#include "distribution/registry_protocol.h"
#include "distribution/response_head.h"
#include "distribution/retry.h"
#include "support/bytes.h"

using namespace wherry;

static bool is_number(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

static void check_ranges(std::string_view text) {
  if (auto first = distribution::parse_content_range(text)) {
    std::string_view number = text.substr(6, text.find('-') - 6);
    WHERRY_ASSERT(text.starts_with("bytes ") && is_number(number));
    WHERRY_ASSERT(distribution::parse_content_range(fmt::format("bytes {0}-{0}/*", *first)) ==
                  first);
  }
  auto arrived = distribution::parse_upload_range(text);
  if (!arrived) return;
  WHERRY_ASSERT(text.find("0-") != text.npos);  // an upload's bytes are there from the first on
  WHERRY_ASSERT(*arrived != 1);                 // "0-0" is what registries say of none
  if (*arrived > 0)
    WHERRY_ASSERT(distribution::parse_upload_range(fmt::format("0-{}", *arrived - 1)) == arrived);
}

static void check_pauses(std::string_view text) {
  const auto pause = distribution::parse_retry_after(text);
  WHERRY_ASSERT(pause.count() >= 0 && (pause.count() == 0 || is_number(text)));
}

static void check_urls(std::string_view text) {
  WHERRY_ASSERT(text.starts_with(distribution::url_origin(text)));
  WHERRY_ASSERT(text.find(distribution::url_host(text)) != text.npos);
  (void)distribution::url_has_user(text);
  (void)distribution::is_loopback_registry(text);
  (void)distribution::query_value(text, "from");
  const std::string url = distribution::add_query("http://r.io/x?a=b", "from", text);
  for (char c : url) WHERRY_ASSERT(c > ' ' && c < 0x7f);
  WHERRY_ASSERT(distribution::query_value(url.substr(url.find('?')), "from") == text);
}

static void check_heads(std::string_view text) {
  const auto head = distribution::parse_plain_head(text);
  if (!head) return;
  WHERRY_ASSERT(text.substr(0, head->head_bytes).ends_with("\r\n\r\n"));
  WHERRY_ASSERT(head->response.status >= 200 && head->response.status < 600);
  WHERRY_ASSERT(is_number(head->response.header("content-length")));
  WHERRY_ASSERT(!head->response.headers.contains("transfer-encoding"));
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size_bytes) {
  std::string_view text(reinterpret_cast<const char*>(bytes),
                        size_bytes);  // bytes may be seen as char
  check_ranges(text);
  check_pauses(text);
  check_urls(text);
  check_heads(text);
  check_heads("HTTP/1.1 200 OK\r\n" + std::string(text) + "\r\n\r\n");
  return 0;
}
