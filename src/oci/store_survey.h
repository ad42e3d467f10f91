// What there is in a store, file by file, and which images lack what: the ground on which `fsck`
// and `prune` decide. The caller holds the store's lock, else what others change meanwhile looks
// like damage.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "oci/image_store.h"
#include "oci/store_index.h"

namespace wherry::oci {

struct SurveyedBlob {
  uint64_t size_bytes;
  int64_t changed_s;    // when it appeared there, since 1970
  std::string problem;  // "is damaged: …"; empty where nothing was found
};

enum class BlobContents : uint8_t {
  Checked,  // all are hashed
  Trusted   // only manifests are, as they are read
};

class StoreSurvey {
 public:
  // `index` is borrowed.
  static StoreSurvey take(const ImageStore& store, const StoreIndex& index, BlobContents contents);

  // By digest; files of other names are not ours, and not looked at.
  const std::map<Digest, SurveyedBlob>& blobs() const { return blobs_; }
  // What index.json leads to.
  const std::set<Digest>& live() const { return live_; }
  // Why the manifest cannot be used whole ("its blob … is missing"); empty where it can. Of an
  // index, which may hold platforms that were never fetched, what is there counts, and the manifest
  // for WebAssembly.
  std::string problem_of(const Descriptor& manifest) const { return problem_of(manifest, 0); }

 private:
  StoreSurvey(const ImageStore& store, BlobContents contents)
      : store_(store), contents_(contents) {}
  std::string blob_problem(const Descriptor& blob) const;
  std::string problem_of(const Descriptor& manifest, int depth) const;
  std::string problem_of_index(const Index& index, int depth) const;
  std::string unpacked_problem(const Digest& manifest) const;

  const ImageStore& store_;
  BlobContents contents_;
  std::map<Digest, SurveyedBlob> blobs_;
  std::set<Digest> live_;
};

// Calls `visit` for each file that killed processes left in staging, and for unfinished copies of
// index.json: nobody holds a lock on it, and nobody gets one during the call.
struct Leaving {
  fs::path path;
  uint64_t size_bytes;
};
void visit_leavings(const fs::path& store, const std::function<void(const Leaving&)>& visit);

// Calls `visit` for each image that is unpacked (oci/unpacked_image.h), by its manifest.
void visit_unpacked(
    const fs::path& store,
    const std::function<void(const Digest& manifest, const Leaving& folder)>& visit);

}  // namespace wherry::oci
