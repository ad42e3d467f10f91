// The blobs, and what was unpacked of them, that one operation has put into a store: taken away
// again unless it ends well.
#pragma once

#include <vector>

#include "support/file.h"

namespace wherry::oci {

class PublishedBlobs {
 public:
  PublishedBlobs() = default;
  PublishedBlobs(PublishedBlobs&& other) noexcept : paths_(std::exchange(other.paths_, {})) {}
  PublishedBlobs& operator=(PublishedBlobs&&) = delete;
  ~PublishedBlobs() {
    std::error_code ignored;
    for (const fs::path& path : paths_) fs::remove_all(path, ignored);
  }

  void add(fs::path path) { paths_.push_back(std::move(path)); }
  void keep() { paths_.clear(); }

 private:
  std::vector<fs::path> paths_;
};

}  // namespace wherry::oci
