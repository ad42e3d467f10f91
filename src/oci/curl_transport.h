// Transport over libcurl: HTTP and HTTPS with the system's certificates, one connection kept
// between exchanges. Linked into wherry-registry only: libcurl and its TLS stack cost milliseconds
// at every start.
#pragma once

#include <memory>

#include "oci/http.h"

namespace wherry::oci {

class CurlTransport : public Transport {
 public:
  // Errors: Io when libcurl cannot be set up.
  static Result<std::unique_ptr<CurlTransport>> create();
  ~CurlTransport() override;

  Result<HttpResponse> send(const HttpRequest& request) override;

 private:
  struct Exchange;
  explicit CurlTransport(void* easy) : easy_(easy) {}
  void set_options(Exchange& exchange);
  void set_method(Exchange& exchange);
  Error transfer_error(int code, const Exchange& exchange);

  void* easy_;  // a CURL handle, owned
};

}  // namespace wherry::oci
