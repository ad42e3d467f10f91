// Moves images between a store and a registry. Follows the OCI distribution specification 1.1: pull
// is end-2 and end-3, push is end-2 (HEAD), end-4a, end-6 and end-7.
//
// Trust: the registry is hostile. Sizes are limited by the descriptors, digests are computed while
// bytes come in, and nothing is in the store before all of it is right.
#pragma once

#include <string>

#include "oci/blob_upload.h"
#include "oci/http.h"
#include "oci/image_store.h"
#include "oci/reference.h"
#include "oci/registry_session.h"
#include "support/result.h"

namespace wherry::oci {

struct RegistryOptions {
  SessionOptions session = {};
  BlobListener on_blob = {};
};

// One registry, one thread at a time.
class RegistryClient {
 public:
  // `transport` must outlive the client. `registry` is a Reference's.
  RegistryClient(Transport& transport, const std::string& registry, RegistryOptions options);

  // Sends an image of the store, its bytes as they are, and names it `target`.
  // Errors: Denied, Unavailable, Malformed (no registry, or damage in the store), as the registry
  // says.
  Result<> push(const ImageStore& store, const Image& image, const Reference& target);

  // Fetches what `source` names and stores it as `stored_as`. Of an index, the entry for
  // WebAssembly. Errors: NotFound, Denied, Unavailable, Malformed (a wrong digest), Unsupported (no
  // wasm image).
  Result<Image> pull(ImageStore& store, const Reference& source, const Reference& stored_as);

 private:
  Result<> push_all(const ImageStore& store, const Image& image, const Reference& target);
  Result<Image> pull_all(ImageStore& store, const Reference& source, const Reference& stored_as);

  RegistrySession session_;
  BlobListener on_blob_;
};

}  // namespace wherry::oci
