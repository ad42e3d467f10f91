// Answers that come in pages, each naming the next in a Link header (OCI distribution 1.1, "Listing
// Tags"; RFC 8288).
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "distribution/http.h"
#include "distribution/registry_session.h"
#include "support/result.h"

namespace wherry::distribution {

// The target of the link with rel="next"; nullopt where there is none.
std::optional<std::string> next_link(std::string_view header);

// GETs pages from `url` on and gives each, of status 200, to `take`. The first answer of another
// status is returned, for who knows what it means there; nullopt: all went well. Errors: Denied for
// a page on another host; Malformed for more than limits::kPages; those of the session and of
// `take`.
Result<std::optional<HttpResponse>> get_pages(
    RegistrySession& session, std::string url, const std::vector<std::string>& headers,
    const std::function<Result<>(const HttpResponse& page)>& take);

}  // namespace wherry::distribution
