// Moves images between a store and a registry. Follows the OCI distribution specification 1.1: pull
// is end-2 and end-3, push is end-2 (HEAD), end-4a, end-6 and end-7. Anonymous, with docker's
// Bearer tokens where a registry hands them out to anybody.
//
// Trust: the registry is hostile. Sizes are limited by the descriptors, digests are computed while
// bytes come in, and nothing is in the store before all of it is right.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "oci/http.h"
#include "oci/image_store.h"
#include "oci/reference.h"
#include "support/result.h"

namespace wherry::oci {

struct RegistryOptions {
  bool plain_http = false;  // loopback registries are spoken to without TLS in any case
  // Told what is done with each blob: "uploading", "there already", "downloading". May be empty.
  std::function<void(std::string_view what, const Descriptor& blob)> on_blob = {};
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
  struct FetchedManifest {
    std::string json;
    std::string media_type;  // the document's own, else the answer's
    Digest digest;
  };

  std::string repository_url(const Reference& reference) const;
  // Sends, and once more with a token when the registry asks for one.
  Result<HttpResponse> send(HttpRequest request);
  Result<> fetch_token(const HttpResponse& refusal);

  Result<> push_blob(const ImageStore& store, const Descriptor& blob, const Reference& target);
  Result<> push_manifest(const Image& image, const Reference& target);

  Result<FetchedManifest> fetch_manifest(const Reference& source, const std::string& tag_or_digest);
  Result<FetchedManifest> fetch_wasm_manifest(const Reference& source);
  Result<BlobWriter> fetch_blob(ImageStore& store, const Descriptor& blob, const Reference& source);

  Transport& transport_;
  std::string base_url_;  // "http://127.0.0.1:5000"
  std::string token_;     // empty where none was asked for
  std::string doing_;     // for messages: "pulling 127.0.0.1:5000/demo:1"
  RegistryOptions options_;
};

}  // namespace wherry::oci
