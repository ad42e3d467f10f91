// What a CGI program printed, read as an HTTP response. RFC 3875 §6, with WAGI's leniency.
//
//   header lines, each ended by LF or CRLF: Content-Type, Location, Status, any other field
//   an empty line
//   the body, to the end
//
// At least one of Content-Type, Location and Status is required: §6.2 wants Content-Type with every
// body, but programs in the wild print a Status alone for errors. Location without Status is 302.
// Deviation: a Location that is a path of ours (§6.2.2) goes to the client, which follows it
// itself. Fields that the connection decides (Connection, Transfer-Encoding, Date, Server, …) are
// dropped. Trust: the text is hostile. What is returned cannot break out of its line: names are
// tokens, values hold no control characters but tabs.
#pragma once

#include <string>

#include "serve/http_message.h"
#include "support/result.h"

namespace wherry::serve {

// Errors: Malformed, saying what is wrong with the program's output, for our log.
Result<HttpResponse> parse_cgi_response(std::string output);

}  // namespace wherry::serve
