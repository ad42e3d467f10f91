// What a request is about: the paths of the distribution specification 1.1 ("Endpoints"), and the
// parameters behind them. Trust: hostile bytes. Percent-encoding is undone first and once, then
// every part is held to its grammar, so that no spelling of "..", '/' or NUL gets through.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "registry/names.h"
#include "registry/refusal.h"
#include "support/digest.h"

namespace wherry::registry {

enum class Endpoint {
  Version,    // end-1   /v2/
  Catalog,    // docker  /v2/_catalog
  Blob,       // end-2, end-10          /v2/NAME/blobs/DIGEST
  Uploads,    // end-4, end-11          /v2/NAME/blobs/uploads/
  Upload,     // end-5, 6, 13, 14       /v2/NAME/blobs/uploads/ID
  Manifest,   // end-3, end-7, end-9    /v2/NAME/manifests/TAG or DIGEST
  Tags,       // end-8   /v2/NAME/tags/list
  Referrers,  // end-12  /v2/NAME/referrers/DIGEST
};

struct Parameter {
  std::string key;
  std::string value;
};

struct Target {
  Endpoint endpoint = Endpoint::Version;
  std::optional<RepositoryName> repository = {};  // of all but Version and Catalog
  std::optional<Digest> digest = {};              // of Blob, Referrers, and Manifest without a tag
  std::optional<Tag> tag = {};
  std::string upload_id = {};
  std::vector<Parameter> parameters = {};

  // The first of that name; nullptr where there is none. Borrowed.
  const std::string* find_parameter(std::string_view key) const;
};

// Reads a target as it stands in the request line, without scheme and authority.
// Refused: 404 for what is no path of ours, 400 for a name, digest or encoding that is none.
Answer<Target> parse_target(std::string_view text);

// A digest as clients write it. Refused: 400 DIGEST_INVALID, which names the algorithm that we
// know.
Answer<Digest> parse_client_digest(std::string_view text);

}  // namespace wherry::registry
