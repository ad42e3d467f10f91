// A connection by libcurl (CURLOPT_CONNECT_ONLY), with what the request says of certificates and
// the environment of proxies; from then on it only encrypts and decrypts.
#pragma once

#include <memory>

#include "distribution/connection.h"
#include "distribution/http.h"

namespace wherry::distribution {

// To the host of an https URL; `request` must outlive it. Errors: Transport's.
Result<std::unique_ptr<Connection>> connect_with_curl(const HttpRequest& request);

}  // namespace wherry::distribution
