// Large bodies, received into memory of whoever takes them. libcurl makes the connection, with what
// the request says of certificates and the environment of proxies, and from then on only encrypts
// and decrypts: through its own buffer and callbacks, 16 KiB at a time, a pull from a fast network
// takes a tenth more.
#pragma once

#include <optional>

#include "distribution/http.h"

namespace wherry::distribution {

// For a GET with `room`. nullopt where libcurl is to do all of it, and nothing was given to the
// sink: the request goes through a proxy that wants to read it, or the answer's body is not just a
// number of bytes. Errors: Transport's.
Result<std::optional<HttpResponse>> exchange_directly(const HttpRequest& request);

}  // namespace wherry::distribution
