// Manifests between us and a registry, as they are, byte for byte (OCI distribution 1.1, end-3 and
// end-7).
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "distribution/registry_session.h"
#include "oci/manifest.h"
#include "support/digest.h"

namespace wherry::distribution {

struct FetchedManifest {
  std::string json;
  std::string media_type;  // the document's own, else the answer's
  Digest digest;
};

// The digest of what is there under `tag_or_digest`, for one HEAD; nothing where there is none, or
// where the registry does not say it. Errors: Denied, Unavailable.
Result<std::optional<Digest>> find_manifest(RegistrySession& session, const oci::Reference& source,
                                            const std::string& tag_or_digest);

// `tag_or_digest` in `source`'s repository; an index comes as it is.
// Errors: NotFound, Denied, Unavailable; Malformed (no manifest, or another digest).
Result<FetchedManifest> fetch_manifest(RegistrySession& session, const oci::Reference& source,
                                       const std::string& tag_or_digest);

// A reference's digest, else its tag.
std::string tag_or_digest(const oci::Reference& reference);

// What is known of a manifest already, so that it need not be fetched; nothing else.
using KnownManifest = std::function<std::optional<std::string>(const oci::Descriptor& manifest)>;
// What `source` names, and through indexes on to the manifest for WebAssembly, which is the last;
// each but the first by the digest that the one before has of it. Errors: also Unsupported, when an
// index has none.
Result<std::vector<FetchedManifest>> fetch_manifest_chain(RegistrySession& session,
                                                          const oci::Reference& source,
                                                          const KnownManifest& known = {});

struct OutgoingManifest {
  std::string_view json;
  std::string media_type;
  Digest digest;  // of `json`
};
// Offers it for `target`'s tag, or for its own digest where there is no tag; any answer is a
// result.
Result<HttpResponse> offer_manifest(RegistrySession& session, const OutgoingManifest& manifest,
                                    const oci::Reference& target);
// Whether `answer` says that it is stored. Errors: as the registry says; Malformed when it stored
// something else.
Result<> check_stored(const OutgoingManifest& manifest, const HttpResponse& answer);
// Both.
Result<> put_manifest(RegistrySession& session, const OutgoingManifest& manifest,
                      const oci::Reference& target);

}  // namespace wherry::distribution
