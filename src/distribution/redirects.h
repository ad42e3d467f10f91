// Follows redirects of what is only read, so that blobs may be kept elsewhere than the registry.
// Nobody's secrets go along: neither Authorization nor our certificate reach another host.
#pragma once

#include <functional>
#include <string_view>

#include "distribution/http.h"
#include "support/result.h"

namespace wherry::distribution {

// What TLS settings a URL's host has; the result lives as long as the source. Empty: the system's.
using TlsSource = std::function<Result<const TlsSettings*>(std::string_view url)>;

// Sends; GET and HEAD go on where a redirect leads, at most limits::kRedirects times. Errors:
// Denied for one from https to http, Malformed for too many or what is no URL; the transport's.
Result<HttpResponse> send_following(Transport& transport, HttpRequest request,
                                    const TlsSource& tls);

}  // namespace wherry::distribution
