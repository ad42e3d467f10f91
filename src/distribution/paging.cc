#include "distribution/paging.h"

#include "distribution/limits.h"
#include "distribution/registry_protocol.h"
#include "oci/limits.h"

namespace wherry::distribution {

// Whether the parameters behind a link ("; rel=next; title=x") make it the next one.
static bool is_next(std::string_view parameters) {
  for (const char* form : {"rel=\"next\"", "rel=next", "rel = \"next\""})
    if (parameters.find(form) != parameters.npos) return true;
  return false;
}

std::optional<std::string> next_link(std::string_view header) {
  while (true) {
    size_t open = header.find('<');
    size_t close = open == header.npos ? open : header.find('>', open);
    if (close == header.npos) return std::nullopt;
    std::string_view target = header.substr(open + 1, close - open - 1);
    header.remove_prefix(close + 1);
    std::string_view parameters = header.substr(0, header.find('<'));
    if (is_next(parameters)) return std::string(target);
  }
}

Result<std::optional<HttpResponse>> get_pages(
    RegistrySession& session, std::string url, const std::vector<std::string>& headers,
    const std::function<Result<>(const HttpResponse& page)>& take) {
  for (size_t count = 0; count < limits::kPages; count++) {
    HttpResponse page = TRY(session.send(
        {.url = url, .headers = headers, .answer_bytes_max = oci::limits::kManifestBytes}));
    if (page.status != 200) return page;
    TRY(take(page));
    std::optional<std::string> next = next_link(page.header("link"));
    if (!next) return std::nullopt;
    std::string next_url = TRY(resolve_location(url, *next));
    if (url_origin(next_url) != url_origin(url))
      return fail(ErrorCode::Denied, "the next page is on another host, {}", url_origin(next_url));
    url = std::move(next_url);
  }
  return fail(ErrorCode::Malformed, "the list has more than {} pages", limits::kPages);
}

}  // namespace wherry::distribution
