// The blobs, and what was unpacked of them, that one operation has put into a store: taken away
// again unless it ends well.
#pragma once

#include <utility>
#include <vector>

#include "oci/unpacked_image.h"
#include "support/digest.h"
#include "support/file.h"

namespace wherry::oci {

class PublishedBlobs {
 public:
  explicit PublishedBlobs(fs::path store) : store_(std::move(store)) {}
  PublishedBlobs(PublishedBlobs&& other) noexcept
      : store_(std::move(other.store_)),
        blobs_(std::exchange(other.blobs_, {})),
        unpacked_(std::exchange(other.unpacked_, {})) {}
  PublishedBlobs& operator=(PublishedBlobs&&) = delete;
  ~PublishedBlobs() {
    std::error_code ignored;
    for (const fs::path& blob : blobs_) fs::remove(blob, ignored);
    for (const Digest& manifest : unpacked_) remove_unpacked(store_, manifest);
  }

  void add_blob(fs::path path) { blobs_.push_back(std::move(path)); }
  void add_unpacked(const Digest& manifest) { unpacked_.push_back(manifest); }
  void keep() {
    blobs_.clear();
    unpacked_.clear();
  }

 private:
  fs::path store_;
  std::vector<fs::path> blobs_;
  std::vector<Digest> unpacked_;
};

}  // namespace wherry::oci
