#include "distribution/tls_errors.h"

#include <fmt/format.h>
#include <openssl/x509_vfy.h>

namespace wherry::distribution {

std::string certificate_reason(long verify_result, std::string_view reason) {
  switch (verify_result) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return "its certificate has expired (if this machine's clock is right, the registry needs a "
             "new one)";
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return "its certificate is not valid yet (is this machine's clock right?)";
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
      return "its certificate is not trusted: no authority that this machine knows has signed it "
             "(--ca-file, or ca-file in registries.toml, names another)";
    default:
      break;
  }
  if (reason.find("subject name") != reason.npos)
    return fmt::format("its certificate is not trusted: it is for another name: {}", reason);
  return fmt::format("its certificate is not trusted: {}", reason);
}

bool wants_our_certificate(std::string_view reason) {
  for (const char* alert : {"certificate required", "alert bad certificate", "alert unknown ca",
                            "alert certificate unknown", "alert handshake failure"})
    if (reason.find(alert) != reason.npos) return true;
  return false;
}

}  // namespace wherry::distribution
