// Pulls that try a registry's mirrors (registries.toml) before the registry itself.
//
// Trust: a mirror gives what it likes for a tag, as its operator likes; by digest it cannot. All
// that comes is held to its digests in either case.
#pragma once

#include <functional>
#include <string>

#include "distribution/http.h"
#include "distribution/registry_client.h"
#include "oci/image_store.h"
#include "oci/reference.h"
#include "support/result.h"

namespace wherry::distribution {

// As RegistryClient::pull. A mirror that fails, whatever the reason, is told to `options.on_note`
// and passed over; only what the store itself refuses (Io) ends it. Flags of the command line hold
// for the registry, not for its mirrors, which have entries of their own.
Result<oci::Image> pull_through_mirrors(Transport& transport, oci::ImageStore& store,
                                        const oci::Reference& source,
                                        const oci::Reference& stored_as, const PullOptions& pull,
                                        const RegistryOptions& options);

}  // namespace wherry::distribution
