// The manifests behind an image's name: one, or all that an index leads to. What sends an image
// away whole (a push, an archive) begins here.
#pragma once

#include <vector>

#include "oci/image_store.h"

namespace wherry::oci {

struct ImageManifests {
  // In the store with all their blobs, each behind what it refers to; what the name stands for is
  // last.
  std::vector<Descriptor> stored;
  // What an index names besides: platforms that a pull does not fetch.
  std::vector<Descriptor> missing;
};

// Errors: Malformed for what is damaged in the store.
Result<ImageManifests> manifests_of(const ImageStore& store, const Image& image);

// Those that can travel by themselves: all, or, of an index that is not whole in the store, the
// image's own alone. What the name stands for at the other end is last.
std::vector<Descriptor> complete_manifests(const ImageManifests& manifests, const Image& image);

}  // namespace wherry::oci
