// Why a TLS handshake failed, in words that say what to do about it. libcurl and OpenSSL give a
// number and a text; the texts are theirs, and change.
#pragma once

#include <string>
#include <string_view>

namespace wherry::distribution {

// Of a registry's certificate. `verify_result` is OpenSSL's X509_V_ERR_*; 0 where only the name is
// wrong. `reason` is libcurl's text, already harmless.
std::string certificate_reason(long verify_result, std::string_view reason);

// Whether a text of OpenSSL's says that the other side wants a certificate of ours, or another.
bool wants_our_certificate(std::string_view reason);

}  // namespace wherry::distribution
