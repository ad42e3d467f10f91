#include "distribution/redirects.h"

#include <algorithm>

#include "distribution/registry_protocol.h"

namespace wherry::distribution {

static bool is_redirect(int status) {  // RFC 9110 §15.4
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

// "r.io:5000", as messages of the transport begin.
static std::string_view address_of(std::string_view url) {
  std::string_view origin = url_origin(url);
  return origin.substr(std::min(origin.find("//") + 2, origin.size()));
}

Result<HttpResponse> send_following(Transport& transport, HttpRequest request,
                                    const TlsSource& tls) {
  const bool only_reads = request.method == "GET" || request.method == "HEAD";
  for (long hops = 0;; hops++) {
    if (tls) request.tls = TRY(tls(request.url));
    HttpResponse response = TRY(transport.send(request));
    if (!only_reads || !is_redirect(response.status)) return response;
    if (hops == limits::kRedirects)
      return fail(ErrorCode::Malformed, "{}: more than {} redirects in a row",
                  address_of(request.url), limits::kRedirects);
    std::string next = TRY(with_context(resolve_location(request.url, response.header("location")),
                                        "{}", address_of(request.url)));
    if (url_origin(next) != url_origin(request.url)) request.authorization.clear();
    request.url = std::move(next);
  }
}

}  // namespace wherry::distribution
