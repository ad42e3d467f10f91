// Names of images: [registry/]repository[:tag][@digest]. Follows the distribution specification 1.1
// for the parts' grammar, and docker's rule for telling a registry from a repository: the first
// component is a registry when it has a dot or a colon or is "localhost". No registry is ever
// assumed: "demo:1" is a local name.
//
// Trust: input is hostile. What has been parsed holds only characters of the grammar, so that it
// may stand in a URL, a log line or a message as it is.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "support/digest.h"
#include "support/result.h"

namespace wherry::oci {

struct Reference {
  std::string registry;    // "127.0.0.1:5000"; empty for a local name
  std::string repository;  // "demo/primorial"
  std::string tag;         // "latest" where none was given and there is no digest
  std::optional<Digest> digest = {};

  // As it is stored and listed: "127.0.0.1:5000/demo/primorial:1".
  std::string to_string() const;

  bool operator==(const Reference&) const = default;
};

// Errors: Malformed names the part that is wrong and its form.
Result<Reference> parse_reference(std::string_view text);

}  // namespace wherry::oci
