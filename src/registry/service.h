// What becomes of each request: who asks (sign_in.h), what is answered (api.h), what the log says.
#pragma once

#include "registry/api.h"
#include "registry/exchange.h"
#include "registry/sign_in.h"

namespace wherry::registry {

// Thread-safe. Borrows both; without `sign_in` everybody may do everything.
class Service {
 public:
  Service(Api& api, SignIn* sign_in) : api_(api), sign_in_(sign_in) {}

  Response answer(const Request& request);

 private:
  Answer<Response> checked_answer(const Request& request, std::string& user);

  Api& api_;
  SignIn* sign_in_;
};

}  // namespace wherry::registry
