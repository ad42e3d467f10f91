#include "registry/refusal.h"

#include "support/json.h"

namespace wherry::registry {

Refusal::Refusal(Error error)
    : status(error.code == ErrorCode::Unavailable ? 507 : 500),
      code(error.code == ErrorCode::Unavailable ? code::kDenied : code::kUnknown),
      message(error.code == ErrorCode::Unavailable ? "the registry has no space left"
                                                   : "the registry failed; its log says why"),
      reason(std::move(error.message)) {}

std::string error_document(const Refusal& refusal) {
  OrderedJson document;
  document["errors"] = OrderedJson::array();
  document["errors"].push_back({{"code", refusal.code}, {"message", refusal.message}});
  return document.dump(-1, ' ', false, OrderedJson::error_handler_t::replace);
}

}  // namespace wherry::registry
