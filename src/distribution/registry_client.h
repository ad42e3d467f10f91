// Moves images between a store and a registry, and between registries. Follows the OCI distribution
// specification 1.1; blob_download, blob_upload and manifest_transfer name the end points.
//
// Trust: the registry is hostile. Sizes are limited by the descriptors, digests are computed while
// bytes come in, and nothing is in the store before all of it is right.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "distribution/http.h"
#include "distribution/referrers.h"
#include "distribution/registry_session.h"
#include "distribution/transfer.h"
#include "oci/image_store.h"
#include "oci/reference.h"
#include "support/result.h"

namespace wherry::distribution {

struct RegistryOptions {
  SessionOptions session = {};
  BlobListener on_blob = {};
  NoteListener on_note = {};  // of what belongs to an image: what was passed over. May be empty.
};

struct PullOptions {
  // Under which name it may be in the store already, if not the one that it is to be stored as.
  std::optional<oci::Reference> known_as = {};
  // What belongs to the image is fetched also where the image itself is there already.
  bool refreshes_referrers = false;
};

struct Pushed {
  std::vector<oci::Descriptor>
      manifests;  // what was sent; what the target's name stands for is last
  // Of an index that is not whole in the store: how many platforms were left out with it.
  size_t platforms_left_out = 0;

  const Digest& digest() const { return manifests.back().digest; }
};

// One registry, one thread at a time; blobs go on several connections.
class RegistryClient {
 public:
  // `transport` must outlive the client. `registry` is a Reference's.
  RegistryClient(Transport& transport, const std::string& registry, RegistryOptions options);

  // Sends an image of the store, its bytes as they are, and names it `target`; then what is
  // attached to it. An index goes with everything in it; where the store has not all of that, since
  // a pull fetches what it needs, and the registry neither, the image goes without its index. Blobs
  // that another repository of the registry has, as far as the store knows, are mounted from there.
  // Errors: Denied, Unavailable, Malformed (no registry, or damage in the store), as the registry
  // says.
  Result<Pushed> push(const oci::ImageStore& store, const oci::Image& image,
                      const oci::Reference& target);
  // Whether the last push failed with an answer by which registries refuse artifacts.
  bool was_refused_as_artifact() const { return was_refused_as_artifact_; }

  // Fetches what `source` names, and what is attached to it, and stores it as `stored_as`. Where it
  // is there already, one HEAD is all, and the image has the name by which it was found. Of an
  // index, what is for WebAssembly. Errors: NotFound, Denied, Unavailable, Malformed (a wrong
  // digest), Unsupported (no wasm image).
  Result<oci::Image> pull(oci::ImageStore& store, const oci::Reference& source,
                          const oci::Reference& stored_as, const PullOptions& options = {});

 private:
  Result<Pushed> push_all(const oci::ImageStore& store, const oci::Image& image,
                          const oci::Reference& target);
  Result<> push_manifest(const oci::Descriptor& manifest, const oci::Reference& place,
                         const oci::ImageStore& store, const MoveBlob& move);
  Result<bool> has_manifests(const std::vector<oci::Descriptor>& manifests,
                             const oci::Reference& target);
  Result<oci::Image> pull_all(oci::ImageStore& store, const oci::Reference& source,
                              const oci::Reference& stored_as, const PullOptions& options);
  Result<std::optional<oci::Image>> find_current(const oci::ImageStore& store,
                                                 const oci::Reference& source,
                                                 const oci::Reference& known_as);
  Result<oci::Image> fetch_all(oci::ImageStore& store, const oci::Reference& source,
                               const oci::Reference& stored_as);
  // Of the image, and of the index that it is named by: what belongs to each.
  using Referrers = std::map<Digest, std::vector<std::string>>;
  Result<Referrers> find_all_referrers(const oci::Reference& source,
                                       const std::set<Digest>& subjects);
  Result<> fetch_referrers(oci::ImageStore& store, const oci::Reference& source,
                           const Referrers& referrers);
  // Blobs of an image that is being fetched: those that came, and those that were there, which
  // nobody may remove until the image is stored.
  struct GatheredBlobs {
    std::vector<oci::BlobWriter> staged;
    std::vector<oci::UseLock> held;
  };
  Result<> gather(oci::ImageStore& store, std::span<const oci::Descriptor> blobs,
                  const oci::Reference& source, HeadStart& head_start, GatheredBlobs& gathered);

  RegistrySession session_;
  TransferOptions options_;
  NoteListener on_note_;
  bool was_refused_as_artifact_ = false;
};

}  // namespace wherry::distribution
