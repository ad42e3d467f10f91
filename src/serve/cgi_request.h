// An HTTP request as a CGI program gets it: arguments and environment. RFC 3875 §4, with WAGI's
// conventions.
//
// The application is mounted at the root: SCRIPT_NAME is empty and PATH_INFO the whole path,
// decoded. argv is [path as sent, then the query's parts between '&'s, as sent]. Each field of the
// request becomes HTTP_NAME, those of one name joined by ", " (Cookie: "; "). Left out:
//   - Proxy: as HTTP_PROXY it would tell HTTP clients inside the guest to use the caller's proxy
//   ("httpoxy");
//   - names with anything but letters, digits and '-': "X_A" and "X-A" would be one variable, and a
//   caller
//     could pass what a proxy in front of us strips;
//   - those of the connection (RFC 9110 §7.6.1), and Content-Type and Content-Length, which have
//   variables of
//     their own.
// Authorization is passed: nothing in front of the guest authenticates, so that the guest has to
// (RFC 3875 §4.1.18 leaves it open; WAGI passes it). Besides, WAGI's X_FULL_URL and
// X_RAW_PATH_INFO. Trust: the request is hostile; variables hold no NUL bytes, and names only come
// from us or match the rule above.
#pragma once

#include <string>
#include <vector>

#include "policy/policy.h"
#include "serve/http_message.h"
#include "support/result.h"

namespace wherry::serve {

struct CgiRequest {
  std::string program_name;  // argv[0]
  std::vector<std::string> arguments;
  std::vector<policy::EnvironmentGrant> environment;
};

// `server_software` is SERVER_SOFTWARE: "wherry/1.0".
// Errors: Invalid, with a message for the client: a target that is no path or http URL, a bad
// percent code, a NUL byte, a Host field that is missing, repeated or no host.
Result<CgiRequest> make_cgi_request(const HttpRequest& request, std::string_view server_software);

}  // namespace wherry::serve
