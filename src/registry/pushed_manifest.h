// What a registry has to know of a manifest that is pushed: what it refers to, and for whom it is a
// referrer. Image-spec 1.1 (manifest.md, image-index.md), and docker's schema 2, which is the same
// but for media types. Trust: hostile; what is not understood is kept byte for byte and not used.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "oci/manifest.h"
#include "registry/refusal.h"

namespace wherry::registry {

struct PushedManifest {
  std::string media_type;
  std::vector<oci::Descriptor> blobs;      // config and layers that have to be in the repository
  std::vector<oci::Descriptor> manifests;  // of an index, likewise
  std::optional<Digest> subject;
  // With a subject: the descriptor of this manifest as the subject's referrers list it, as JSON.
  std::string referrer_descriptor;
};

// `content_type` is the request's; empty where it had none.
// Refused: 400 MANIFEST_INVALID; 415 for a media type that is no manifest's.
Answer<PushedManifest> parse_pushed_manifest(std::string_view json, std::string_view content_type,
                                             const Digest& digest);

}  // namespace wherry::registry
